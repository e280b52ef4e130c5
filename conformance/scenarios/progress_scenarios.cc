// What a call does that has nothing to do yet, or nothing any more: the same on both, and no more
// than it says.

#include <algorithm>
#include <string>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

using Type = Event::Type;

// GnuTLS takes no more of them in a second of real time, and no scenario may wait for one to pass.
constexpr std::size_t kKeyUpdatesAllowed = 8;

std::size_t Count(End& end, Type type) {
  return static_cast<std::size_t>(std::count(end.events().begin(), end.events().end(), type));
}

// Runs a check with each end as the one who reads, on a new connection each time.
template <typename Check>
void ForEachReader(World& w, Check check) {
  if (w.Connect()) {
    const Note note(w.checks(), "the client reads");
    check(w.client(), w.server(), w.to_client(), w.to_server());
  }
  if (w.Connect()) {
    const Note note(w.checks(), "the server reads");
    check(w.server(), w.client(), w.to_server(), w.to_client());
  }
}

// Reads once what holds no data, and checks that it was all taken and that there is nothing to do.
void OneReadTakesItAll(World& w, End& reader, const Link& in) {
  w.Equal(reader.ReadSome(100).status, Status::kWantRead, "the one Read()");
  w.Equal(in.sent() - in.received(), std::size_t{0}, "bytes left on the wire");
  w.Equal(reader.session().interest(), Interest{.read = true}, "interest() after it");
  w.Equal(reader.ReadSome(100).status, Status::kWantRead, "another Read()");
  w.Lives(reader);
}

void KeyUpdatesAlone(World& w) {
  for (std::size_t count = 1; count <= kKeyUpdatesAllowed; ++count) {
    const Note note(w.checks(), std::to_string(count) + " key updates");
    ForEachReader(w, [&](End& reader, End& writer, Link& in, Link&) {
      for (std::size_t i = 0; i < count; ++i) w.Equal(writer.Rekey(false), Status::kOk, "Rekey()");
      OneReadTakesItAll(w, reader, in);
      w.Equal(Count(reader, Type::kRekeyedByPeer), count, "key updates that were told of");
      w.Exchange(Pattern(100, 1), Pattern(100, 2));
    });
  }
}

// The ninth ends the session, however many more wait behind it.
void FloodOfKeyUpdatesEndsAtTheNinth(World& w) {
  for (const std::size_t flood : {kKeyUpdatesAllowed + 1, 6 * kKeyUpdatesAllowed}) {
    const Note note(w.checks(), std::to_string(flood) + " key updates");
    ForEachReader(w, [&](End& reader, End& writer, Link&, Link& out) {
      const std::size_t said = out.sent();
      for (std::size_t i = 0; i < flood; ++i) w.Equal(writer.Rekey(false), Status::kOk, "Rekey()");
      w.Equal(reader.ReadSome(100).status, Status::kError, "the one Read()");
      w.Fails(reader, {ErrorKind::kLimit});
      w.Equal(Count(reader, Type::kRekeyedByPeer), kKeyUpdatesAllowed + 1,
              "key updates that were told of");
      w.Equal(out.sent(), said, "bytes in answer");
    });
  }
}

// Handshake() is idle once it has done its work: it neither reads nor answers.
void DoneHandshakeLeavesInputAlone(World& w) {
  ForEachReader(w, [&w](End& reader, End& writer, Link& in, Link& out) {
    if (w.tls13()) w.Equal(writer.Rekey(true), Status::kOk, "Rekey()");
    w.Equal(writer.Write(Pattern(100, 1)).bytes, std::size_t{100}, "bytes taken");
    w.Equal(writer.Shutdown(), Status::kOk, "Shutdown()");
    const std::uint64_t calls = in.receive_calls();
    const std::size_t said = out.sent();
    for (int i = 0; i < 3; ++i) w.Equal(reader.Handshake(), Status::kOk, "Handshake() when done");
    w.Equal(in.receive_calls(), calls, "calls of Receive()");
    w.Equal(out.sent(), said, "bytes sent");
    w.Equal(reader.ReadAll(), Status::kClosed, "Read() of what waited");
    w.Got(reader, Pattern(100, 1));
    w.Equal(reader.Handshake(), Status::kOk, "Handshake() after the peer has closed");
    w.Equal(reader.Shutdown(), Status::kOk, "our own Shutdown()");
    w.Equal(reader.Handshake(), Status::kOk, "Handshake() after both have closed");
  });
}

