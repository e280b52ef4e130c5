// The error table: ClientHellos that no library would send.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "conformance/errors/error_table.h"
#include "conformance/scenarios/raw_hello.h"
#include "conformance/world/random.h"

namespace tandem::conformance {
namespace {

Bytes Of(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

HelloParts Good(const World& w) {
  RawHello hello;
  if (!w.tls13()) hello.versions.clear();
  if (w.tls13()) hello.versions = {0x0304};
  return PartsOf(hello);
}

void Say(World& w, const Bytes& body) {
  w.Open(nullptr, w.Build(w.ServerRules()));
  w.to_server().Inject(HandshakeRecord(1, body));
}

void Say(World& w, const HelloParts& parts) { Say(w, HelloBody(parts)); }

void With(World& w, std::uint16_t type, const Bytes& body) {
  HelloParts parts = Good(w);
  if (HelloPart* part = parts.Find(type)) {
    part->body = body;
  } else {
    parts.extensions.insert(parts.extensions.begin(), {type, body});
  }
  Say(w, parts);
}

void Without(World& w, std::uint16_t type) {
  HelloParts parts = Good(w);
  std::erase_if(parts.extensions, [type](const HelloPart& part) { return part.type == type; });
  Say(w, parts);
}

void GoodHello(World& w) { Say(w, Good(w)); }

void CutHello(World& w) {
  Bytes body = HelloBody(Good(w));
  body.erase(body.end() - 3, body.end());
  Say(w, body);
}

void LongHello(World& w) {
  Bytes body = HelloBody(Good(w));
  Put16(body, 0);
  Say(w, body);
}

void LongSessionId(World& w) {
  HelloParts parts = Good(w);
  parts.session_id = Pattern(33, 2);
  Say(w, parts);
}

void NoSuites(World& w) {
  HelloParts parts = Good(w);
  parts.suites.clear();
  Say(w, parts);
}

void OddSuites(World& w) {
  HelloParts parts = Good(w);
  Put8(parts.suites, 0);
  Say(w, parts);
}

void UnknownSuites(World& w) {
  HelloParts parts = Good(w);
  parts.suites = List({0xFAFA});
  Say(w, parts);
}

void Fallback(World& w) {
  RawHello hello;
  hello.versions.clear();
  hello.suites.push_back(0x5600);
  w.Open(nullptr, w.Build(w.ServerRules().Versions(Version::kTls12, Version::kTls13)));
  w.to_server().Inject(MakeRawHello(hello));
}

void NoNullCompression(World& w) {
  HelloParts parts = Good(w);
  parts.compressions = Of({1});
  Say(w, parts);
}

void TwoCompressions(World& w) {
  HelloParts parts = Good(w);
  parts.compressions = Of({1, 0});
  Say(w, parts);
}

void OldVersion(World& w) {
  HelloParts parts = Good(w);
  parts.legacy_version = 0x0301;
  Say(w, parts);
}

void Ssl3Version(World& w) {
  HelloParts parts = Good(w);
  parts.legacy_version = 0x0300;
  Say(w, parts);
}

void UnknownVersions(World& w) { With(w, 43, Of({4, 3, 5, 0x7F, 0x1C})); }
void OddVersions(World& w) { With(w, 43, Of({3, 3, 4, 3})); }

void TwiceTheSame(World& w) {
  HelloParts parts = Good(w);
  parts.extensions.push_back(parts.extensions.front());
  Say(w, parts);
}

void TwiceUnknown(World& w) {
  HelloParts parts = Good(w);
  parts.extensions.insert(parts.extensions.begin(), 2, {0xFAFA, {}});
  Say(w, parts);
}

void NameOfZeroes(World& w) { With(w, 0, Of({0, 6, 0, 0, 3, 'a', 0, 'b'})); }
void EmptyName(World& w) { With(w, 0, Of({0, 3, 0, 0, 0})); }
void NameWithUnderscore(World& w) { With(w, 0, Of({0, 6, 0, 0, 3, 'a', '_', 'b'})); }
void TwoNames(World& w) { With(w, 0, Of({0, 8, 0, 0, 1, 'a', 0, 0, 1, 'b'})); }
void CutProtocols(World& w) { With(w, 16, Of({0, 4, 4, 'h', '2', 'c'})); }
void NoGroups(World& w) { With(w, 10, Of({0, 0})); }
void UnknownGroups(World& w) {
  HelloParts parts = Good(w);
  parts.Find(10)->body = Sized16(List({0xFAFA}));
  if (HelloPart* share = parts.Find(51)) share->body = Of({0, 0});
  Say(w, parts);
}
void OddSchemes(World& w) { With(w, 13, Of({0, 3, 4, 3, 8})); }
void UnknownSchemes(World& w) { With(w, 13, Sized16(List({0xFAFA}))); }
void CompressedPoints(World& w) { With(w, 11, Of({1, 1})); }
void Renegotiates(World& w) { With(w, 0xFF01, Of({2, 1, 2})); }
void FragmentLength(World& w) { With(w, 1, Of({9})); }
void RecordSizeLimit(World& w) { With(w, 28, Of({0, 63})); }
void Srtp(World& w) { With(w, 14, Of({0, 2, 0, 1, 0})); }
void MasterSecretWithBody(World& w) { With(w, 23, Of({1})); }
void CutStatusRequest(World& w) { With(w, 5, Of({1, 0, 9, 0, 0})); }
void NoGroupsAtAll(World& w) { Without(w, 10); }
void NoSchemesAtAll(World& w) { Without(w, 13); }
void NoSharesAtAll(World& w) { Without(w, 51); }

void ShareOf(World& w, int group, std::size_t size) {
  Bytes share;
  Put16(share, static_cast<std::size_t>(group));
  Append(share, Sized16(Pattern(size, 1)));
  With(w, 51, Sized16(share));
}

void ShareNotOffered(World& w) { ShareOf(w, 0x001E, 56); }
void ShortShare(World& w) { ShareOf(w, 0x001D, 31); }
void EmptyShare(World& w) { ShareOf(w, 0x001D, 0); }
void ShareOfZeroes(World& w) {
  Bytes share;
  Put16(share, 0x001D);
  Append(share, Sized16(Bytes(32)));
  With(w, 51, Sized16(share));
}

void KeyNotLast(World& w) { With(w, 41, Bytes(4)); }

void KeyWithoutModes(World& w) {
  HelloParts parts = Good(w);
  Bytes identity = Sized16(Pattern(8, 1));
  Append(identity, Bytes(4));
  Bytes binder = Of({32});
  Append(binder, Pattern(32, 2));
  Bytes body = Sized16(identity);
  Append(body, Sized16(binder));
  parts.extensions.push_back({41, body});
  Say(w, parts);
}

// The first of two hellos: it asks for a HelloRetryRequest.
void Retry(World& w, const RawHello& second) {
  RawHello first;
  first.versions = {0x0304};
  first.share = false;
  w.Open(nullptr, w.Build(w.ServerRules()));
  w.to_server().Inject(MakeRawHello(first));
  w.RunUntilQuiet();
  w.That(w.to_client().sent() > 0, "no request for a share");
  w.to_server().Inject(MakeRawHello(second));
}

void RetryWithoutShare(World& w) { Retry(w, {.versions = {0x0304}, .share = false}); }
void RetryWithOtherSuites(World& w) { Retry(w, {.suites = {0x1302}, .versions = {0x0304}}); }
void RetryWithOldVersion(World& w) { Retry(w, {.versions = {0x0303}}); }

constexpr ErrorRow kClientHellos[] = {
    {"GoodHello", "a good hello by hand", Versions::kEach, GoodHello, {kPlayed, kLives}},
    {"CutHello",
     "a hello that ends early",
     Versions::kEach,
     CutHello,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"LongHello",
     "a hello with bytes left over",
     Versions::kEach,
     LongHello,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"LongSessionId",
     "a hello with a session id of 33 bytes",
     Versions::kEach,
     LongSessionId,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"NoSuites",
     "a hello without cipher suites",
     Versions::kEach,
     NoSuites,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kIllegalParameter)}},
    {"OddSuites",
     "a hello with half a cipher suite",
     Versions::kEach,
     OddSuites,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"UnknownSuites",
     "a hello with suites that nobody knows",
     Versions::kEach,
     UnknownSuites,
     {kPlayed, Fails(ErrorKind::kIncompatible, Alert::kHandshakeFailure)}},
    {"Fallback",
     "a hello of TLS 1.2 that says it could speak more (RFC 7507)",
     Versions::kMixed,
     Fallback,
     {kPlayed, Fails(ErrorKind::kIncompatible, Alert::kInappropriateFallback)}},
    {"NoNullCompression",
     "a hello that insists on compression",
     Versions::kEach,
     NoNullCompression,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"TwoCompressions",
     "a hello that offers compression",
     Versions::kTls12,
     TwoCompressions,
     {kPlayed, kLives}},
    {"TwoCompressions",
     "a hello that offers compression",
     Versions::kTls13,
     TwoCompressions,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kIllegalParameter)}},
    {"OldVersion",
     "a hello whose legacy_version is TLS 1.0's",
     Versions::kEach,
     OldVersion,
     {kPlayed, Fails(ErrorKind::kIncompatible, Alert::kProtocolVersion)}},
    {"Ssl3Version",
     "a hello whose legacy_version is SSL 3.0's",
     Versions::kTls12,
     Ssl3Version,
     {kPlayed, Fails(ErrorKind::kIncompatible, Alert::kProtocolVersion)}},
    {"Ssl3Version",
     "a hello whose legacy_version is SSL 3.0's",
     Versions::kTls13,
     Ssl3Version,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kProtocolVersion)}},
    {"UnknownVersions",
     "supported_versions with none that is known",
     Versions::kEach,
     UnknownVersions,
     {kPlayed, Fails(ErrorKind::kIncompatible, Alert::kProtocolVersion)}},
    {"OddVersions",
     "supported_versions with half a version",
     Versions::kEach,
     OddVersions,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"TwiceTheSame",
     "an extension twice",
     Versions::kEach,
     TwiceTheSame,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kIllegalParameter)}},
    {"TwiceUnknown",
     "an unknown extension twice",
     Versions::kEach,
     TwiceUnknown,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kIllegalParameter)}},
    {"NameOfZeroes",
     "server_name with a zero byte",
     Versions::kEach,
     NameOfZeroes,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kUnrecognizedName)}},
    {"EmptyName",
     "server_name with an empty name",
     Versions::kEach,
     EmptyName,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"NameWithUnderscore",
     "server_name with an underscore",
     Versions::kEach,
     NameWithUnderscore,
     {kPlayed, kLives}},
    {"TwoNames",
     "server_name with two names",
     Versions::kEach,
     TwoNames,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"CutProtocols",
     "ALPN cut short",
     Versions::kEach,
     CutProtocols,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"NoGroups",
     "supported_groups without a group",
     Versions::kEach,
     NoGroups,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"UnknownGroups",
     "supported_groups with none that is known",
     Versions::kEach,
     UnknownGroups,
     {kPlayed, Fails(ErrorKind::kIncompatible, Alert::kHandshakeFailure)}},
    {"OddSchemes",
     "signature_algorithms with half a scheme",
     Versions::kEach,
     OddSchemes,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"UnknownSchemes",
     "signature_algorithms with none that is known",
     Versions::kEach,
     UnknownSchemes,
     {kPlayed, Fails(ErrorKind::kIncompatible, Alert::kHandshakeFailure)}},
    {"CompressedPoints",
     "ec_point_formats without uncompressed points",
     Versions::kTls12,
     CompressedPoints,
     {kPlayed, Fails(ErrorKind::kIncompatible, Alert::kHandshakeFailure)}},
    {"CompressedPoints",
     "ec_point_formats without uncompressed points",
     Versions::kTls13,
     CompressedPoints,
     {kPlayed, kLives}},
    {"Renegotiates",
     "renegotiation_info with a proof in a first hello",
     Versions::kEach,
     Renegotiates,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kHandshakeFailure)}},
    {"FragmentLength",
     "max_fragment_length with an unknown code",
     Versions::kEach,
     FragmentLength,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kIllegalParameter)}},
    {"RecordSizeLimit",
     "record_size_limit below 64",
     Versions::kEach,
     RecordSizeLimit,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kIllegalParameter)}},
    {"Srtp",
     "use_srtp, which is for DTLS",
     Versions::kEach,
     Srtp,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kIllegalParameter)}},
    {"MasterSecretWithBody",
     "extended_master_secret with a body",
     Versions::kEach,
     MasterSecretWithBody,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"CutStatusRequest",
     "status_request cut short",
     Versions::kEach,
     CutStatusRequest,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"NoGroupsAtAll",
     "no supported_groups",
     Versions::kTls12,
     NoGroupsAtAll,
     {kPlayed, Fails(ErrorKind::kIncompatible, Alert::kHandshakeFailure)}},
    {"NoGroupsAtAll",
     "no supported_groups",
     Versions::kTls13,
     NoGroupsAtAll,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kMissingExtension)}},
    {"NoSchemesAtAll",
     "no signature_algorithms",
     Versions::kTls12,
     NoSchemesAtAll,
     {kPlayed, Fails(ErrorKind::kIncompatible, Alert::kHandshakeFailure)}},
    {"NoSchemesAtAll",
     "no signature_algorithms",
     Versions::kTls13,
     NoSchemesAtAll,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kMissingExtension)}},
    {"NoSharesAtAll",
     "no key_share",
     Versions::kTls13,
     NoSharesAtAll,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kMissingExtension)}},
    {"ShareNotOffered",
     "a key share of a group that is not offered",
     Versions::kTls13,
     ShareNotOffered,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kIllegalParameter)}},
    {"ShortShare",
     "a key share that is too short",
     Versions::kTls13,
     ShortShare,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kIllegalParameter)}},
    {"EmptyShare",
     "an empty key share",
     Versions::kTls13,
     EmptyShare,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kDecodeError)}},
    {"ShareOfZeroes",
     "a key share that no secret comes of",
     Versions::kTls13,
     ShareOfZeroes,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kIllegalParameter)}},
    {"KeyNotLast",
     "pre_shared_key that is not the last extension",
     Versions::kEach,
     KeyNotLast,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kIllegalParameter)}},
    {"KeyWithoutModes",
     "pre_shared_key without psk_key_exchange_modes",
     Versions::kTls12,
     KeyWithoutModes,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kHandshakeFailure)}},
    {"KeyWithoutModes",
     "pre_shared_key without psk_key_exchange_modes",
     Versions::kTls13,
     KeyWithoutModes,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kMissingExtension)}},
    {"RetryWithoutShare",
     "a second hello without the share that was asked for",
     Versions::kTls13,
     RetryWithoutShare,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kIllegalParameter)}},
    {"RetryWithOtherSuites",
     "a second hello with other suites",
     Versions::kTls13,
     RetryWithOtherSuites,
     {kPlayed, Fails(ErrorKind::kProtocol, Alert::kIllegalParameter)}},
    {"RetryWithOldVersion",
     "a second hello for TLS 1.2",
     Versions::kTls13,
     RetryWithOldVersion,
     {kPlayed, Fails(ErrorKind::kIncompatible, Alert::kProtocolVersion)}},
};

}  // namespace

std::span<const ErrorRow> ClientHelloRows() { return kClientHellos; }

}  // namespace tandem::conformance
