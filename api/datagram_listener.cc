#include "tandem/datagram_listener.h"

#include <sys/random.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <string>

#include "api/tls_reader.h"
#include "tandem/datagram_record.h"

namespace tandem {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kClientHello = 1;
constexpr int kHelloVerifyRequest = 3;
constexpr std::size_t kDtlsMajor = 0xfe;
constexpr std::uint64_t kDtls10 = 0xfeff;
constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kMaxSessionId = 32;

// Cookies are to be read by clients of DTLS 1.0 too, which take no longer ones.
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kHmacBlock = 64;  // Of SHA-256.
constexpr std::byte kInnerPad{0x36};
constexpr std::byte kOuterPad{0x5c};

constexpr std::size_t kVerifyBody = 2 + 1 + kDigestBytes;
constexpr std::size_t kHeaders = DatagramRecord::kHeaderBytes + HandshakeFragment::kHeaderBytes;
static_assert(DatagramListener::kReplyBytes == kHeaders + kVerifyBody);

// Nobody is sent more than he has sent: the lengths of five fields, version and random are in every
// ClientHello.
static_assert(DatagramListener::kReplyBytes <= kHeaders + 2 + kRandomBytes + 1 + 1 + 2 + 1);

using Digest = std::array<std::byte, kDigestBytes>;

// What a cookie vouches for, in three parts of known length: the hashes of the address, of what
// stands before the cookie and of what stands behind it.
using Covered = std::array<std::byte, 3 * kDigestBytes>;

struct Hello {
  Bytes record;  // With its header.
  std::uint64_t record_sequence = 0;
  std::uint16_t message_sequence = 0;
  Bytes before_cookie;  // Version, random, session id.
  Bytes cookie;
  Bytes behind_cookie;  // Cipher suites and compression methods.
};

// Returns what is left of `message` before and behind a part of it.
Bytes Before(Bytes message, Bytes part) {
  return message.first(static_cast<std::size_t>(part.data() - message.data()));
}
Bytes Behind(Bytes message, Bytes part) {
  return message.subspan(Before(message, part).size() + part.size());
}

// Takes a ClientHello (RFC 6347 section 4.2.1) apart, as far as a cookie is concerned.
bool ReadMessage(Bytes message, Hello& hello) {
  TlsReader reader(message);
  const auto version = reader.Number(2);
  const auto random = reader.Take(kRandomBytes);
  const auto session_id = reader.Vector(1);
  if (!random.has_value() || !session_id.has_value()) return false;
  if (*version >> 8 != kDtlsMajor || session_id->size() > kMaxSessionId) return false;
  const auto cookie = reader.Vector(1);
  const auto suites = reader.Vector(2);
  const auto compressions = reader.Vector(1);
  if (!cookie.has_value() || !suites.has_value() || !compressions.has_value()) return false;
  if (!reader.empty() && !reader.LastVector(2).has_value()) return false;  // The extensions.
  hello.before_cookie = message.first(2 + kRandomBytes + 1 + session_id->size());
  hello.cookie = *cookie;
  const Bytes from_suites = Behind(message, *cookie);
  hello.behind_cookie = Before(from_suites, Behind(message, *compressions));
  return true;
}

// Reads a ClientHello that is all of the first record of `datagram`.
std::optional<Hello> ReadHello(Bytes datagram) {
  Bytes rest = datagram;
  const auto record = NextDatagramRecord(rest);
  if (!record.has_value() || record->type != kHandshakeRecord || record->epoch != 0 ||
      record->sequence > DatagramListener::kMaxRecordSequence) {
    return std::nullopt;
  }
  Bytes behind = record->body;
  const auto message = NextHandshakeFragment(behind);
  if (!message.has_value() || message->type != kClientHello || !message->whole() ||
      message->message_sequence > AcceptedHello::kMessageSequence || !behind.empty()) {
    return std::nullopt;
  }
  Hello hello;
  hello.record = datagram.first(datagram.size() - rest.size());
  hello.record_sequence = record->sequence;
  hello.message_sequence = message->message_sequence;
  return ReadMessage(message->body, hello) ? std::optional(hello) : std::nullopt;
}

// Nothing if the library fails, which it does not.
std::optional<Digest> DigestOf(const Backend& backend, Bytes content) {
  const std::vector<std::byte> made = backend.Digest(Hash::kSha256, content);
  if (made.size() != kDigestBytes) return std::nullopt;
  Digest digest;
  std::copy(made.begin(), made.end(), digest.begin());
  return digest;
}

std::optional<Covered> Cover(const Backend& backend, const Hello& hello, Bytes address) {
  Covered covered;
  auto at = covered.begin();
  for (const Bytes part : {address, hello.before_cookie, hello.behind_cookie}) {
    const auto digest = DigestOf(backend, part);
    if (!digest.has_value()) return std::nullopt;
    at = std::copy(digest->begin(), digest->end(), at);
  }
  return covered;
}

// One of the two rounds of an HMAC (RFC 2104).
std::optional<Digest> HmacRound(const Backend& backend, Bytes key, std::byte pad, Bytes content) {
  std::array<std::byte, kHmacBlock + sizeof(Covered)> input;
  std::fill_n(input.begin(), kHmacBlock, pad);
  std::transform(key.begin(), key.end(), input.begin(), [pad](std::byte b) { return b ^ pad; });
  std::copy(content.begin(), content.end(), input.begin() + kHmacBlock);
  const auto digest = DigestOf(backend, Bytes(input).first(kHmacBlock + content.size()));
  explicit_bzero(input.data(), input.size());
  return digest;
}

// Returns HMAC-SHA-256(key, covered).
std::optional<Digest> CookieOf(const Backend& backend, Bytes key, Bytes covered) {
  const auto inner = HmacRound(backend, key, kInnerPad, covered);
  if (!inner.has_value()) return std::nullopt;
  return HmacRound(backend, key, kOuterPad, *inner);
}

// In a time that does not tell where they differ.
bool AreEqual(const Digest& expected, Bytes cookie) {
  if (cookie.size() != expected.size()) return false;
  std::byte difference{};
  for (std::size_t i = 0; i < expected.size(); ++i) difference |= expected[i] ^ cookie[i];
  return difference == std::byte{};
}

// Writes a HelloVerifyRequest. Both versions in it are DTLS 1.0, whatever will be spoken, and the
// record has the number of the one that it answers (RFC 6347 section 4.2.1).
void WriteVerifyRequest(std::uint64_t record_sequence, const Digest& cookie,
                        std::array<std::byte, DatagramListener::kReplyBytes>& reply) {
  std::size_t at = 0;
  const auto put = [&](std::size_t width, std::uint64_t value) {
    for (; width > 0; --width) reply[at++] = static_cast<std::byte>(value >> (8 * (width - 1)));
  };
  put(1, kHandshakeRecord);
  put(2, kDtls10);
  put(2, 0);  // Epoch.
  put(6, record_sequence);
  put(2, HandshakeFragment::kHeaderBytes + kVerifyBody);
  put(1, kHelloVerifyRequest);
  put(3, kVerifyBody);
  put(2, 0);  // Message sequence: always 0, for nobody counts.
  put(3, 0);  // Offset.
  put(3, kVerifyBody);
  put(2, kDtls10);
  put(1, cookie.size());
  std::copy(cookie.begin(), cookie.end(), reply.begin() + static_cast<std::ptrdiff_t>(at));
}

bool FillFromSystem(std::span<std::byte> buffer) {
  ssize_t filled = 0;
  do {
    filled = getrandom(buffer.data(), buffer.size(), 0);
  } while (filled < 0 && errno == EINTR);
  return filled == static_cast<ssize_t>(buffer.size());
}

}  // namespace

