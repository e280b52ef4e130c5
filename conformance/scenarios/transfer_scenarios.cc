// Bytes that must arrive whole, once and in order, however the wire tears them.

#include <algorithm>
#include <string>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

void EverySizeArrives(World& w) {
  if (!w.Connect()) return;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{100}, std::size_t{16383},
        std::size_t{16384}, std::size_t{16385}, std::size_t{40000}, kMiB + 7}) {
    const Note note(w.checks(), std::to_string(size) + " bytes each way");
    if (!w.Exchange(Pattern(size, size), Pattern(size, size + 1))) return;
  }
  w.Lives(w.client());
  w.Lives(w.server());
}

// Closes both ways and checks that both ends saw it.
void CloseBoth(World& w) {
  w.client().CloseAfterSending();
  w.server().CloseAfterSending();
  w.RunUntilQuiet();
  w.That(w.client().saw_close(), "the client saw no close_notify");
  w.That(w.server().saw_close(), "the server saw no close_notify");
  w.Lives(w.client());
  w.Lives(w.server());
}

void OneByteAtATime(World& w) {
  w.Open();
  for (Link* link : {&w.to_server(), &w.to_client()}) {
    link->knobs.send_chop = 1;
    link->knobs.receive_chop = 1;
    link->knobs.capacity = 1;
  }
  if (!w.Handshake()) return;
  w.Exchange(Pattern(3000, 1), Pattern(5000, 2));
  CloseBoth(w);
}

void Tear(World& w, Link& link) {
  link.knobs.random_sizes = true;
  link.knobs.stall_one_in = static_cast<unsigned>(w.random().Below(4));
  if (link.knobs.stall_one_in == 1) link.knobs.stall_one_in = 0;
  if (w.random().OneIn(2)) link.knobs.capacity = 1 + w.random().Below(5000);
}

void UseOddly(World& w, End& end) {
  end.app.read_size = 1 + w.random().Below(w.random().OneIn(2) ? 50 : 20000);
  end.app.write_size = 1 + w.random().Below(w.random().OneIn(2) ? 50 : 20000);
  end.app.reads_per_turn = static_cast<unsigned>(1 + w.random().Below(5));
}

void AnySegmentation(World& w) {
  constexpr int rounds = 40;
  const auto client = w.Build(w.ClientRules());
  const auto server = w.Build(w.ServerRules());
  for (int round = 0; round < rounds && !w.failed(); ++round) {
    const Note note(w.checks(), "round " + std::to_string(round));
    w.Open(client, server);
    Tear(w, w.to_server());
    Tear(w, w.to_client());
    UseOddly(w, w.client());
    UseOddly(w, w.server());
    if (!w.Handshake()) return;
    w.Exchange(Pattern(w.random().Below(20000), 1), Pattern(w.random().Below(20000), 2));
    w.Exchange(Pattern(w.random().Below(500), 3), Pattern(w.random().Below(500), 4));
    CloseBoth(w);
  }
}

void BothDirectionsThroughANarrowWire(World& w) {
  if (!w.Connect()) return;
  w.to_server().knobs.capacity = 1000;
  w.to_client().knobs.capacity = 700;
  w.Exchange(Pattern(300000, 1), Pattern(200000, 2));
}

void LoopThatReadsOncePerWakeup(World& w) {
  if (!w.Connect()) return;
  for (End* end : {&w.client(), &w.server()}) {
    end->app.reads_per_turn = 1;
    end->app.read_size = 100;
  }
  w.Exchange(Pattern(50000, 1), Pattern(50000, 2));
}

void WriteTakesItsBudget(World& w) {
  if (!w.Connect()) return;
  const Bytes sent = Pattern(2 * kMiB + 5, 1);
  const std::span<const std::byte> all = sent;
  w.Equal(w.client().Write(all).bytes, Session::kWriteBudget, "bytes of the first call");
  w.Equal(w.client().Write(all.subspan(kMiB)).bytes, Session::kWriteBudget, "of the second");
  w.Equal(w.client().Write(all.subspan(2 * kMiB)).bytes, std::size_t{5}, "of the third");
  w.RunUntilQuiet();
  w.Got(w.server(), sent);
}

