// Ends that are meant: close_notify in every order, and what may and may not follow it.

#include <string>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

// Runs a scenario with the client as the one who closes, and with the server.
template <typename Run>
void FromEachEnd(World& w, Run run) {
  if (w.Connect()) {
    const Note note(w.checks(), "the client closes");
    run(w.client(), w.server(), w.to_server());
  }
  if (w.Connect()) {
    const Note note(w.checks(), "the server closes");
    run(w.server(), w.client(), w.to_client());
  }
}

void OneClosesAndTheOtherFollows(World& w) {
  FromEachEnd(w, [&w](End& first, End& second, Link&) {
    w.Exchange(Pattern(100, 1), Pattern(100, 2));
    w.Equal(first.Shutdown(), Status::kOk, "the first Shutdown()");
    w.Equal(second.ReadSome(10).status, Status::kClosed, "the second's Read()");
    w.Equal(second.Shutdown(), Status::kOk, "the second Shutdown()");
    w.Equal(first.ReadSome(10).status, Status::kClosed, "the first's Read()");
    for (End* end : {&first, &second}) {
      w.Lives(*end);
      w.Equal(end->ReadSome(10).status, Status::kClosed, "Read() for ever after");
      w.Equal(end->Write(Pattern(10, 1)).status, Status::kClosed, "Write() for ever after");
      w.Equal(end->Handshake(), Status::kOk, "Handshake() after the end");
      w.Equal(end->session().interest(), Interest{}, "interest() after the end");
    }
  });
}

void BothCloseAtOnce(World& w) {
  if (!w.Connect()) return;
  w.Equal(w.client().Shutdown(), Status::kOk, "the client's Shutdown()");
  w.Equal(w.server().Shutdown(), Status::kOk, "the server's Shutdown()");
  w.Equal(w.client().ReadSome(10).status, Status::kClosed, "the client's Read()");
  w.Equal(w.server().ReadSome(10).status, Status::kClosed, "the server's Read()");
  w.Lives(w.client());
  w.Lives(w.server());
}

void HalfClose(World& w) {
  FromEachEnd(w, [&w](End& first, End& second, Link&) {
    const Bytes answer = Pattern(50000, 2);
    first.Send(Pattern(1000, 1));
    first.CloseAfterSending();
    w.RunUntil([&] { return second.saw_close(); }, "half close");
    w.Got(second, Pattern(1000, 1));
    second.Send(answer);
    second.CloseAfterSending();
    w.RunUntil([&] { return first.saw_close(); }, "the other half");
    w.Got(first, answer);
    w.Lives(first);
    w.Lives(second);
  });
}

void SecondShutdownChangesNothing(World& w) {
  FromEachEnd(w, [&w](End& first, End& second, Link& wire) {
    w.Equal(first.Shutdown(), Status::kOk, "the first Shutdown()");
    const std::size_t sent = wire.sent();
    for (int i = 0; i < 3; ++i) {
      w.Equal(first.Shutdown(), Status::kOk, "another Shutdown()");
      w.Equal(first.Flush(), Status::kOk, "Flush()");
    }
    w.Equal(wire.sent(), sent, "bytes on the wire");
    w.Equal(second.ReadSome(10).status, Status::kClosed, "the peer's Read()");
  });
}

void WriteAfterShutdown(World& w) {
  FromEachEnd(w, [&w](End& first, End& second, Link& wire) {
    w.Equal(first.Shutdown(), Status::kOk, "Shutdown()");
    const std::size_t sent = wire.sent();
    for (const std::size_t size : {std::size_t{1}, std::size_t{100}, std::size_t{20000}}) {
      const IoResult result = first.Write(Pattern(size, 1));
      w.Equal(result.status, Status::kClosed, "Write() after Shutdown()");
    }
    w.Equal(wire.sent(), sent, "bytes on the wire");
    w.Lives(first);
    w.Equal(second.ReadAll(), Status::kClosed, "the peer's Read()");
    w.Got(second, {});
  });
}

void DataArrivesBeforeTheEnd(World& w) {
  for (const std::size_t drain :
       {std::size_t{1}, std::size_t{7}, std::size_t{29}, std::size_t{1000}}) {
    const Note note(w.checks(), "drained by " + std::to_string(drain));
    FromEachEnd(w, [&](End& first, End& second, Link& wire) {
      const Bytes last_words = Pattern(3000, drain);
      wire.knobs.send_quota = 0;
      w.Equal(first.Write(last_words).bytes, last_words.size(), "bytes taken");
      w.Equal(first.Shutdown(), Status::kOk, "Shutdown() with output blocked");
      w.That(first.session().interest().write, "close_notify waits, and interest().write is off");
      for (int i = 0; i < 10000 && !second.saw_close() && !w.failed(); ++i) {
        wire.knobs.send_quota = drain;
        static_cast<void>(first.Flush());
        static_cast<void>(second.ReadSome(500));
      }
      w.That(second.saw_close(), "no close_notify");
      w.Got(second, last_words);
      w.Lives(first);
    });
  }
}

