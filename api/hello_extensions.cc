#include "api/hello_extensions.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <iterator>
#include <string>

namespace tandem {
namespace {

using Bytes = std::span<const std::byte>;
using Refused = std::optional<HelloRefusal>;

constexpr HelloRefusal kMalformed = {Fault::kMalformedMessage, Alert::kDecodeError};
constexpr HelloRefusal kIllegal = {Fault::kIllegalChoice, Alert::kIllegalParameter};
constexpr HelloRefusal kBadName = {Fault::kMalformedMessage, Alert::kUnrecognizedName};

constexpr std::size_t kProtocolLimit = 64;   // ALPN names that are looked at; nobody offers more.
constexpr std::size_t kHostNameLimit = 255;  // DNS has no longer ones, and OpenSSL takes none.
constexpr std::size_t kRecordLimitMin = 64;  // RFC 8449 section 4.
constexpr std::size_t kFragmentCodes = 4;    // RFC 6066 section 4: 2^9 to 2^12.
constexpr std::size_t kStatusRequestBytes = 5;
constexpr std::byte kHostName{0};
constexpr std::byte kUncompressed{0};
constexpr std::byte kOcsp{1};

// The tags of what DER puts into these: a Name, Extensions, and the two forms of a ResponderID.
constexpr std::byte kSequence{0x30};
constexpr std::byte kResponderByName{0xA1};
constexpr std::byte kResponderByKey{0xA2};

std::string TextOf(Bytes bytes) {
  std::string text;
  for (const std::byte byte : bytes) text.push_back(std::to_integer<char>(byte));
  return text;
}

Refused Unless(bool well_formed) {
  return well_formed ? std::nullopt : std::optional<HelloRefusal>(kMalformed);
}

// Says whether `der` is one element of one of `tags`, by its tag and length alone.
bool IsDerOf(Bytes der, std::initializer_list<std::byte> tags) {
  TlsReader reader(der);
  const auto tag = reader.Number(1);
  auto size = reader.Number(1);
  if (!tag.has_value() || !size.has_value()) return false;
  constexpr std::size_t long_form = 0x80;
  if (*size >= long_form) {
    const std::size_t bytes = *size - long_form;
    if (bytes == 0 || bytes > 3) return false;
    size = reader.Number(bytes);
  }
  return size.has_value() && reader.Take(*size).has_value() && reader.empty() &&
         std::find(tags.begin(), tags.end(), static_cast<std::byte>(*tag)) != tags.end();
}

Refused ReadEmpty(Bytes body, ClientHello&, HelloDetails&) { return Unless(body.empty()); }

// RFC 6066 section 3. OpenSSL knows one name of one type, and takes all else for malformed.
Refused ReadServerName(Bytes body, ClientHello& hello, HelloDetails&) {
  TlsReader outer(body);
  const auto list = outer.LastVector(2);
  if (!list.has_value()) return kMalformed;
  TlsReader reader(*list);
  const auto type = reader.Number(1);
  const auto name = reader.LastVector(2);
  if (!type.has_value() || static_cast<std::byte>(*type) != kHostName) return kMalformed;
  if (!name.has_value() || name->empty()) return kMalformed;
  const bool speakable = name->size() <= kHostNameLimit &&
                         std::find(name->begin(), name->end(), std::byte{0}) == name->end();
  if (!speakable) return kBadName;
  hello.server_name = TextOf(*name);
  for (char& c : hello.server_name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (hello.server_name.back() == '.') hello.server_name.pop_back();
  return std::nullopt;
}

Refused ReadMaxFragmentLength(Bytes body, ClientHello&, HelloDetails&) {
  if (body.size() != 1) return kMalformed;
  const auto code = std::to_integer<std::size_t>(body.front());
  if (code < 1 || code > kFragmentCodes) return kIllegal;
  return std::nullopt;
}

Refused ReadStatusRequest(Bytes body, ClientHello&, HelloDetails&) {
  // Of another type than OCSP nobody knows the form, but GnuTLS wants it to have OCSP's least size.
  if (body.size() < kStatusRequestBytes) return kMalformed;
  TlsReader reader(body);
  if (static_cast<std::byte>(*reader.Number(1)) != kOcsp) return std::nullopt;
  const auto responders = reader.Vector(2);
  const auto extensions = reader.LastVector(2);
  if (!responders.has_value() || !extensions.has_value()) return kMalformed;
  TlsReader list(*responders);
  while (!list.empty()) {
    const auto id = list.Vector(2);
    if (!id.has_value() || !IsDerOf(*id, {kResponderByName, kResponderByKey})) return kMalformed;
  }
  return Unless(extensions->empty() || IsDerOf(*extensions, {kSequence}));
}

// Reads a vector of numbers that must not be empty.
bool ReadNumberVector(Bytes body, std::size_t width, std::vector<std::uint16_t>& numbers) {
  TlsReader reader(body);
  const auto list = reader.LastVector(width);
  if (!list.has_value() || list->empty()) return false;
  auto read = ReadNumbers(*list);
  if (!read.has_value()) return false;
  numbers = *std::move(read);
  return true;
}

Refused ReadGroups(Bytes body, ClientHello& hello, HelloDetails&) {
  return Unless(ReadNumberVector(body, 2, hello.groups));
}

Refused ReadSignatureAlgorithms(Bytes body, ClientHello& hello, HelloDetails&) {
  return Unless(ReadNumberVector(body, 2, hello.signature_schemes));
}

Refused ReadSignatureAlgorithmsCert(Bytes body, ClientHello&, HelloDetails&) {
  std::vector<std::uint16_t> unused;
  return Unless(ReadNumberVector(body, 2, unused));
}

Refused ReadPskModes(Bytes body, ClientHello&, HelloDetails&) {
  const auto list = TlsReader(body).LastVector(1);
  return Unless(list.has_value() && !list->empty());
}

Refused ReadPointFormats(Bytes body, ClientHello&, HelloDetails& details) {
  const auto list = TlsReader(body).LastVector(1);
  if (!list.has_value() || list->empty()) return kMalformed;
  details.reads_points = std::find(list->begin(), list->end(), kUncompressed) != list->end();
  return std::nullopt;
}

Refused ReadSrp(Bytes body, ClientHello&, HelloDetails&) {
  const auto name = TlsReader(body).LastVector(1);
  return Unless(name.has_value() &&
                std::find(name->begin(), name->end(), std::byte{0}) == name->end());
}

Refused ReadAlpn(Bytes body, ClientHello& hello, HelloDetails&) {
  TlsReader outer(body);
  const auto list = outer.LastVector(2);
  if (!list.has_value() || list->empty()) return kMalformed;
  TlsReader reader(*list);
  while (!reader.empty()) {
    const auto name = reader.Vector(1);
    if (!name.has_value() || name->empty()) return kMalformed;
    if (hello.alpn.size() < kProtocolLimit) hello.alpn.push_back(TextOf(*name));
  }
  return std::nullopt;
}

Refused ReadRecordSizeLimit(Bytes body, ClientHello&, HelloDetails&) {
  if (body.size() != 2) return kMalformed;
  if (TlsReader(body).Number(2).value_or(0) < kRecordLimitMin) return kIllegal;
  return std::nullopt;
}

// Nobody has been given a key by us, so what it says of one is read for its form alone.
Refused ReadPreSharedKey(Bytes body, ClientHello&, HelloDetails&) {
  TlsReader reader(body);
  const auto identities = reader.Vector(2);
  const auto binders = reader.LastVector(2);
  if (!identities.has_value() || identities->empty()) return kMalformed;
  if (!binders.has_value() || binders->empty()) return kMalformed;
  TlsReader list(*identities);
  while (!list.empty()) {
    const auto identity = list.Vector(2);
    if (!identity.has_value() || identity->empty() || !list.Take(4).has_value()) return kMalformed;
  }
  TlsReader proofs(*binders);
  while (!proofs.empty()) {
    const auto binder = proofs.Vector(1);
    if (!binder.has_value() || binder->empty()) return kMalformed;
  }
  return std::nullopt;
}

Refused ReadCertificateAuthorities(Bytes body, ClientHello&, HelloDetails&) {
  const auto list = TlsReader(body).LastVector(2);
  if (!list.has_value()) return kMalformed;
  TlsReader reader(*list);
  while (!reader.empty()) {
    const auto name = reader.Vector(2);
    if (!name.has_value() || !IsDerOf(*name, {kSequence})) return kMalformed;
  }
  return std::nullopt;
}

// What a share of a group looks like, RFC 8446 section 4.2.8.2; a library that does not choose the
// group does not look.
struct ShareForm {
  Group group;
  std::size_t size;
  bool point;  // Begins with 4, for an uncompressed point.
};

constexpr ShareForm kShareForms[] = {
    {0x0017, 65, true},  {0x0018, 97, true},  {0x0019, 133, true},
    {0x001D, 32, false}, {0x001E, 56, false},
};

bool HasForm(Group group, Bytes share) {
  const auto* form = std::find_if(std::begin(kShareForms), std::end(kShareForms),
                                  [group](const ShareForm& known) { return known.group == group; });
  if (form == std::end(kShareForms)) return true;
  return share.size() == form->size && (!form->point || share.front() == std::byte{4});
}

Refused ReadKeyShare(Bytes body, ClientHello&, HelloDetails& details) {
  const auto list = TlsReader(body).LastVector(2);
  if (!list.has_value()) return kMalformed;
  bool usable = true;
  std::bitset<std::size_t{1} << 16> seen;
  TlsReader reader(*list);
  while (!reader.empty()) {
    const auto number = reader.Number(2);
    const auto share = reader.Vector(2);
    if (!number.has_value() || !share.has_value() || share->empty()) return kMalformed;
    const auto group = static_cast<Group>(*number);
    auto& shares = details.shares;
    usable = usable && HasForm(group, *share) && !seen.test(group);
    if (!seen.test(group)) shares.push_back(group);
    seen.set(group);
  }
  if (!usable) return kIllegal;
  return std::nullopt;
}

// RFC 5746 section 3.6: empty in a first handshake, and there is no other.
Refused ReadRenegotiationInfo(Bytes body, ClientHello&, HelloDetails&) {
  const auto proof = TlsReader(body).LastVector(1);
  if (!proof.has_value()) return kMalformed;
  if (!proof->empty()) return HelloRefusal{Fault::kIllegalChoice, Alert::kHandshakeFailure};
  return std::nullopt;
}

// RFC 5764 section 4.1.1. No key identifier is ever answered with, so its length is all that
// counts.
Refused ReadUseSrtp(Bytes body, ClientHello& hello, HelloDetails&) {
  TlsReader reader(body);
  const auto profiles = reader.Vector(2);
  if (!profiles.has_value() || !reader.LastVector(1).has_value()) return kMalformed;
  const auto numbers = ReadNumbers(*profiles);
  if (!numbers.has_value()) return kMalformed;
  for (const std::uint16_t number : *numbers) {
    hello.srtp.push_back(static_cast<SrtpProfile>(number));
  }
  return std::nullopt;
}

enum class When : std::uint8_t { kAlways, kTls13 };

struct Grammar {
  HelloExtension type;
  When when;
  Refused (*read)(Bytes body, ClientHello& hello, HelloDetails& details);
};

constexpr Grammar kGrammars[] = {
    {HelloExtension::kServerName, When::kAlways, ReadServerName},
    {HelloExtension::kMaxFragmentLength, When::kAlways, ReadMaxFragmentLength},
    {HelloExtension::kStatusRequest, When::kAlways, ReadStatusRequest},
    {HelloExtension::kGroups, When::kAlways, ReadGroups},
    {HelloExtension::kPointFormats, When::kAlways, ReadPointFormats},
    {HelloExtension::kSrp, When::kAlways, ReadSrp},
    {HelloExtension::kSignatureAlgorithms, When::kAlways, ReadSignatureAlgorithms},
    {HelloExtension::kUseSrtp, When::kAlways, ReadUseSrtp},
    {HelloExtension::kAlpn, When::kAlways, ReadAlpn},
    {HelloExtension::kEncryptThenMac, When::kAlways, ReadEmpty},
    {HelloExtension::kExtendedMasterSecret, When::kAlways, ReadEmpty},
    {HelloExtension::kRecordSizeLimit, When::kAlways, ReadRecordSizeLimit},
    {HelloExtension::kPreSharedKey, When::kTls13, ReadPreSharedKey},
    {HelloExtension::kEarlyData, When::kTls13, ReadEmpty},
    {HelloExtension::kPskModes, When::kTls13, ReadPskModes},
    {HelloExtension::kCertificateAuthorities, When::kTls13, ReadCertificateAuthorities},
    {HelloExtension::kPostHandshakeAuth, When::kTls13, ReadEmpty},
    {HelloExtension::kSignatureAlgorithmsCert, When::kAlways, ReadSignatureAlgorithmsCert},
    {HelloExtension::kKeyShare, When::kTls13, ReadKeyShare},
    {HelloExtension::kRenegotiationInfo, When::kAlways, ReadRenegotiationInfo},
};

}  // namespace

std::optional<HelloRefusal> ReadHelloExtension(const RawExtension& extension, Version version,
                                               ClientHello& hello, HelloDetails& details) {
  const auto type = static_cast<HelloExtension>(extension.type);
  const auto* grammar =
      std::find_if(std::begin(kGrammars), std::end(kGrammars),
                   [type](const Grammar& candidate) { return candidate.type == type; });
  if (grammar == std::end(kGrammars)) return std::nullopt;
  if (grammar->when == When::kTls13 && version != Version::kTls13) return std::nullopt;
  return grammar->read(extension.body, hello, details);
}

bool ReadSupportedVersions(std::span<const std::byte> body, ClientHello& hello) {
  const auto list = TlsReader(body).LastVector(1);
  if (!list.has_value()) return false;
  auto versions = ReadNumbers(*list);
  if (!versions.has_value()) return false;
  hello.supported_versions = *std::move(versions);
  return true;
}

}  // namespace tandem
