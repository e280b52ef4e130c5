// For tests: ClientHellos of DTLS byte by byte, and a backend that can hash and no more.

#ifndef TANDEM_TEST_HELLO_H_
#define TANDEM_TEST_HELLO_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/backend.h"

namespace tandem::test_hello {

using Bytes = std::vector<std::byte>;

/// Hashes well enough for a test: each bit of the content moves half of those of the digest.
class HashingBackend final : public Backend {
 public:
  std::string_view name() const override { return "hashing"; }
  std::string version() const override { return "hashing 1"; }
  const Capabilities& capabilities() const override { return capabilities_; }
  Result<std::shared_ptr<const BackendIdentity>> LoadIdentity(
      const IdentityMaterial&) const override {
    return No();
  }
  Result<Der> DecryptKey(std::span<const std::byte>, std::string_view) const override {
    return No();
  }
  Result<IdentityMaterial> OpenPkcs12(std::span<const std::byte>, std::string_view) const override {
    return No();
  }
  bool HasSigned(std::span<const std::byte>, std::span<const std::byte>) const override {
    return false;
  }
  Result<std::shared_ptr<const BackendConfig>> Compile(const Settings&) const override {
    return No();
  }

  std::vector<std::byte> Digest(Hash hash, std::span<const std::byte> content) const override {
    if (broken || hash != Hash::kSha256) return {};
    std::uint64_t state = Mixed(content.size());
    for (std::size_t at = 0; at < content.size(); at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, content.data() + at, std::min<std::size_t>(8, content.size() - at));
      state = Mixed(state ^ word);
    }
    Bytes digest(32);
    for (std::size_t at = 0; at < digest.size(); at += 8) {
      state = Mixed(state);
      std::memcpy(digest.data() + at, &state, 8);
    }
    return digest;
  }

  bool broken = false;

 private:
  static Error No() { return MakeError(ErrorKind::kUnsupported, "hashes only"); }

  // SplitMix64.
  static std::uint64_t Mixed(std::uint64_t state) {
    state += 0x9e3779b97f4a7c15;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    state = (state ^ (state >> 27)) * 0x94d049bb133111eb;
    return state ^ (state >> 31);
  }

  Capabilities capabilities_;
};

inline void Put(Bytes& to, std::size_t width, std::uint64_t value) {
  for (; width > 0; --width) to.push_back(static_cast<std::byte>(value >> (8 * (width - 1))));
}

inline void PutVector(Bytes& to, std::size_t width, const Bytes& content) {
  Put(to, width, content.size());
  to.insert(to.end(), content.begin(), content.end());
}

/// A ClientHello of DTLS, its fields as a test wants them.
struct Hello {
  std::uint8_t record_type = 22;
  std::uint16_t record_version = 0xfeff;
  std::uint16_t epoch = 0;
  std::uint64_t record_sequence = 0;
  std::uint8_t message_type = 1;
  std::uint16_t message_sequence = 0;
  std::uint16_t version = 0xfefd;
  Bytes random = Bytes(32, std::byte{7});
  Bytes session_id = Bytes(8, std::byte{8});
  Bytes cookie;
  Bytes suites = Bytes(4, std::byte{9});
  Bytes compressions = Bytes(1);
  std::optional<Bytes> extensions = Bytes(20, std::byte{1});

  /// Returns the message without its header.
  Bytes Message() const {
    Bytes message;
    Put(message, 2, version);
    message.insert(message.end(), random.begin(), random.end());
    PutVector(message, 1, session_id);
    PutVector(message, 1, cookie);
    PutVector(message, 2, suites);
    PutVector(message, 1, compressions);
    if (extensions.has_value()) PutVector(message, 2, *extensions);
    return message;
  }

  /// Returns the datagram with `fragment`, which begins at `offset` in a message of `whole` bytes.
  Bytes Datagram(const Bytes& fragment, std::size_t whole, std::size_t offset) const {
    Bytes body;
    Put(body, 1, message_type);
    Put(body, 3, whole);
    Put(body, 2, message_sequence);
    Put(body, 3, offset);
    PutVector(body, 3, fragment);
    Bytes datagram;
    Put(datagram, 1, record_type);
    Put(datagram, 2, record_version);
    Put(datagram, 2, epoch);
    Put(datagram, 6, record_sequence);
    PutVector(datagram, 2, body);
    return datagram;
  }

  /// Returns it whole in one datagram.
  Bytes Datagram() const {
    const Bytes message = Message();
    return Datagram(message, message.size(), 0);
  }
};

}  // namespace tandem::test_hello

#endif  // TANDEM_TEST_HELLO_H_