DatagramListener::Key::~Key() { explicit_bzero(bytes.data(), bytes.size()); }

std::span<const std::byte> DatagramListener::Answer::reply() const {
  return Bytes(verify_request).first(outcome == Outcome::kReply ? kReplyBytes : 0);
}

Result<DatagramListener> DatagramListener::Make(const Backend& backend, Rules rules) {
  if (rules.key_lifetime < kMinKeyLifetime || rules.key_lifetime > kMaxKeyLifetime) {
    return MakeError(ErrorKind::kMisuse,
                     "DatagramListener::Rules::key_lifetime is not from 1 second to 1 day");
  }
  if (!rules.clock) rules.clock = [] { return std::chrono::steady_clock::now(); };
  if (!rules.random) rules.random = FillFromSystem;
  DatagramListener listener(backend, std::move(rules));
  if (!listener.RenewKeys()) {
    return MakeError(ErrorKind::kInternal, "no random bytes for the key of the cookies");
  }
  return listener;
}

DatagramListener::Answer DatagramListener::Judge(Bytes datagram, Bytes peer_address) {
  try {
    return Decide(datagram, peer_address);
  } catch (const std::bad_alloc&) {
    return Ignore();
  }
}

DatagramListener::Answer DatagramListener::Decide(Bytes datagram, Bytes peer_address) {
  const auto hello = ReadHello(datagram);
  if (!hello.has_value() || !RenewKeys()) return Ignore();
  const auto covered = Cover(*backend_, *hello, peer_address);
  if (!covered.has_value()) return Ignore();
  Answer answer;
  if (hello->message_sequence == AcceptedHello::kMessageSequence &&
      HasProved(hello->cookie, *covered)) {
    answer.outcome = Answer::Outcome::kAccept;
    answer.hello =
        AcceptedHello({hello->record.begin(), hello->record.end()}, hello->record_sequence);
    ++counters_.accepted;
    return answer;
  }
  const auto cookie = CookieOf(*backend_, key_->bytes, *covered);
  if (!cookie.has_value()) return Ignore();
  answer.outcome = Answer::Outcome::kReply;
  WriteVerifyRequest(hello->record_sequence, *cookie, answer.verify_request);
  ++(hello->cookie.empty() ? counters_.challenged : counters_.refused);
  return answer;
}

// Says whether `cookie` was made for `covered` with a key that still counts.
bool DatagramListener::HasProved(Bytes cookie, Bytes covered) const {
  if (cookie.size() != kDigestBytes) return false;
  for (const auto* key : {&key_, &previous_key_}) {
    if (!key->has_value()) continue;
    const auto expected = CookieOf(*backend_, (*key)->bytes, covered);
    if (expected.has_value() && AreEqual(*expected, cookie)) return true;
  }
  return false;
}

// Makes cookies with a new key if it is time to, and forgets the one before when it is too old.
// False if there is no key to be had.
bool DatagramListener::RenewKeys() {
  const Time now = rules_.clock();
  const auto is_older = [now](const std::optional<Key>& key, std::chrono::milliseconds age) {
    return key.has_value() && now - key->made >= age;
  };
  if (is_older(previous_key_, 2 * rules_.key_lifetime)) previous_key_.reset();
  if (key_.has_value() && !is_older(key_, rules_.key_lifetime)) return true;
  Key fresh;
  fresh.made = now;
  if (!rules_.random(fresh.bytes)) return false;
  previous_key_ = is_older(key_, 2 * rules_.key_lifetime) ? std::nullopt : key_;
  key_ = fresh;
  return true;
}

DatagramListener::Answer DatagramListener::Ignore() {
  ++counters_.ignored;
  return {};
}

}  // namespace tandem
