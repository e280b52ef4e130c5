// How connections end: by close_notify from either end, or without it.

#include <string>

#include "conformance/outside/outside_scenario.h"

namespace tandem::conformance {
namespace {

void WeClose(OutsideWorld& o) {
  if (!o.Connect()) return;
  if (!o.Exchange(100, 200)) return;
  o.ours().CloseAfterSending();
  o.PeerTellsOf(Alert::kCloseNotify);
  if (o.tool().answers_close) {
    o.RunUntil([&] { return o.ours().saw_close(); }, "the answer");
    o.world().Lives(o.ours());
  } else {
    o.RunUntilError();
    o.Fails({ErrorKind::kTruncated});
  }
}

void PeerCloses(OutsideWorld& o) {
  PeerRules theirs = o.TheirRules();
  theirs.closes = true;
  if (!o.Connect(o.OurRules(), theirs)) return;
  const std::string last_words = Lines(30000, 3);
  o.peer().Say(last_words);
  o.peer().EndInput();
  o.RunUntil([&] { return o.ours().saw_close() || o.ours().error() != nullptr; }, "the end");
  o.world().That(o.ours().saw_close(), "no close_notify");
  o.world().Lives(o.ours());
  o.world().Got(o.ours(), BytesOf(last_words));
  o.world().Equal(o.ours().Shutdown(), Status::kOk, "Shutdown()");
  o.world().Equal(o.ours().ReadSome(10).status, Status::kClosed, "Read() for ever after");
}

void PeerIsKilled(OutsideWorld& o) {
  if (!o.Connect()) return;
  if (!o.Exchange(100, 20000)) return;
  o.peer().Kill();
  o.RunUntilError();
  o.Fails({ErrorKind::kTruncated});
  o.world().Equal(o.ours().ReadSome(10).status, Status::kError, "Read() for ever after");
}

void ClientIsKilledInTheHandshake(OutsideWorld& o) {
  if (!o.Open(o.OurRules(), o.TheirRules())) return;
  o.out().knobs.receive_quota = 0;
  o.RunUntil([&] { return o.out().sent() > 0; }, "our answer to the hello");
  o.peer().Kill();
  o.RunUntilError();
  o.Fails({ErrorKind::kTruncated});
}

void WeLeaveWithoutAWord(OutsideWorld& o) {
  if (!o.Connect()) return;
  if (!o.Exchange(100, 200)) return;
  const std::size_t sent = o.out().sent();
  o.ours().Abandon();
  o.HangUp();
  o.PeerPrints(o.tool().truncated);
  o.world().Equal(o.out().sent(), sent, "bytes sent");
}

bool CanClose(const Tool& tool) { return tool.closes; }

constexpr OutsideScenario kScenarios[] = {
    {"OneClosesAndTheOtherFollows", kEachVersion, WeClose},
    {"DataWrittenBeforeShutdownArrivesBeforeTheEnd", kEachVersion, PeerCloses, CanClose},
    {"KilledPeerIsTruncated", kEachVersion, PeerIsKilled},
    {"ClientKilledInTheHandshakeIsTruncated", kEachVersion, ClientIsKilledInTheHandshake, IsClient},
    {"DestroyedSessionSendsNothing", kEachVersion, WeLeaveWithoutAWord},
};

}  // namespace

std::span<const OutsideScenario> OutsideCloseScenarios() { return kScenarios; }

}  // namespace tandem::conformance
