// Fails each allocation of a short exchange in turn, at whichever end it is made.

#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <string>

#include "conformance/memory/exchange.h"
#include "conformance/memory/shortage.h"
#include "conformance/pairs/pair.h"
#include "conformance/world/world.h"

namespace tandem::conformance {
namespace {

// Fewer would mean that they are not counted, and more that a loop never gets to its end.
constexpr std::uint64_t kAllocationsAtLeast = 100;
constexpr std::uint64_t kAllocationsAtMost = 100'000;

// One in so many is looked at, where nearly all do what the one before them did.
constexpr std::uint64_t kUsualStride = 7;

CallHooks Counting() {
  return {[] { Shortage::Enter(); },
          [] {
            Shortage::Leave();
            return std::string();
          }};
}

class MemorySweep {
 public:
  MemorySweep(Version version, bool suspends)
      : suspends_(suspends),
        exchange_({ClientBackend(), ServerBackend(), version, 1, Counting()}, suspends),
        w_(exchange_.world()),
        bystander_({ClientBackend(), ServerBackend(), version, 2}) {}

  // Plays with the first allocation failing, then one `stride` behind it, ... until there are no
  // more. Returns the last that failed.
  template <typename Play>
  std::uint64_t Run(bool lasting, std::uint64_t stride, Play play) {
    if (!w_.That(exchange_.ready(), "there are no configs")) return 0;
    if (!exchange_.Connect(bystander_)) return 0;
    for (std::uint64_t nth = 1; nth < kAllocationsAtMost; nth += stride) {
      const Note note(w_.checks(), "allocation " + std::to_string(nth) +
                                       (lasting ? " and all behind it fail" : " fails"));
      const Shortage shortage(nth, lasting);
      play(shortage);
      if (w_.failed() || !BystanderLives() || !shortage.struck()) return nth - 1;
    }
    return kAllocationsAtMost;
  }

  // What is wanting for one call, a key that is derived for instance, is that call's Error.
  void PlayExchange(const Shortage& shortage) {
    exchange_.Play();
    const bool somebody_ran_out = RanOut(w_.client()) || RanOut(w_.server());
    w_.That(shortage.struck() || !somebody_ran_out, "an end ran out, and nothing was wanting");
    if (!somebody_ran_out) {
      w_.That(exchange_.EndedWell(), "no end ran out of memory, and it did not end well: " +
                                         w_.client().Describe() + w_.server().Describe());
    }
    Judge(w_.client(), w_.server());
    Judge(w_.server(), w_.client());
  }

  // The server is not who the client wants.
  void PlayRefusal(const Shortage& /*shortage*/) {
    exchange_.Play("wrong.test");
    const Error* error = exchange_.ErrorOf(w_.client());
    const bool refused = error != nullptr && error->verdict == Verdict::kWrongName;
    w_.That(refused || RanOut(w_.client()) || RanOut(w_.server()),
            "neither a refusal nor want of memory: " + w_.client().Describe());
    w_.That(!w_.client().started() || !w_.client().handshake_done(),
            "the client took whom it did not want");
    w_.That(exchange_.ErrorOf(w_.server()) != nullptr, w_.server().Describe());
  }

  void Report() {
    for (World* world : {&w_, &bystander_}) {
      for (const CheckFailure& failure : world->checks().failures()) {
        ADD_FAILURE_AT(failure.file.c_str(), failure.line) << failure.text << "\n"
                                                           << world->Replay();
      }
    }
  }

 private:
  bool RanOut(const End& end) const {
    const Error* error = exchange_.ErrorOf(end);
    return error != nullptr && error->kind == ErrorKind::kInternal &&
           (suspends_ ? error->what.ends_with("out of memory") : error->what == "out of memory");
  }

  bool BystanderLives() { return bystander_.Exchange(Pattern(3, 1), Pattern(3, 2)); }

  void Judge(End& end, const End& peer) {
    if (!end.started()) {
      w_.That(RanOut(end), "it did not start: " + Show(exchange_.ErrorOf(end)));
      return;
    }
    exchange_.GotWhatWasSent(end);
    if (RanOut(end)) return StaysOver(end);
    if (end.error() == nullptr) {
      w_.That(end.saw_close(), "it has no end: " + end.Describe());
      return;
    }
    const Error& error = *end.error();
    const bool cut_off =
        error.kind == ErrorKind::kTruncated ||
        (error.kind == ErrorKind::kPeerAlert && error.alert_received == Alert::kInternalError);
    w_.That(RanOut(peer) && cut_off, "not by the peer's want of memory: " + end.Describe());
  }

  void StaysOver(End& end) {
    std::byte byte{};
    w_.Equal(end.Handshake(), Status::kError, "Handshake() afterwards");
    w_.Equal(end.Read({&byte, 1}).status, Status::kError, "Read() afterwards");
    w_.Equal(end.Write({&byte, 1}).status, Status::kError, "Write() afterwards");
    w_.Equal(end.Rekey(false), Status::kError, "Rekey() afterwards");
    w_.Equal(end.HandleEvents(), Status::kError, "HandleEvents() afterwards");
    w_.Equal(end.Shutdown(), Status::kError, "Shutdown() afterwards");
    // What was queued before may still leave, if anybody takes it.
    const bool holds_output = end.session().interest().write;
    w_.Equal(end.Flush(), holds_output ? Status::kWantWrite : Status::kError, "Flush() afterwards");
    w_.That(!end.session().interest().read && !end.session().interest().now, "it wants more");
    w_.That(!end.session().event_timeout().has_value(), "it waits");
  }

  // A key says so through a library, which puts words of its own before it.
  const bool suspends_;
  Exchange exchange_;
  World& w_;
  World bystander_;
};

class SessionMemoryTest : public testing::TestWithParam<Version> {
 public:
  void Sweep(void (MemorySweep::*play)(const Shortage&), bool lasting, std::uint64_t stride = 1,
             bool suspends = false) {
    if (EveryAllocation()) stride = 1;
    MemorySweep sweep(GetParam(), suspends);
    const std::uint64_t last =
        sweep.Run(lasting, stride, [&](const Shortage& shortage) { (sweep.*play)(shortage); });
    sweep.Report();
    EXPECT_GE(last, kAllocationsAtLeast);
    EXPECT_LT(last, kAllocationsAtMost);
    std::cout << last << " allocations, of which one in " << stride << " failed\n";
  }
};

TEST_P(SessionMemoryTest, AnyAllocationMayFail) { Sweep(&MemorySweep::PlayExchange, false); }

TEST_P(SessionMemoryTest, AnyAllocationAndAllBehindItMayFail) {
  Sweep(&MemorySweep::PlayExchange, true, kUsualStride);
}

TEST_P(SessionMemoryTest, WhoIsRefusedIsNotTakenForWantOfMemory) {
  Sweep(&MemorySweep::PlayRefusal, false);
  Sweep(&MemorySweep::PlayRefusal, true, kUsualStride);
}

// A key that waits for want of memory only asks again: what fails for good would have it wait for
// ever.
TEST_P(SessionMemoryTest, AnyAllocationOfAHandshakeThatWaitsMayFail) {
  Sweep(&MemorySweep::PlayExchange, false, kUsualStride, true);
}

INSTANTIATE_TEST_SUITE_P(Versions, SessionMemoryTest,
                         testing::Values(Version::kTls12, Version::kTls13), [](const auto& of) {
                           return of.param == Version::kTls13 ? "Tls13" : "Tls12";
                         });

}  // namespace
}  // namespace tandem::conformance