void WriteOfNothing(World& w) {
  if (!w.Connect()) return;
  const std::size_t sent = w.to_server().sent();
  const IoResult result = w.client().Write({});
  w.Equal(result.status, Status::kOk, "Write() of nothing");
  w.Equal(result.bytes, std::size_t{0}, "bytes of it");
  w.Equal(w.to_server().sent(), sent, "bytes on the wire");
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
}

// Whether an event loop would call a program that waits as interest() says.
bool WouldWake(const End& end, const Link& link) {
  const Interest interest = end.session().interest();
  return interest.now || (interest.read && link.readable());
}

// Every size of record, so that what is held lies on either side of any read-ahead.
void RecordsInOneFeedLoseNoWakeup(World& w) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{50}, std::size_t{2000},
                                 std::size_t{4100}, std::size_t{16384}}) {
    const Note note(w.checks(), "records of " + std::to_string(size));
    if (!w.Connect()) return;
    const Bytes sent = Pattern(3 * size, size);
    const std::span<const std::byte> all = sent;
    const std::size_t before = w.to_client().sent();
    for (std::size_t i = 0; i < 3; ++i) {
      w.Equal(w.server().Write(all.subspan(i * size, size)).bytes, size, "bytes taken");
    }
    w.to_client().knobs.receive_quota = w.to_client().sent() - before - 1;

    w.Equal(w.client().ReadSome(20000).bytes, size, "the first record");
    w.That(WouldWake(w.client(), w.to_client()), "the second record is forgotten");
    w.Equal(w.client().ReadSome(20000).bytes, size, "the second record");
    w.Equal(w.client().ReadAll(), Status::kWantRead, "Read() of two thirds of a record");
    w.That(!w.client().session().interest().now, "now, with a part of a record");
    w.to_client().knobs.receive_quota = LinkKnobs::kUnlimited;
    w.That(WouldWake(w.client(), w.to_client()), "the third record is forgotten");
    w.Equal(w.client().ReadSome(20000).bytes, size, "the third record");
    w.Got(w.client(), sent);
  }
}

void IsHonest(World& w, std::string_view when) {
  const Note note(w.checks(), std::string(when));
  w.Equal(w.client().ReadAll(), Status::kWantRead, "Read() with nothing to read");
  const std::size_t held = w.client().received().size();
  const std::size_t sent = w.to_server().sent();
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t calls = w.to_client().receive_calls();
    w.Equal(w.client().ReadSome(100).status, Status::kWantRead, "Read() again");
    w.That(w.to_client().receive_calls() <= calls + 1, "Receive() was called more than once");
  }
  w.Equal(w.client().received().size(), held, "bytes that came from nowhere");
  w.Equal(w.to_server().sent(), sent, "bytes sent by reading");
}

void WantReadIsHonest(World& w) {
  if (!w.Connect()) return;
  IsHonest(w, "after the handshake");
  w.Exchange({}, Pattern(100, 1));
  IsHonest(w, "after data");
  w.to_client().knobs.receive_quota = 3;
  w.Equal(w.server().Write(Pattern(100, 2)).bytes, std::size_t{100}, "bytes taken");
  IsHonest(w, "in the middle of a header");
  w.to_client().knobs.receive_quota = 30;
  IsHonest(w, "in the middle of a record");
  w.to_client().knobs.receive_quota = LinkKnobs::kUnlimited;
  w.Equal(w.client().ReadSome(1000).bytes, std::size_t{100}, "the rest");
  if (!w.tls13()) return;
  w.Equal(w.server().Rekey(false), Status::kOk, "Rekey()");
  w.Equal(w.client().ReadAll(), Status::kWantRead, "Read() of a key update alone");
  IsHonest(w, "after a key update");
}

