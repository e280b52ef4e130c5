// Peers that do not speak TLS, and a wire that changes what they say.

#include <algorithm>
#include <array>
#include <string>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kHeader = 5;

const Expected kProtocolWithoutAWord = {ErrorKind::kProtocol};

// Nothing is sent to somebody who would not understand it.
void ServerIsTold(World& w, const Bytes& bytes, const Expected& expected) {
  w.Open(nullptr, w.Build(w.ServerRules()));
  w.to_server().Inject(bytes);
  w.RunUntilQuiet();
  w.Fails(w.server(), expected);
  w.Equal(w.to_client().sent(), std::size_t{0}, "bytes from the server");
}

void ClientIsTold(World& w, const Bytes& bytes, const Expected& expected) {
  w.Open(w.Build(w.ClientRules()), nullptr);
  static_cast<void>(w.client().Handshake());
  const std::size_t hello = w.to_server().sent();
  w.to_client().Inject(bytes);
  w.RunUntilQuiet();
  w.Fails(w.client(), expected);
  w.Equal(w.to_server().sent(), hello, "bytes from the client behind its hello");
}

void SaysHttp(World& w, End& end) {
  const Error* error = end.error();
  w.That(error != nullptr && error->what.find("HTTP") != std::string::npos,
         "the error does not say that the peer speaks HTTP");
}

void GarbageIsProtocol(World& w) {
  for (const std::uint64_t seed :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{4}}) {
    const Note note(w.checks(), "garbage " + std::to_string(seed));
    Bytes garbage = Pattern(400, seed);
    garbage[0] = std::byte{0x40};
    ServerIsTold(w, garbage, kProtocolWithoutAWord);
    ClientIsTold(w, garbage, kProtocolWithoutAWord);
  }
  ServerIsTold(w, BytesOf("SSH-2.0-OpenSSH_9.2\r\n"), kProtocolWithoutAWord);
  ClientIsTold(w, BytesOf("220 mail.test ESMTP ready\r\n"), kProtocolWithoutAWord);
}

