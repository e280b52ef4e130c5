// When timers run, when they do not, and what they do.

#include <gtest/gtest.h>

#include <cstdlib>

#include "conformance/datagrams/datagram_scenario.h"
#include "conformance/datagrams/records.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;
using Times = std::vector<std::chrono::milliseconds>;

/// OpenSSL takes a timer for due that has so much left, and a clock of microseconds rounds.
constexpr std::chrono::milliseconds kEarly{16};

class TimerScenario : public DatagramScenario {
 protected:
  // Checks that datagrams left at these times, or a little earlier.
  void Left(const Times& got, const Times& want, Here here = Here::Now()) {
    bool same = got.size() == want.size();
    for (std::size_t i = 0; same && i < got.size(); ++i) {
      const auto off = got[i] - want[i];
      same = off <= 1ms && off >= -kEarly * static_cast<int>(i);
    }
    std::string text = "datagrams should have left after";
    for (const auto time : want) text += " " + std::to_string(time.count());
    text += " ms, and did after";
    for (const auto time : got) text += " " + std::to_string(time.count());
    world_.That(same, text, here);
  }

  // Loses all that follows the client's last hello, so that the server alone has a flight out.
  void LoseServersFlight() {
    ASSERT_TRUE(world_.Connect());
    Ordinal hello = 0;
    Ordinal flight = 0;
    for (const TraceLine& line : world_.network().trace()) {
      const bool to_server = line.direction == Direction::kToServer;
      if (to_server && HasMessage(line.datagram, kClientHello)) hello = line.ordinal;
      if (!to_server && flight == 0 && HasMessage(line.datagram, kServerHello)) {
        flight = line.ordinal;
      }
    }
    ASSERT_GT(hello, 0U);
    ASSERT_GT(flight, 0U);
    OpenWithTimeout(20s);
    world_.network().to_server().lost_from = hello + 1;
    world_.network().to_client().lost_from = flight;
    flight_ = flight;
  }

  Ordinal flight_ = 0;
};

TEST_F(TimerScenario, AClientWhomNobodyAnswersAsksAgainAfter1And2And4And8Seconds) {
  OpenWithTimeout(20s);
  world_.network().to_server().lost_from = 1;
  const Instant start = world_.now();
  world_.Handshake();
  TimedOut(world_.client());
  Left(SendTimes(Direction::kToServer, 1, start), {0ms, 1s, 3s, 7s, 15s});
}

TEST_F(TimerScenario, AServerWhomNobodyAnswersAsksAgainAfter1And2And4And8Seconds) {
  LoseServersFlight();
  world_.Handshake();
  TimedOut(world_.client());
  TimedOut(world_.server());
  const auto& trace = world_.network().trace();
  Instant first{};
  for (const TraceLine& line : trace) {
    if (line.direction == Direction::kToClient && line.ordinal == flight_) first = line.sent;
  }
  Left(SendTimes(Direction::kToClient, flight_, first), {0ms, 1s, 3s, 7s, 15s});
}

TEST_F(TimerScenario, TheFirstTimeoutIsAsConfigured) {
  OpenWithTimeout(5s, {.first_timeout = 200ms});
  world_.network().to_server().lost_from = 1;
  const Instant start = world_.now();
  world_.Handshake();
  TimedOut(world_.client());
  Left(SendTimes(Direction::kToServer, 1, start), {0ms, 200ms, 600ms, 1400ms, 3s});
}

TEST_F(TimerScenario, AllLostEndsAtTheDeadline) {
  OpenWithTimeout(20s);
  for (const Direction direction : kDirections) Path(world_.network(), direction).lost_from = 1;
  const Instant start = world_.now();
  world_.Handshake();
  TimedOut(world_.client());
  TimedOut(world_.server());
  EXPECT_EQ(world_.now(), start + 20s);
}

TEST_F(TimerScenario, TheDeadlineIsAMinuteIfNobodySaysOtherwise) {
  world_.Open();
  for (const Direction direction : kDirections) Path(world_.network(), direction).lost_from = 1;
  const Instant start = world_.now();
  world_.Handshake();
  TimedOut(world_.client());
  EXPECT_EQ(world_.now(), start + 60s);
}

TEST_F(TimerScenario, OnlyTheDeadlineRunsBeforeTheFirstFlight) {
  OpenWithTimeout(20s);
  ASSERT_TRUE(world_.client().started() && world_.server().started());
  EXPECT_EQ(world_.client().timeout(), world_.now() + 20s);
  EXPECT_EQ(world_.server().timeout(), world_.now() + 20s);
  // A server has no flight out before somebody has asked for one.
  EXPECT_EQ(world_.server().Handshake(), Status::kWantRead);
  EXPECT_EQ(world_.server().timeout(), world_.now() + 20s);
}

TEST_F(TimerScenario, ATimerRunsWhileAFlightIsOutstanding) {
  world_.Open();
  ASSERT_TRUE(world_.client().started());
  EXPECT_EQ(world_.client().Handshake(), Status::kWantRead);
  const auto due = world_.client().timeout();
  ASSERT_TRUE(due.has_value());
  EXPECT_LE(*due, world_.now() + 1s + 1ms);
  EXPECT_GT(*due, world_.now() + 1s - kEarly);
}

