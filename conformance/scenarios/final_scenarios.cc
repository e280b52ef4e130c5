// The end is the end: after an error, and after close_notify, nothing more happens and nothing more
// is said.

#include <cerrno>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "conformance/scenarios/raw_hello.h"
#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t kAlertRecord = 21;
constexpr std::uint8_t kDataRecord = 23;

// A protected alert of TLS 1.3: header, level and description, the true type, tag.
constexpr std::size_t kProtectedAlertBytes = 5 + 2 + 1 + 16;

/// One end that is about to fail, and what is around it.
struct Victim {
  End& end;
  End& peer;
  Link& in;
  Link& out;
};

/// A way to fail, and what it must come to.
struct Failing {
  std::string_view name;
  void (*cause)(World& w, Victim& victim);
  Expected expected;
};

void DamagedRecord(World& w, Victim& victim) {
  w.Equal(victim.peer.Write(Pattern(20, 1)).bytes, std::size_t{20}, "bytes taken");
  victim.in.in_flight().back() ^= std::byte{1};
  static_cast<void>(victim.end.ReadAll());
}

void TooLongRecord(World&, Victim& victim) {
  victim.in.Inject(Record(kDataRecord, Pattern(20000, 1)));
  static_cast<void>(victim.end.ReadAll());
}

void EndOfStream(World&, Victim& victim) {
  victim.in.End();
  static_cast<void>(victim.end.ReadAll());
}

void BrokenReceive(World&, Victim& victim) {
  victim.in.FailReceive(ECONNRESET);
  static_cast<void>(victim.end.ReadAll());
}

void BrokenSend(World&, Victim& victim) {
  victim.out.FailSend(EPIPE);
  for (int i = 0; i < 2; ++i) static_cast<void>(victim.end.Write(Pattern(10, 1)));
}

void AlertOfThePeer(World& w, Victim& victim) {
  w.Equal(victim.end.Write(Pattern(20, 1)).bytes, std::size_t{20}, "bytes taken");
  victim.out.in_flight().back() ^= std::byte{1};
  static_cast<void>(victim.peer.ReadAll());
  static_cast<void>(victim.end.ReadAll());
}

constexpr Failing kAfterTheHandshake[] = {
    {"a damaged record",
     DamagedRecord,
     {.kind = ErrorKind::kProtocol, .sent = Alert::kBadRecordMac}},
    {"a record that is too long",
     TooLongRecord,
     {.kind = ErrorKind::kProtocol, .sent = Alert::kRecordOverflow}},
    {"the end of the stream", EndOfStream, {.kind = ErrorKind::kTruncated}},
    {"a reset", BrokenReceive, {.kind = ErrorKind::kTransport, .system_error = ECONNRESET}},
    {"a broken pipe", BrokenSend, {.kind = ErrorKind::kTransport, .system_error = EPIPE}},
    {"the peer's alert",
     AlertOfThePeer,
     {.kind = ErrorKind::kPeerAlert, .received = Alert::kBadRecordMac}},
};

void Deadline(World& w, Victim& victim) {
  w.Advance(1h);
  static_cast<void>(victim.end.HandleEvents());
}

void Abandonment(World& w, Victim& victim) {
  w.Equal(victim.end.Shutdown(), Status::kOk, "Shutdown() in the handshake");
}

void NoTls(World&, Victim& victim) {
  victim.in.Inject(BytesOf("220 mail.test ESMTP ready\r\n"));
  static_cast<void>(victim.end.Handshake());
}

constexpr Failing kInTheHandshake[] = {
    {"its deadline", Deadline, {.kind = ErrorKind::kTimedOut}},
    {"its abandonment", Abandonment, {.kind = ErrorKind::kMisuse}},
    {"something that is not TLS", NoTls, {.kind = ErrorKind::kProtocol}},
    {"the end of the stream in the handshake", EndOfStream, {.kind = ErrorKind::kTruncated}},
    {"a reset in the handshake",
     BrokenReceive,
     {.kind = ErrorKind::kTransport, .system_error = ECONNRESET}},
};

// Calls everything, in an order of its own, and checks that nobody moves.
void NothingMovesAnyMore(World& w, Victim& victim) {
  End& end = victim.end;
  const Bytes said = victim.out.history();
  const Bytes heard = end.received();
  const auto events = end.events();
  victim.in.Inject(Pattern(1000, 9));
  const std::uint64_t calls = victim.in.receive_calls();
  for (int i = 0; i < 2; ++i) {
    w.Equal(end.ReadSome(100).status, Status::kError, "Read()");
    w.Equal(end.Write(Pattern(100, 1)).status, Status::kError, "Write()");
    w.Equal(end.Write({}).status, Status::kError, "Write() of nothing");
    w.Equal(end.Shutdown(), Status::kError, "Shutdown()");
    w.Equal(end.Rekey(true), Status::kError, "Rekey()");
    w.Equal(end.Handshake(), Status::kError, "Handshake()");
    w.Equal(end.HandleEvents(), Status::kError, "HandleEvents()");
    w.Equal(end.Flush(), Status::kError, "Flush()");
  }
  const Session& session = end.session();
  const auto secret = session.Export("EXPORTER-test", std::nullopt, 32);
  w.That(!secret.ok() && secret.error().kind == end.error()->kind, "Export() has another error");
  const auto binding = session.Binding(ChannelBinding::kExporter);
  w.That(!binding.ok() && binding.error().kind == end.error()->kind, "Binding() has another error");
  w.Equal(session.interest(), Interest{}, "interest()");
  w.Equal(session.pending(), std::size_t{0}, "pending()");
  w.That(!session.event_timeout().has_value(), "a timer runs");
  w.Equal(victim.in.receive_calls(), calls, "calls of Receive()");
  w.That(victim.out.history() == said, "bytes were sent behind the end");
  w.That(end.received() == heard, "bytes came behind the end");
  w.That(end.events() == events, "something happened behind the end");
}