void PlainHttpIsNamed(World& w) {
  ServerIsTold(w, BytesOf("GET / HTTP/1.1\r\nHost: server.test\r\n\r\n"), kProtocolWithoutAWord);
  SaysHttp(w, w.server());
  ServerIsTold(w, BytesOf("POST /form HTTP/1.1\r\nHost: server.test\r\n\r\n"),
               kProtocolWithoutAWord);
  SaysHttp(w, w.server());
  ClientIsTold(w, BytesOf("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
               kProtocolWithoutAWord);
  SaysHttp(w, w.client());
}

void FlipAt(World& w, std::size_t at, unsigned bit, const World::SharedConfig& client_config,
            const World::SharedConfig& server_config) {
  const Note note(w.checks(), "bit " + std::to_string(bit) + " of byte " + std::to_string(at));
  w.Open(client_config, server_config);
  if (!w.Handshake()) return;
  w.Equal(w.server().Write(Pattern(20, 1)).status, Status::kOk, "Write()");
  w.to_client().in_flight()[at] ^= static_cast<std::byte>(1U << bit);
  w.Equal(w.client().ReadAll(), Status::kError, "Read() of what was changed");
  w.Got(w.client(), {});
  w.Fails(w.client(), {.kind = ErrorKind::kProtocol, .sent = Alert::kBadRecordMac});
  w.Equal(w.server().ReadAll(), Status::kError, "the other's Read()");
  w.Fails(w.server(), {.kind = ErrorKind::kPeerAlert, .received = Alert::kBadRecordMac});
}

void FlippedBitIsBadRecordMac(World& w) {
  const auto client = w.Build(w.ClientRules());
  const auto server = w.Build(w.ServerRules());
  constexpr std::size_t sealed = 20 + 16;  // plaintext and tag; more is the nonce or the type
  for (std::size_t at = kHeader; at < kHeader + sealed && !w.failed(); ++at) {
    FlipAt(w, at, static_cast<unsigned>(at % 8), client, server);
  }
}

void WholeRecordsBeforeABadOneAreDelivered(World& w) {
  if (!w.Connect()) return;
  w.Equal(w.server().Write(Pattern(100, 1)).status, Status::kOk, "Write()");
  w.Equal(w.server().Write(Pattern(100, 2)).status, Status::kOk, "Write()");
  w.to_client().in_flight().back() ^= std::byte{1};
  w.Equal(w.client().ReadAll(), Status::kError, "Read() at last");
  w.Got(w.client(), Pattern(100, 1));
  w.Fails(w.client(), {.kind = ErrorKind::kProtocol, .sent = Alert::kBadRecordMac});
}

// The alert is queued behind output that waits, and Flush() gets both out after the error.
void AlertGetsOutAfterTheError(World& w) {
  if (!w.Connect()) return;
  const Bytes held = Pattern(1000, 1);
  w.to_server().knobs.send_quota = 10;
  w.Equal(w.client().Write(held).bytes, held.size(), "bytes taken");
  w.Equal(w.server().Write(Pattern(10, 2)).status, Status::kOk, "Write()");
  w.to_client().in_flight().back() ^= std::byte{1};
  w.Equal(w.client().ReadAll(), Status::kError, "Read() of what was changed");
  w.That(w.client().session().interest().write, "the alert waits, and interest().write is off");
  w.Equal(w.client().Flush(), Status::kWantWrite, "Flush() with the wire blocked");
  w.to_server().knobs.send_quota = LinkKnobs::kUnlimited;
  static_cast<void>(w.client().Flush());
  const std::size_t sent = w.to_server().sent();
  for (int i = 0; i < 3; ++i) {
    static_cast<void>(w.client().Flush());
    w.Equal(w.client().ReadSome(10).status, Status::kError, "Read() after the error");
    w.Equal(w.client().Write(held).status, Status::kError, "Write() after the error");
    w.Equal(w.client().Handshake(), Status::kError, "Handshake() after the error");
    w.Equal(w.client().Shutdown(), Status::kError, "Shutdown() after the error");
    w.Equal(w.client().HandleEvents(), Status::kError, "HandleEvents() after the error");
  }
  w.Equal(w.to_server().sent(), sent, "bytes behind the alert");
  w.Equal(w.server().ReadAll(), Status::kError, "the other's Read()");
  w.Got(w.server(), held);
  w.Fails(w.server(), {.kind = ErrorKind::kPeerAlert, .received = Alert::kBadRecordMac});
}

// RFC 8446 section 5.2: more than 2^14 + 256 bytes (TLS 1.2: + 2048) must end in record_overflow.
void TooLongARecord(World& w) {
  if (!w.Connect()) return;
  Bytes record = Pattern(20000, 1);
  const std::array<std::byte, kHeader> header = {std::byte{23}, std::byte{3}, std::byte{3},
                                                 std::byte{0x4E}, std::byte{0x1B}};
  std::copy(header.begin(), header.end(), record.begin());
  w.to_client().Inject(record);
  w.Equal(w.client().ReadAll(), Status::kError, "Read()");
  w.Fails(w.client(), {.kind = ErrorKind::kProtocol, .sent = Alert::kRecordOverflow});
  w.Equal(w.server().ReadAll(), Status::kError, "the other's Read()");
  w.Fails(w.server(), {.kind = ErrorKind::kPeerAlert, .received = Alert::kRecordOverflow});
}

Bytes AlertRecord(unsigned level, Alert alert) {
  return {std::byte{21},
          std::byte{3},
          std::byte{3},
          std::byte{0},
          std::byte{2},
          static_cast<std::byte>(level),
          static_cast<std::byte>(alert)};
}

void AlertInPlaintext(World& w) {
  const Expected refused = {.kind = ErrorKind::kPeerAlert, .received = Alert::kAccessDenied};
  ClientIsTold(w, AlertRecord(2, Alert::kAccessDenied), refused);
  const Error* error = w.client().error();
  w.That(error != nullptr && !error->alert_authenticated, "anybody could have sent this alert");
  ServerIsTold(w, AlertRecord(2, Alert::kAccessDenied), refused);

  w.Open();
  static_cast<void>(w.client().Handshake());
  static_cast<void>(w.server().Handshake());
  w.to_server().Inject(AlertRecord(2, Alert::kAccessDenied));
  w.Equal(w.server().Handshake(), Status::kError, "the server's Handshake()");
  w.Fails(w.server(), refused);
  w.That(!w.server().error()->alert_authenticated, "anybody could have sent this alert");
}

void CloseNotifyInTheHandshake(World& w) {
  ClientIsTold(w, AlertRecord(1, Alert::kCloseNotify),
               {.kind = ErrorKind::kPeerAlert, .received = Alert::kCloseNotify});
}

void OwnHelloReflected(World& w) {
  w.Open(w.Build(w.ClientRules()), nullptr);
  static_cast<void>(w.client().Handshake());
  const Bytes hello = w.to_server().history();
  w.to_client().Inject(hello);
  w.RunUntilQuiet();
  w.Fails(w.client(), {.kind = ErrorKind::kProtocol, .sent = Alert::kUnexpectedMessage});
}

void WarningsWithoutEnd(World& w) {
  w.Open(w.Build(w.ClientRules()), nullptr);
  static_cast<void>(w.client().Handshake());
  for (int i = 0; i < 200; ++i) w.to_client().Inject(AlertRecord(1, Alert::kUnrecognizedName));
  w.RunUntilQuiet();
  w.Fails(w.client(), {.kind = ErrorKind::kLimit, .sent = Alert::kUnexpectedMessage});
  w.Happened(w.client(), std::vector<Event::Type>(5, Event::Type::kWarningAlert));
}

// Servers of TLS 1.2 send one when they do not know the name that was asked for, and go on.
void WarningInTheHandshake(World& w) {
  w.Open();
  static_cast<void>(w.client().Handshake());
  w.to_client().Inject(AlertRecord(1, Alert::kUnrecognizedName));
  w.Equal(w.client().Handshake(), Status::kWantRead, "Handshake() of a warning");
  if (!w.Handshake()) return;
  w.Exchange(Pattern(100, 1), Pattern(100, 2));
  w.Happened(w.client(),
             {Event::Type::kWarningAlert, Event::Type::kHandshakeDone, Event::Type::kPeerAccepted});
}

constexpr Scenario kScenarios[] = {
    {"GarbageIsAProtocolErrorWithoutAWord", kEach, GarbageIsProtocol},
    {"PlainHttpIsNamedAndGetsNoAlert", kEach, PlainHttpIsNamed},
    {"FlippedBitIsBadRecordMacAtBothEnds", kEach, FlippedBitIsBadRecordMac},
    {"WholeRecordsBeforeABadOneAreDelivered", kEach, WholeRecordsBeforeABadOneAreDelivered},
    {"AlertGetsOutAfterTheErrorAndNothingElse", kEach, AlertGetsOutAfterTheError},
    {"TooLongARecordIsRecordOverflow", kEach, TooLongARecord},
    {"AlertInPlaintextEndsTheHandshakeUnauthenticated", kEach, AlertInPlaintext},
    {"CloseNotifyInTheHandshakeIsThePeersAlert", kEach, CloseNotifyInTheHandshake},
    {"OwnHelloReflectedIsUnexpected", kEach, OwnHelloReflected},
    {"WarningsWithoutEndAreALimit", kEach, WarningsWithoutEnd},
    {"WarningInTheHandshakeIsAnEventAndNoMore", kEach, WarningInTheHandshake},
};

}  // namespace

std::span<const Scenario> HostileScenarios() { return kScenarios; }

}  // namespace tandem::conformance
