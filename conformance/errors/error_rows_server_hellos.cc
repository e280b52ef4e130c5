// The error table: ServerHellos that no library would send.

#include <algorithm>
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

struct ServerHello {
  std::uint16_t version = 0x0303;
  Bytes random = Pattern(32, 9);
  Bytes session_id;
  std::uint16_t suite = 0xC02B;
  int compression = 0;
  std::vector<HelloPart> extensions;
};

Bytes ShareBody(std::uint16_t group, std::size_t size) {
  Bytes body;
  Put16(body, group);
  Append(body, Sized16(Pattern(size, 3)));
  return body;
}

// The random of a ServerHello that is a HelloRetryRequest, RFC 8446 section 4.1.3.
Bytes RetryRandom() {
  return Of({0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C,
             0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB,
             0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C});
}

// Opens a client and returns an answer that it takes.
ServerHello Begin(World& w) {
  w.Open(w.Build(w.ClientRules().Groups({0x001D, 0x0017})), nullptr);
  static_cast<void>(w.client().Handshake());
  constexpr std::size_t session_id_at = 5 + 4 + 2 + 32;
  const Bytes& said = w.to_server().history();
  ServerHello hello;
  if (!w.tls13()) {
    hello.extensions = {{0xFF01, Of({0})}, {23, {}}};
    return hello;
  }
  const auto size = std::to_integer<std::ptrdiff_t>(said[session_id_at]);
  const auto begin = said.begin() + session_id_at + 1;
  hello.session_id.assign(begin, begin + size);
  hello.suite = 0x1301;
  hello.extensions = {{43, Of({3, 4})}, {51, ShareBody(0x001D, 32)}};
  return hello;
}

Bytes BodyOf(const ServerHello& hello) {
  Bytes body;
  Put16(body, hello.version);
  Append(body, hello.random);
  Put8(body, hello.session_id.size());
  Append(body, hello.session_id);
  Put16(body, hello.suite);
  Put8(body, static_cast<std::size_t>(hello.compression));
  Bytes extensions;
  for (const HelloPart& part : hello.extensions) {
    Put16(extensions, part.type);
    Append(extensions, Sized16(part.body));
  }
  Append(body, Sized16(extensions));
  return body;
}

void Answer(World& w, const ServerHello& hello) {
  w.to_client().Inject(HandshakeRecord(2, BodyOf(hello)));
}

void GoodAnswer(World& w) { Answer(w, Begin(w)); }

void UnknownSuite(World& w) {
  ServerHello hello = Begin(w);
  hello.suite = 0xFAFA;
  Answer(w, hello);
}

void SuiteNotOffered(World& w) {
  ServerHello hello = Begin(w);
  hello.suite = w.tls13() ? 0x1304 : 0xC009;
  Answer(w, hello);
}

void SuiteOfOtherVersion(World& w) {
  ServerHello hello = Begin(w);
  hello.suite = w.tls13() ? 0xC02B : 0x1301;
  Answer(w, hello);
}

void AnswerOfTls10(World& w) {
  ServerHello hello = Begin(w);
  hello.version = 0x0301;
  if (w.tls13())
    std::erase_if(hello.extensions, [](const HelloPart& part) { return part.type != 0xFF01; });
  Answer(w, hello);
}

void AnswerOfUnknownVersion(World& w) {
  ServerHello hello = Begin(w);
  hello.version = w.tls13() ? 0x0303 : 0x0305;
  if (w.tls13()) hello.extensions.front().body = Of({3, 5});
  Answer(w, hello);
}

void SelectsOldVersion(World& w) {
  ServerHello hello = Begin(w);
  hello.extensions.front().body = Of({3, 3});
  Answer(w, hello);
}

void ForeignSessionId(World& w) {
  ServerHello hello = Begin(w);
  hello.session_id = Pattern(32, 77);
  Answer(w, hello);
}

void CompressedAnswer(World& w) {
  ServerHello hello = Begin(w);
  hello.compression = 1;
  Answer(w, hello);
}

void Downgraded(World& w) {
  w.Open(w.Build(w.ClientRules().Versions(Version::kTls12, Version::kTls13)), nullptr);
  static_cast<void>(w.client().Handshake());
  ServerHello hello;
  hello.extensions = {{0xFF01, Of({0})}, {23, {}}};
  const Bytes sentinel = Of({0x44, 0x4F, 0x57, 0x4E, 0x47, 0x52, 0x44, 0x01});
  std::copy(sentinel.begin(), sentinel.end(), hello.random.end() - 8);
  Answer(w, hello);
}