// Everything that can be asked of a session whose handshake waits for the peer.
void IsNotReady(World& w, End& end, Link& out) {
  const std::size_t said = out.sent();
  for (int i = 0; i < 2; ++i) {
    w.Equal(end.Handshake(), Status::kWantRead, "Handshake()");
    w.Equal(end.ReadSome(100).status, Status::kWantRead, "Read()");
    w.Equal(end.Read({}).status, Status::kWantRead, "Read() of nothing");
    w.Equal(end.Write(Pattern(100, 1)).status, Status::kWantRead, "Write()");
    w.Equal(end.Write({}).status, Status::kWantRead, "Write() of nothing");
    w.Equal(end.Rekey(false), Status::kRefused, "Rekey()");
    w.Equal(end.Flush(), Status::kOk, "Flush()");
    w.Equal(end.HandleEvents(), Status::kOk, "HandleEvents()");
  }
  w.Equal(out.sent(), said, "bytes sent by asking");
  const Session& session = end.session();
  w.Equal(session.interest(), Interest{.read = true}, "interest()");
  w.Equal(session.pending(), std::size_t{0}, "pending()");
  w.That(session.info() == nullptr, "info() before there is any");
  w.That(session.event_timeout().has_value(), "no deadline runs");
  const auto secret = session.Export("EXPORTER-test", std::nullopt, 32);
  w.That(!secret.ok() && secret.error().kind == ErrorKind::kMisuse, "Export() is not kMisuse");
  const auto binding = session.Binding(ChannelBinding::kExporter);
  w.That(!binding.ok() && binding.error().kind == ErrorKind::kMisuse, "Binding() is not kMisuse");
  w.Happened(end, {});
  w.Lives(end);
}

// Stops the handshake at each of its turns, and asks for everything there.
void NotReadyIsTheSame(World& w) {
  w.Open();
  static_cast<void>(w.server().Handshake());
  for (int turn = 0; turn < 10; ++turn) {
    const Note note(w.checks(), "turn " + std::to_string(turn));
    if (!w.client().handshake_done() && w.client().Handshake() == Status::kWantRead) {
      IsNotReady(w, w.client(), w.to_server());
    }
    if (!w.server().handshake_done() && w.server().Handshake() == Status::kWantRead) {
      IsNotReady(w, w.server(), w.to_client());
    }
    if (w.client().handshake_done() && w.server().handshake_done()) break;
  }
  w.Exchange(Pattern(100, 2), Pattern(100, 3));
}

// A Write() of nothing says what a Write() would say, and sends nothing, wherever the session is.
void WriteOfNothingAnywhere(World& w) {
  ForEachReader(w, [&w](End& reader, End& writer, Link&, Link& out) {
    out.knobs.send_quota = 3;
    w.Equal(reader.Write(Pattern(50, 1)).bytes, std::size_t{50}, "bytes taken");
    const auto sends_nothing = [&](Status status, std::string_view when) {
      const std::size_t said = out.sent();
      const IoResult result = reader.Write({});
      w.Equal(result.status, status, "Write() of nothing " + std::string(when));
      w.Equal(out.sent(), said, "bytes sent " + std::string(when));
    };
    sends_nothing(Status::kOk, "behind waiting output");
    out.knobs.send_quota = LinkKnobs::kUnlimited;
    w.Equal(reader.Flush(), Status::kOk, "Flush()");
    w.Equal(writer.Shutdown(), Status::kOk, "the peer's Shutdown()");
    w.Equal(reader.ReadSome(10).status, Status::kClosed, "Read()");
    sends_nothing(Status::kOk, "after the peer's close_notify");
    w.Equal(reader.Shutdown(), Status::kOk, "Shutdown()");
    sends_nothing(Status::kClosed, "after our own");
    w.Equal(writer.ReadAll(), Status::kClosed, "the peer's Read()");
    w.Got(writer, Pattern(50, 1));
  });
}

constexpr Scenario kScenarios[] = {
    {"KeyUpdatesAloneAreTakenByOneReadThatWantsMore", kTls13, KeyUpdatesAlone},
    {"FloodOfKeyUpdatesEndsAtTheNinth", kTls13, FloodOfKeyUpdatesEndsAtTheNinth},
    {"HandshakeAfterDoneLeavesInputAlone", kEach, DoneHandshakeLeavesInputAlone},
    {"CallsBeforeTheHandshakeIsDoneAnswerTheSameAtEveryTurn", kEach, NotReadyIsTheSame},
    {"WriteOfNothingSendsNothingInAnyState", kEach, WriteOfNothingAnywhere},
};

}  // namespace

std::span<const Scenario> ProgressScenarios() { return kScenarios; }

}  // namespace tandem::conformance