TEST_F(TimerScenario, NoTimerRunsAfterTheHandshake) {
  ASSERT_TRUE(world_.Connect());
  EXPECT_EQ(world_.client().timeout(), std::nullopt) << world_.Describe();
  EXPECT_EQ(world_.server().timeout(), std::nullopt) << world_.Describe();
  world_.RunFor(120s);
  Talk();
  EXPECT_EQ(world_.client().timeout(), std::nullopt) << world_.Describe();
  EXPECT_EQ(world_.server().timeout(), std::nullopt) << world_.Describe();
}

TEST_F(TimerScenario, NoTimerRunsAfterAnError) {
  OpenWithTimeout(3s);
  world_.network().to_server().lost_from = 1;
  world_.Handshake();
  TimedOut(world_.client());
  EXPECT_EQ(world_.client().session().event_timeout(), std::nullopt);
}

TEST_F(TimerScenario, NothingIsSentBeforeItIsDue) {
  world_.Open();
  world_.network().to_server().lost_from = 1;
  world_.client().Handshake();
  const Ordinal sent = world_.network().sent(Direction::kToServer);
  const auto due = world_.client().timeout();
  ASSERT_TRUE(due.has_value());
  for (int i = 0; i < 10; ++i) {
    world_.client().HandleEvents();
    world_.client().Handshake();
    world_.client().Read();
  }
  EXPECT_EQ(world_.network().sent(Direction::kToServer), sent) << world_.Describe();
  EXPECT_EQ(world_.client().timeout(), due);
  world_.RunFor(std::chrono::ceil<std::chrono::milliseconds>(*due - world_.now()) + 1ms);
  EXPECT_EQ(world_.network().sent(Direction::kToServer), 2 * sent) << world_.Describe();
}

TEST_F(TimerScenario, WhoComesLateSendsOnce) {
  world_.Open();
  world_.network().to_server().lost_from = 1;
  world_.client().Handshake();
  const Ordinal sent = world_.network().sent(Direction::kToServer);
  world_.SkipTime(10s);
  world_.client().HandleEvents();
  EXPECT_EQ(world_.network().sent(Direction::kToServer), 2 * sent) << world_.Describe();
  const auto due = world_.client().timeout();
  ASSERT_TRUE(due.has_value());
  EXPECT_GT(*due, world_.now());
}

// After so many datagrams, somebody sets the clock of the machine, and the next one is lost. A
// library that was waiting for a time which now comes an hour later may wait for it: then the
// deadline ends what nobody else does.
class WallClockScenario : public TimerScenario, public testing::WithParamInterface<int> {};

TEST_P(WallClockScenario, AJumpCostsLittleAndHangsNothing) {
  for (const Direction direction : kDirections) {
    for (Ordinal after = 0; after < 6; ++after) {
      const Note note(world_.checks(), "after " + std::to_string(after) + " " + Show(direction));
      world_.Open();
      Path(world_.network(), direction).lost = {after + 1};
      const Instant start = world_.now();
      world_.client().Handshake();
      world_.RunUntil(
          [&] {
            return world_.network().sent(direction) >= after ||
                   (world_.client().handshake_done() && world_.server().handshake_done());
          },
          "until the jump");
      world_.JumpWallClock(std::chrono::hours(GetParam()));
      const HandshakeOutcome outcome = world_.Handshake();
      if (!outcome.done() && GetParam() < 0) {
        TimedOut(world_.client());
        world_.That(world_.now() - start <= 61s, "the deadline was passed");
        continue;
      }
      world_.That(outcome.done(), "the handshake is not done");
      world_.That(world_.now() - start <= 10s, "the handshake took too long");
      Talk();
    }
  }
}

TEST_P(WallClockScenario, AJumpDoesNotMoveTheDeadline) {
  OpenWithTimeout(20s);
  world_.network().to_server().lost_from = 1;
  const Instant start = world_.now();
  world_.client().Handshake();
  world_.RunFor(5s);
  world_.JumpWallClock(std::chrono::hours(GetParam()));
  world_.Handshake();
  TimedOut(world_.client());
  EXPECT_EQ(world_.now(), start + 20s);
  EXPECT_LE(world_.network().sent(Direction::kToServer), 7U) << world_.Describe();
}

TEST_P(WallClockScenario, AJumpAfterTheHandshakeChangesNothing) {
  ASSERT_TRUE(world_.Connect());
  world_.JumpWallClock(std::chrono::hours(GetParam()));
  Talk();
  EXPECT_EQ(world_.client().timeout(), std::nullopt);
  EXPECT_EQ(world_.server().timeout(), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Jumps, WallClockScenario, testing::Values(1, -1),
                         [](const auto& of) { return of.param > 0 ? "Forward" : "Back"; });

}  // namespace
}  // namespace tandem::conformance