void SmallReadsGetAllOfARecord(World& w) {
  if (!w.Connect()) return;
  const Bytes sent = Pattern(1000, 1);
  w.Equal(w.server().Write(sent).bytes, sent.size(), "bytes taken");
  w.Equal(w.client().session().pending(), std::size_t{0}, "pending() before the first Read()");
  for (std::size_t size = 1; w.client().received().size() < sent.size() && !w.failed(); ++size) {
    const std::size_t pending = w.client().session().pending();
    const std::size_t left = sent.size() - w.client().received().size();
    w.That(pending <= left, "pending() promises more than there is");
    const std::uint64_t calls = w.to_client().receive_calls();
    const IoResult result = w.client().ReadSome(size);
    w.Equal(result.bytes, std::min(size, left), "bytes of one Read()");
    if (pending >= size) w.Equal(w.to_client().receive_calls(), calls, "I/O for pending bytes");
  }
  w.Got(w.client(), sent);
  w.Equal(w.client().ReadSome(10).status, Status::kWantRead, "Read() after the last byte");
}

void ReadBringsOneRecordAtMost(World& w) {
  if (!w.Connect()) return;
  for (int i = 0; i < 3; ++i) static_cast<void>(w.server().Write(Pattern(10, 1)));
  w.Equal(w.client().ReadSome(1000).bytes, std::size_t{10}, "bytes of one Read()");
}

void ReadOfNothing(World& w) {
  if (!w.Connect()) return;
  w.Equal(w.server().Write(Pattern(10, 1)).status, Status::kOk, "Write()");
  w.Equal(w.client().Read({}).status, Status::kOk, "Read() of nothing");
  w.Equal(w.client().ReadSome(100).bytes, std::size_t{10}, "bytes afterwards");
}

// Finished, data and goodbye reach a server that has not had a turn since.
void AllAtOnce(World& w) {
  w.Open();
  while (!w.client().handshake_done() && !w.failed()) {
    static_cast<void>(w.client().Handshake());
    if (!w.client().handshake_done()) static_cast<void>(w.server().Handshake());
    if (!w.That(w.client().error() == nullptr, "the client failed")) return;
  }
  const Bytes sent = Pattern(20000, 1);
  w.Equal(w.client().Write(sent).bytes, sent.size(), "bytes taken");
  w.Equal(w.client().Shutdown(), Status::kOk, "Shutdown()");
  w.to_server().End();
  w.Equal(w.server().ReadAll(), Status::kClosed, "the server's Read()");
  w.Got(w.server(), sent);
  w.Lives(w.server());
}

constexpr Scenario kScenarios[] = {
    {"EverySizeArrivesWholeInBothDirectionsAtOnce", kEach, EverySizeArrives},
    {"OneByteAtATimeGivesTheSameStream", kEach, OneByteAtATime},
    {"AnySegmentationGivesTheSameStream", kEach, AnySegmentation},
    {"BothDirectionsFlowThroughANarrowWire", kEach, BothDirectionsThroughANarrowWire},
    {"LoopThatReadsOncePerWakeupGetsEverything", kEach, LoopThatReadsOncePerWakeup},
    {"WriteTakesAtMostItsBudget", kEach, WriteTakesItsBudget},
    {"WriteOfNothingIsOkAndSendsNothing", kEach, WriteOfNothing},
    {"ReadOfNothingIsOkAndTakesNothing", kEach, ReadOfNothing},
    {"EverythingAtOnceIsDelivered", kEach, AllAtOnce},
    {"RecordsInOneFeedLoseNoWakeup", kEach, RecordsInOneFeedLoseNoWakeup},
    {"WantReadIsHonest", kEach, WantReadIsHonest},
    {"SmallReadsGetAllOfARecord", kEach, SmallReadsGetAllOfARecord},
    {"ReadBringsOneRecordAtMost", kEach, ReadBringsOneRecordAtMost},
};

}  // namespace

std::span<const Scenario> TransferScenarios() { return kScenarios; }

}  // namespace tandem::conformance
