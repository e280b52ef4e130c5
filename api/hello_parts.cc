#include "api/hello_parts.h"

#include <algorithm>
#include <bitset>

#include "api/tls_reader.h"

namespace tandem {
namespace {

constexpr HelloRefusal kMalformed = {Fault::kMalformedMessage, Alert::kDecodeError};
constexpr HelloRefusal kMisplaced = {Fault::kMalformedMessage, Alert::kIllegalParameter};

constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kSessionIdLimit = 32;

}  // namespace

const RawExtension* FindExtension(const std::vector<RawExtension>& extensions,
                                  HelloExtension type) {
  const auto found =
      std::find_if(extensions.begin(), extensions.end(), [type](const RawExtension& extension) {
        return extension.type == static_cast<std::uint16_t>(type);
      });
  return found == extensions.end() ? nullptr : &*found;
}

std::optional<HelloRefusal> ReadExtensionBlock(std::span<const std::byte> block,
                                               std::vector<RawExtension>& extensions) {
  TlsReader reader(block);
  std::bitset<std::size_t{1} << 16> seen;
  while (!reader.empty()) {
    const auto type = reader.Number(2);
    const auto body = reader.Vector(2);
    if (!type.has_value() || !body.has_value()) return kMalformed;
    const auto number = static_cast<std::uint16_t>(*type);
    if (seen.test(number)) return kMisplaced;
    seen.set(number);
    extensions.push_back({number, *body});
  }
  return std::nullopt;
}

std::size_t TlsVersionOf(std::size_t dtls_version) {
  switch (dtls_version) {
    case 0xfeff: return 0x0302;
    case 0xfefd: return 0x0303;
    case 0xfefc: return 0x0304;
    default: return 0;
  }
}

std::optional<HelloRefusal> SplitClientHello(std::span<const std::byte> message, bool datagrams,
                                             RawClientHello& raw) {
  TlsReader reader(message);
  auto version = reader.Number(2);
  const auto random = reader.Take(kRandomBytes);
  const auto session_id = reader.Vector(1);
  if (datagrams && version.has_value()) version = TlsVersionOf(*version);
  if (datagrams && !reader.Vector(1).has_value()) return kMalformed;  // The cookie.
  const auto suites = reader.Vector(2);
  const auto compressions = reader.Vector(1);
  if (!version.has_value() || !random.has_value() || !session_id.has_value()) return kMalformed;
  if (session_id->size() > kSessionIdLimit) return kMalformed;
  if (!suites.has_value() || !compressions.has_value()) return kMalformed;
  raw = {*version, *session_id, *suites, *compressions, {}};
  if (reader.empty()) return std::nullopt;  // RFC 5246 section 7.4.1.2: no extensions at all.
  const auto block = reader.LastVector(2);
  if (!block.has_value()) return kMalformed;
  if (const auto refused = ReadExtensionBlock(*block, raw.extensions)) return refused;
  const RawExtension* key = FindExtension(raw.extensions, HelloExtension::kPreSharedKey);
  const bool displaced = key != nullptr && key != &raw.extensions.back();
  // RFC 5764: use_srtp is for DTLS.
  const bool foreign =
      !datagrams && FindExtension(raw.extensions, HelloExtension::kUseSrtp) != nullptr;
  return displaced || foreign ? std::optional(kMisplaced) : std::nullopt;
}

}  // namespace tandem