void AnswerTwice(World& w) {
  ServerHello hello = Begin(w);
  hello.extensions.push_back(hello.extensions.front());
  Answer(w, hello);
}

void Adds(World& w, std::uint16_t type, const Bytes& body) {
  ServerHello hello = Begin(w);
  hello.extensions.push_back({type, body});
  Answer(w, hello);
}

void UnsolicitedKnown(World& w) { Adds(w, 16, Of({0, 3, 2, 'h', '2'})); }
void UnsolicitedUnknown(World& w) { Adds(w, 0xFAFA, {}); }

void Shares(World& w, const Bytes& body) {
  ServerHello hello = Begin(w);
  hello.extensions.back().body = body;
  Answer(w, hello);
}

void ShareOfOtherGroup(World& w) { Shares(w, ShareBody(0x001E, 56)); }
void ShortAnswerShare(World& w) { Shares(w, ShareBody(0x001D, 31)); }
void EmptyAnswerShare(World& w) { Shares(w, ShareBody(0x001D, 0)); }
void CutAnswerShare(World& w) { Shares(w, Of({0, 0x1D})); }
void ZeroAnswerShare(World& w) {
  Bytes body;
  Put16(body, 0x001D);
  Append(body, Sized16(Bytes(32)));
  Shares(w, body);
}

void NoAnswerShare(World& w) {
  ServerHello hello = Begin(w);
  hello.extensions.pop_back();
  Answer(w, hello);
}

void NoSafeRenegotiation(World& w) {
  ServerHello hello = Begin(w);
  hello.extensions.erase(hello.extensions.begin());
  Answer(w, hello);
}

void WrongRenegotiation(World& w) {
  ServerHello hello = Begin(w);
  hello.extensions.front().body = Of({2, 1, 2});
  Answer(w, hello);
}

void CutAnswer(World& w) {
  Bytes body = BodyOf(Begin(w));
  body.resize(20);
  w.to_client().Inject(HandshakeRecord(2, body));
}

void AnswerWithMore(World& w) {
  Bytes body = BodyOf(Begin(w));
  Put16(body, 0);
  w.to_client().Inject(HandshakeRecord(2, body));
}

ServerHello Request(World& w, std::uint16_t group) {
  ServerHello hello = Begin(w);
  hello.random = RetryRandom();
  Bytes body;
  Put16(body, group);
  hello.extensions.back().body = body;
  return hello;
}

void AsksForOfferedShare(World& w) { Answer(w, Request(w, 0x001D)); }
void AsksForUnknownGroup(World& w) { Answer(w, Request(w, 0xFAFA)); }
void AsksForNothing(World& w) {
  ServerHello hello = Request(w, 0x0017);
  hello.extensions.pop_back();
  Answer(w, hello);
}
void AsksTwice(World& w) {
  const ServerHello hello = Request(w, 0x0017);
  Answer(w, hello);
  w.RunUntilQuiet();
  Answer(w, hello);
}

void CertificateFirst(World& w) {
  static_cast<void>(Begin(w));
  w.to_client().Inject(HandshakeRecord(11, Of({0, 0, 0})));
}

void FinishedFirst(World& w) {
  static_cast<void>(Begin(w));
  w.to_client().Inject(HandshakeRecord(20, Bytes(12)));
}

void UnknownMessage(World& w) {
  static_cast<void>(Begin(w));
  w.to_client().Inject(HandshakeRecord(99, Of({1, 2, 3})));
}

void HelloRequestFirst(World& w) {
  static_cast<void>(Begin(w));
  w.to_client().Inject(HandshakeRecord(0, {}));
}