// Shutdown() in the handshake is abandonment: no byte that one library would send and another not.
void AbandonAfter(World& w, int steps, bool client_abandons) {
  const Note note(w.checks(), std::to_string(steps) + " steps of the handshake");
  w.Open();
  for (int i = 0; i < steps; ++i) {
    static_cast<void>(i % 2 == 0 ? w.client().Handshake() : w.server().Handshake());
  }
  End& end = client_abandons ? w.client() : w.server();
  End& peer = client_abandons ? w.server() : w.client();
  Link& wire = client_abandons ? w.to_server() : w.to_client();
  if (end.handshake_done()) return;
  const std::size_t sent = wire.sent();
  w.Equal(end.Shutdown(), Status::kOk, "Shutdown() in the handshake");
  w.Fails(end, {ErrorKind::kMisuse});
  w.Equal(end.Handshake(), Status::kError, "Handshake() after it");
  w.Equal(end.Write(Pattern(1, 1)).status, Status::kError, "Write() after it");
  w.Equal(end.ReadSome(1).status, Status::kError, "Read() after it");
  w.Equal(end.Shutdown(), Status::kError, "Shutdown() after it");
  static_cast<void>(end.Flush());
  w.Equal(wire.sent(), sent, "bytes sent");
  w.That(!end.session().event_timeout().has_value(), "a timer runs on");
  wire.End();
  w.RunUntilQuiet();
  if (peer.error() != nullptr)
    w.Equal(peer.error()->kind, ErrorKind::kTruncated, "the peer's error");
}

void ShutdownInTheHandshake(World& w) {
  for (int steps = 0; steps < 4; ++steps) {
    AbandonAfter(w, steps, true);
    AbandonAfter(w, steps, false);
  }
}

void NothingBehindCloseNotifyIsRead(World& w) {
  FromEachEnd(w, [&w](End& first, End& second, Link& wire) {
    w.Equal(first.Shutdown(), Status::kOk, "Shutdown()");
    wire.Inject(Pattern(1000, 1));
    wire.End();
    for (int i = 0; i < 3; ++i) w.Equal(second.ReadSome(10).status, Status::kClosed, "Read()");
    w.Lives(second);
    w.Equal(second.Write(Pattern(10, 1)).bytes, std::size_t{10}, "bytes of the other direction");
    w.Equal(first.ReadSome(100).bytes, std::size_t{10}, "bytes that came");
  });
}

void DestroyedSessionSendsNothing(World& w) {
  FromEachEnd(w, [&w](End& first, End& second, Link& wire) {
    w.Exchange(Pattern(10, 1), Pattern(10, 2));
    const std::size_t sent = wire.sent();
    first.Abandon();
    w.Equal(wire.sent(), sent, "bytes sent by a destructor");
    wire.End();
    w.Equal(second.ReadSome(10).status, Status::kError, "the peer's Read()");
    w.Fails(second, {ErrorKind::kTruncated});
  });
}

constexpr Scenario kScenarios[] = {
    {"OneClosesAndTheOtherFollows", kEach, OneClosesAndTheOtherFollows},
    {"BothCloseAtOnce", kEach, BothCloseAtOnce},
    {"HalfCloseLeavesTheOtherDirectionOpen", kEach, HalfClose},
    {"SecondShutdownChangesNothing", kEach, SecondShutdownChangesNothing},
    {"WriteAfterShutdownIsClosedAndSendsNothing", kEach, WriteAfterShutdown},
    {"DataWrittenBeforeShutdownArrivesBeforeTheEnd", kEach, DataArrivesBeforeTheEnd},
    {"ShutdownInTheHandshakeAbandonsWithoutAWord", kEach, ShutdownInTheHandshake},
    {"NothingBehindCloseNotifyIsRead", kEach, NothingBehindCloseNotifyIsRead},
    {"DestroyedSessionSendsNothing", kEach, DestroyedSessionSendsNothing},
};

}  // namespace

std::span<const Scenario> CloseScenarios() { return kScenarios; }

}  // namespace tandem::conformance
