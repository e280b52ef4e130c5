#include "tandem/server_hello.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "api/hello_extensions.h"
#include "api/hello_parts.h"
#include "api/tls_reader.h"

namespace tandem {
namespace {

using Bytes = std::span<const std::byte>;
using Refused = std::optional<HelloRefusal>;

constexpr HelloRefusal kMalformed = {Fault::kMalformedMessage, Alert::kDecodeError};
constexpr HelloRefusal kIllegal = {Fault::kIllegalChoice, Alert::kIllegalParameter};

constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kTls13 = 0x0304;

// What a HelloRetryRequest has for a random, RFC 8446 section 4.1.3; its first bytes will do.
constexpr std::array kRetry = {std::byte{0xCF}, std::byte{0x21}, std::byte{0xAD}, std::byte{0x74},
                               std::byte{0xE5}, std::byte{0x9A}, std::byte{0x61}, std::byte{0x11}};

struct RawServerHello {
  std::size_t version = 0;
  Bytes random;
  Bytes session_id;
  CipherSuite suite = 0;
  std::vector<RawExtension> extensions;
};

bool IsRetry(const RawServerHello& raw) {
  return std::equal(kRetry.begin(), kRetry.end(), raw.random.begin());
}

// False: cut short or too long, which every library sees.
bool Split(Bytes message, RawServerHello& raw, Refused& refused) {
  TlsReader reader(message);
  const auto version = reader.Number(2);
  const auto random = reader.Take(kRandomBytes);
  const auto session_id = reader.Vector(1);
  const auto suite = reader.Number(2);
  const auto compression = reader.Number(1);
  if (!version.has_value() || !random.has_value() || !session_id.has_value()) return false;
  if (!suite.has_value() || !compression.has_value()) return false;
  raw = {*version, *random, *session_id, static_cast<CipherSuite>(*suite), {}};
  if (reader.empty()) return true;
  const auto block = reader.LastVector(2);
  if (!block.has_value()) return false;
  refused = ReadExtensionBlock(*block, raw.extensions);
  return true;
}

// The groups of our own shares, and those that we would send one of if asked.
struct Offer {
  ClientHello hello;
  HelloDetails details;
};

Offer OfferOf(const RawClientHello& raw) {
  Offer offer;
  for (const RawExtension& extension : raw.extensions) {
    static_cast<void>(ReadHelloExtension(extension, Version::kTls13, offer.hello, offer.details));
  }
  return offer;
}

bool Contains(const std::vector<Group>& groups, Group group) {
  return std::find(groups.begin(), groups.end(), group) != groups.end();
}

Refused CheckShare(Bytes body, const Offer& offer, bool retry) {
  TlsReader reader(body);
  const auto number = reader.Number(2);
  if (!number.has_value()) return kMalformed;
  const auto group = static_cast<Group>(*number);
  const bool sent = Contains(offer.details.shares, group);
  if (retry) {
    const bool news = Contains(offer.hello.groups, group) && !sent;
    return news ? std::nullopt : Refused(kIllegal);
  }
  if (!sent) return kIllegal;
  const auto share = reader.LastVector(2);
  return share.has_value() && !share->empty() ? std::nullopt : Refused(kMalformed);
}

Refused CheckTls13(const RawServerHello& raw, Bytes versions, const RawClientHello& own) {
  if (versions.size() == 2 && TlsReader(versions).Number(2) != kTls13) return kIllegal;
  if (!std::equal(raw.session_id.begin(), raw.session_id.end(), own.session_id.begin(),
                  own.session_id.end())) {
    return kIllegal;
  }
  const RawExtension* share = FindExtension(raw.extensions, HelloExtension::kKeyShare);
  if (share == nullptr) return std::nullopt;
  return CheckShare(share->body, OfferOf(own), IsRetry(raw));
}

// RFC 5746 section 3.4: empty in a first handshake.
Refused CheckTls12(const RawServerHello& raw) {
  if (IsTls13Suite(raw.suite)) return kIllegal;
  const RawExtension* proof = FindExtension(raw.extensions, HelloExtension::kRenegotiationInfo);
  if (proof == nullptr) return std::nullopt;
  const auto content = TlsReader(proof->body).LastVector(1);
  if (!content.has_value()) return kMalformed;
  return content->empty() ? std::nullopt : Refused(kIllegal);
}

}  // namespace

std::optional<HelloRefusal> CheckServerHello(std::span<const std::byte> message,
                                             std::span<const std::byte> client_hello, bool second,
                                             bool datagrams) {
  RawClientHello own;
  static_cast<void>(SplitClientHello(client_hello, datagrams, own));
  RawServerHello raw;
  Refused refused;
  if (!Split(message, raw, refused) || refused.has_value()) return refused;
  if (datagrams) raw.version = TlsVersionOf(raw.version);
  const bool late = second && IsRetry(raw);
  if (late || raw.version != static_cast<std::size_t>(Version::kTls12)) return std::nullopt;
  const RawExtension* versions = FindExtension(raw.extensions, HelloExtension::kSupportedVersions);
  return versions == nullptr ? CheckTls12(raw) : CheckTls13(raw, versions->body, own);
}

}  // namespace tandem