constexpr ErrorRow kServerHellos[] = {
    {"GoodAnswer", "a good answer by hand", Versions::kEach, GoodAnswer, {kLives, kPlayed}},
    {"UnknownSuite",
     "an answer with a suite that nobody knows",
     Versions::kEach,
     UnknownSuite,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"SuiteNotOffered",
     "an answer with a suite that was not offered",
     Versions::kEach,
     SuiteNotOffered,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"SuiteOfOtherVersion",
     "an answer with a suite of another version",
     Versions::kEach,
     SuiteOfOtherVersion,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"AnswerOfTls10",
     "an answer in TLS 1.0",
     Versions::kEach,
     AnswerOfTls10,
     {Fails(ErrorKind::kIncompatible, Alert::kProtocolVersion), kPlayed}},
    {"AnswerOfUnknownVersion",
     "an answer in a version that nobody knows",
     Versions::kTls12,
     AnswerOfUnknownVersion,
     {Fails(ErrorKind::kIncompatible, Alert::kProtocolVersion), kPlayed}},
    {"AnswerOfUnknownVersion",
     "an answer in a version that nobody knows",
     Versions::kTls13,
     AnswerOfUnknownVersion,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"SelectsOldVersion",
     "supported_versions that selects TLS 1.2",
     Versions::kTls13,
     SelectsOldVersion,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"ForeignSessionId",
     "an answer with another session id",
     Versions::kTls13,
     ForeignSessionId,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"CompressedAnswer",
     "an answer that selects compression",
     Versions::kEach,
     CompressedAnswer,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"Downgraded",
     "an answer in TLS 1.2 of a server that speaks 1.3 (RFC 8446 section 4.1.3)",
     Versions::kMixed,
     Downgraded,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"AnswerTwice",
     "an answer with an extension twice",
     Versions::kEach,
     AnswerTwice,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"UnsolicitedKnown",
     "an answer with ALPN, which was not offered",
     Versions::kEach,
     UnsolicitedKnown,
     {Fails(ErrorKind::kProtocol, Alert::kUnsupportedExtension), kPlayed}},
    {"UnsolicitedUnknown",
     "an answer with an unknown extension",
     Versions::kEach,
     UnsolicitedUnknown,
     {kLives, kPlayed}},
    {"ShareOfOtherGroup",
     "an answer with a share of a group that was not offered",
     Versions::kTls13,
     ShareOfOtherGroup,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"ShortAnswerShare",
     "an answer with a share that is too short",
     Versions::kTls13,
     ShortAnswerShare,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"EmptyAnswerShare",
     "an answer with an empty share",
     Versions::kTls13,
     EmptyAnswerShare,
     {Fails(ErrorKind::kProtocol, Alert::kDecodeError), kPlayed}},
    {"CutAnswerShare",
     "an answer with half a share",
     Versions::kTls13,
     CutAnswerShare,
     {Fails(ErrorKind::kProtocol, Alert::kDecodeError), kPlayed}},
    {"ZeroAnswerShare",
     "an answer with a share that no secret comes of",
     Versions::kTls13,
     ZeroAnswerShare,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"NoAnswerShare",
     "an answer without a share",
     Versions::kTls13,
     NoAnswerShare,
     {Fails(ErrorKind::kProtocol, Alert::kMissingExtension), kPlayed}},
    {"NoSafeRenegotiation",
     "an answer without renegotiation_info (RFC 5746)",
     Versions::kTls12,
     NoSafeRenegotiation,
     {Fails(ErrorKind::kIncompatible, Alert::kHandshakeFailure), kPlayed}},
    {"WrongRenegotiation",
     "an answer whose renegotiation_info is not empty",
     Versions::kTls12,
     WrongRenegotiation,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"CutAnswer",
     "an answer that ends early",
     Versions::kEach,
     CutAnswer,
     {Fails(ErrorKind::kProtocol, Alert::kDecodeError), kPlayed}},
    {"AnswerWithMore",
     "an answer with bytes left over",
     Versions::kEach,
     AnswerWithMore,
     {Fails(ErrorKind::kProtocol, Alert::kDecodeError), kPlayed}},
    {"AsksForOfferedShare",
     "a HelloRetryRequest for the share that was sent",
     Versions::kTls13,
     AsksForOfferedShare,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"AsksForUnknownGroup",
     "a HelloRetryRequest for a group that was not offered",
     Versions::kTls13,
     AsksForUnknownGroup,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"AsksForNothing",
     "a HelloRetryRequest that asks for nothing",
     Versions::kTls13,
     AsksForNothing,
     {Fails(ErrorKind::kProtocol, Alert::kIllegalParameter), kPlayed}},
    {"AsksTwice",
     "two HelloRetryRequests",
     Versions::kTls13,
     AsksTwice,
     {Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage), kPlayed}},
    {"CertificateFirst",
     "a Certificate in place of the answer",
     Versions::kEach,
     CertificateFirst,
     {Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage), kPlayed}},
    {"FinishedFirst",
     "a Finished in place of the answer",
     Versions::kEach,
     FinishedFirst,
     {Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage), kPlayed}},
    {"UnknownMessage",
     "an unknown message in place of the answer",
     Versions::kEach,
     UnknownMessage,
     {Fails(ErrorKind::kProtocol, Alert::kUnexpectedMessage), kPlayed}},
    {"HelloRequestFirst",
     "a HelloRequest in place of the answer",
     Versions::kEach,
     HelloRequestFirst,
     {kLives, kPlayed}},
};

}  // namespace

std::span<const ErrorRow> ServerHelloRows() { return kServerHellos; }

}  // namespace tandem::conformance