// What the peer can see of a fault: one alert where one is due, and not a byte elsewhere.
void ItWasToldOnce(World& w, const Victim& victim, std::size_t said_before) {
  const std::span<const std::byte> said = std::span(victim.out.history()).subspan(said_before);
  if (!victim.end.error()->alert_sent.has_value()) {
    w.Equal(said.size(), std::size_t{0}, "bytes sent without an alert");
    return;
  }
  const auto type = static_cast<std::byte>(w.tls13() ? kDataRecord : kAlertRecord);
  w.Equal(RecordTypes(said), Bytes{type}, "the records of the alert");
  if (w.tls13()) w.Equal(said.size(), kProtectedAlertBytes, "its bytes");
}

void FailsForEver(World& w, const Failing& failing, Victim victim) {
  const Note note(w.checks(), "the " + victim.end.name() + ", by " + std::string(failing.name));
  const bool writes = failing.cause == BrokenSend || failing.cause == AlertOfThePeer;
  const std::size_t said = victim.out.sent();
  failing.cause(w, victim);
  if (!w.Fails(victim.end, failing.expected)) return;
  if (!writes) ItWasToldOnce(w, victim, said);
  NothingMovesAnyMore(w, victim);
}

Victim ClientOf(World& w) { return {w.client(), w.server(), w.to_client(), w.to_server()}; }
Victim ServerOf(World& w) { return {w.server(), w.client(), w.to_server(), w.to_client()}; }

void ErrorsAreFinal(World& w) {
  const auto client = w.Build(w.ClientRules());
  const auto server = w.Build(w.ServerRules());
  for (const Failing& failing : kAfterTheHandshake) {
    for (const auto& victim : {ClientOf, ServerOf}) {
      w.Open(client, server);
      if (!w.Handshake()) return;
      FailsForEver(w, failing, victim(w));
    }
  }
}

void ErrorsInTheHandshakeAreFinal(World& w) {
  const auto client = w.Build(w.ClientRules());
  const auto server = w.Build(w.ServerRules());
  for (const Failing& failing : kInTheHandshake) {
    w.Open(client, nullptr);
    w.Equal(w.client().Handshake(), Status::kWantRead, "the client's Handshake()");
    FailsForEver(w, failing, ClientOf(w));
    w.Open(nullptr, server);
    w.Equal(w.server().Handshake(), Status::kWantRead, "the server's Handshake()");
    FailsForEver(w, failing, ServerOf(w));
  }
}

// One who has said goodbye is silent, whatever comes: an answer, an alert or a second goodbye would
// be a record behind the last one.
void SilentBehindCloseNotify(World& w) {
  const auto client = w.Build(w.ClientRules());
  const auto server = w.Build(w.ServerRules());
  for (const Failing& failing : kAfterTheHandshake) {
    if (failing.cause == BrokenSend || failing.cause == AlertOfThePeer) continue;
    for (const auto& side : {ClientOf, ServerOf}) {
      w.Open(client, server);
      if (!w.Handshake()) return;
      Victim victim = side(w);
      const Note note(w.checks(), "the " + victim.end.name() + ", by " + std::string(failing.name));
      if (w.tls13()) w.Equal(victim.peer.Rekey(true), Status::kOk, "the peer's Rekey()");
      w.Equal(victim.end.Shutdown(), Status::kOk, "Shutdown()");
      const std::size_t said = victim.out.sent();
      for (const bool both : {false, true}) {
        if (w.tls13()) w.Equal(victim.peer.Rekey(both), Status::kOk, "the peer's Rekey()");
      }
      w.Equal(victim.peer.Write(Pattern(50, 2)).bytes, std::size_t{50}, "bytes taken");
      w.Equal(victim.end.ReadAll(), Status::kWantRead, "Read() after Shutdown()");
      w.Got(victim.end, Pattern(50, 2));
      failing.cause(w, victim);
      Expected silent = failing.expected;
      silent.sent.reset();
      w.Fails(victim.end, silent);
      static_cast<void>(victim.end.Flush());
      w.Equal(victim.out.sent(), said, "bytes sent behind close_notify");
      w.Equal(victim.peer.ReadAll(), Status::kClosed, "the peer's Read()");
    }
  }
}

constexpr Scenario kScenarios[] = {
    {"ErrorIsToldOnceAndIsFinal", kEach, ErrorsAreFinal},
    {"ErrorInTheHandshakeIsFinal", kEach, ErrorsInTheHandshakeAreFinal},
    {"NothingIsSentBehindCloseNotifyWhateverComes", kEach, SilentBehindCloseNotify},
};

}  // namespace

std::span<const Scenario> FinalScenarios() { return kScenarios; }

}  // namespace tandem::conformance
