// The world does what its knobs say. What runs in it is only as true as this.

#include "conformance/world/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "conformance/mutants/decorated_backend.h"
#include "conformance/pairs/pair.h"
#include "conformance/pki/pki.h"
#include "conformance/scenarios/exceptions.h"
#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

using Outcome = TransportResult::Outcome;

class LinkTest : public testing::Test {
 protected:
  std::size_t Send(std::size_t size) {
    const TransportResult result = link_.Send(Pattern(size, 1));
    EXPECT_EQ(result.outcome == Outcome::kMoved, result.bytes > 0);
    return result.bytes;
  }
  TransportResult Receive(std::size_t size) {
    buffer_.assign(size, std::byte{0});
    return link_.Receive(buffer_);
  }

  Random random_{1};
  Link link_{random_};
  Bytes buffer_;
};

TEST_F(LinkTest, PerfectWireCarriesBytesInOrder) {
  EXPECT_FALSE(link_.readable());
  EXPECT_TRUE(link_.writable());
  EXPECT_EQ(Send(100), 100U);
  EXPECT_TRUE(link_.readable());
  EXPECT_EQ(Receive(40).bytes, 40U);
  Bytes got = buffer_;
  EXPECT_EQ(Receive(100).bytes, 60U);
  got.insert(got.end(), buffer_.begin(), buffer_.begin() + 60);
  EXPECT_EQ(got, Pattern(100, 1));
  EXPECT_EQ(Receive(1).outcome, Outcome::kWouldBlock);
}

TEST_F(LinkTest, ChopsLimitOneCall) {
  link_.knobs.send_chop = 7;
  link_.knobs.receive_chop = 3;
  EXPECT_EQ(Send(100), 7U);
  EXPECT_EQ(Send(100), 7U);
  EXPECT_EQ(Receive(100).bytes, 3U);
}

TEST_F(LinkTest, CapacityLimitsWhatIsInFlight) {
  link_.knobs.capacity = 10;
  EXPECT_EQ(Send(100), 10U);
  EXPECT_FALSE(link_.writable());
  EXPECT_EQ(link_.Send(Pattern(1, 1)).outcome, Outcome::kWouldBlock);
  EXPECT_EQ(Receive(4).bytes, 4U);
  EXPECT_EQ(Send(100), 4U);
}

TEST_F(LinkTest, QuotasAreSpent) {
  link_.knobs.send_quota = 10;
  EXPECT_EQ(Send(6), 6U);
  EXPECT_EQ(Send(6), 4U);
  EXPECT_EQ(link_.Send(Pattern(1, 1)).outcome, Outcome::kWouldBlock);
  link_.knobs.receive_quota = 8;
  EXPECT_EQ(Receive(5).bytes, 5U);
  EXPECT_EQ(Receive(5).bytes, 3U);
  EXPECT_EQ(Receive(5).outcome, Outcome::kWouldBlock);
  EXPECT_FALSE(link_.readable());
  link_.knobs.receive_quota = 1;
  EXPECT_EQ(Receive(5).bytes, 1U);
}

TEST_F(LinkTest, RandomSizesVaryAndAreReplayedByTheSeed) {
  const auto sizes = [](std::uint64_t seed) {
    Random random(seed);
    Link link(random);
    link.knobs.random_sizes = true;
    std::vector<std::size_t> result(20);
    for (std::size_t& size : result) size = link.Send(Pattern(100, 1)).bytes;
    return result;
  };
  EXPECT_EQ(sizes(1), sizes(1));
  EXPECT_NE(sizes(1), sizes(2));
  for (const std::size_t size : sizes(1)) {
    EXPECT_GE(size, 1U);
    EXPECT_LE(size, 100U);
  }
}

TEST_F(LinkTest, StallsWouldBlockForNoReason) {
  link_.knobs.stall_one_in = 3;
  int stalled = 0;
  for (int i = 0; i < 300; ++i) stalled += Send(1) == 0 ? 1 : 0;
  EXPECT_GT(stalled, 50);
  EXPECT_LT(stalled, 150);
}

TEST_F(LinkTest, ChosenCallWouldBlockAndNoOther) {
  link_.knobs.stalled_send = 2;
  link_.knobs.stalled_receive = 3;
  EXPECT_EQ(Send(10), 10U);
  EXPECT_FALSE(link_.send_stalled());
  EXPECT_EQ(link_.Send(Pattern(10, 1)).outcome, Outcome::kWouldBlock);
  EXPECT_TRUE(link_.send_stalled());
  EXPECT_TRUE(link_.writable());
  EXPECT_EQ(Send(10), 10U);
  EXPECT_FALSE(link_.send_stalled());
  EXPECT_EQ(Receive(1).bytes, 1U);
  EXPECT_EQ(Receive(1).bytes, 1U);
  EXPECT_EQ(Receive(1).outcome, Outcome::kWouldBlock);
  EXPECT_TRUE(link_.receive_stalled());
  EXPECT_TRUE(link_.readable());
  EXPECT_EQ(Receive(100).bytes, 18U);
  EXPECT_FALSE(link_.receive_stalled());
}

TEST_F(LinkTest, BreaksAtTheChosenCallForEver) {
  link_.knobs.broken_send = {2, EPIPE};
  link_.knobs.broken_receive = {2, ECONNRESET};
  EXPECT_EQ(Send(10), 10U);
  EXPECT_EQ(Receive(5).bytes, 5U);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(link_.Send(Pattern(1, 1)).outcome, Outcome::kFailed);
    EXPECT_EQ(link_.Send(Pattern(1, 1)).system_error, EPIPE);
    EXPECT_EQ(Receive(5).outcome, Outcome::kFailed);
    EXPECT_EQ(Receive(5).system_error, ECONNRESET);
  }
  EXPECT_TRUE(link_.readable());
  EXPECT_TRUE(link_.writable());
}

TEST_F(LinkTest, SeveralSendsArriveAsOneReceive) {
  link_.knobs.coalesce = 20;
  EXPECT_EQ(Send(10), 10U);
  EXPECT_FALSE(link_.readable());
  EXPECT_EQ(Receive(100).outcome, Outcome::kWouldBlock);
  EXPECT_EQ(Send(10), 10U);
  EXPECT_EQ(Receive(15).bytes, 15U);
  EXPECT_EQ(Receive(15).bytes, 5U);
}

TEST_F(LinkTest, WhatWaitsForMoreComesWhenItIsLetGoOrTheStreamEnds) {
  link_.knobs.coalesce = 20;
  EXPECT_FALSE(link_.LetGo());
  EXPECT_EQ(Send(10), 10U);
  EXPECT_TRUE(link_.LetGo());
  EXPECT_FALSE(link_.LetGo());
  EXPECT_TRUE(link_.readable());
  EXPECT_EQ(Receive(100).bytes, 10U);
  EXPECT_EQ(Send(3), 3U);
  EXPECT_FALSE(link_.readable());
  link_.End();
  EXPECT_EQ(Receive(100).bytes, 3U);
  EXPECT_EQ(Receive(100).outcome, Outcome::kEnd);
}

TEST_F(LinkTest, HoldsBackWhatIsBehindAPlaceUntilToldToGoOn) {
  link_.knobs.hold_at = 7;
  EXPECT_EQ(Send(10), 10U);
  EXPECT_EQ(Receive(5).bytes, 5U);
  EXPECT_EQ(Receive(5).bytes, 2U);
  EXPECT_FALSE(link_.readable());
  EXPECT_EQ(Receive(5).outcome, Outcome::kWouldBlock);
  link_.knobs.hold_at = LinkKnobs::kUnlimited;
  EXPECT_EQ(Receive(5).bytes, 3U);
}

TEST_F(LinkTest, FlipsTheChosenBitAsItGoesBy) {
  for (const std::size_t at : {std::size_t{0}, std::size_t{4}, std::size_t{9}}) {
    Link link(random_);
    link.knobs.flipped = {at, 3};
    Bytes expected = Pattern(10, 1);
    static_cast<void>(link.Send(expected));
    Bytes got(10);
    EXPECT_EQ(link.Receive(std::span(got).first(5)).bytes, 5U);
    EXPECT_EQ(link.Receive(std::span(got).subspan(5)).bytes, 5U);
    EXPECT_EQ(link.history(), expected);
    expected[at] ^= std::byte{8};
    EXPECT_EQ(got, expected);
  }
}

TEST_F(LinkTest, CutEndsTheStreamWhateverIsSent) {
  link_.knobs.cut_at = 5;
  EXPECT_EQ(Send(10), 10U);
  EXPECT_EQ(Receive(10).bytes, 5U);
  EXPECT_TRUE(link_.readable());
  EXPECT_EQ(Receive(10).outcome, Outcome::kEnd);
  EXPECT_EQ(Send(10), 10U);
  EXPECT_EQ(Receive(10).outcome, Outcome::kEnd);
}

TEST_F(LinkTest, EndAndFailureComeBehindWhatIsInFlight) {
  EXPECT_EQ(Send(3), 3U);
  link_.End();
  EXPECT_EQ(Receive(10).bytes, 3U);
  EXPECT_EQ(Receive(10).outcome, Outcome::kEnd);
  link_.FailReceive(ECONNRESET);
  EXPECT_EQ(Receive(10).outcome, Outcome::kFailed);
  EXPECT_EQ(Receive(10).system_error, ECONNRESET);
  link_.FailSend(EPIPE);
  EXPECT_EQ(link_.Send(Pattern(1, 1)).system_error, EPIPE);
}

TEST_F(LinkTest, BytesInFlightCanBeChangedAddedAndLost) {
  EXPECT_EQ(Send(3), 3U);
  link_.in_flight()[1] = std::byte{0x77};
  link_.Inject(BytesOf("x"));
  EXPECT_EQ(Receive(10).bytes, 4U);
  EXPECT_EQ(buffer_[1], std::byte{0x77});
  EXPECT_EQ(buffer_[3], std::byte{'x'});
  EXPECT_EQ(Send(3), 3U);
  link_.DropInFlight();
  EXPECT_EQ(Receive(10).outcome, Outcome::kWouldBlock);
}

TEST(RecordTypesTest, CountsWholeRecordsOnly) {
  const Bytes stream = {std::byte{22}, std::byte{3}, std::byte{3},  std::byte{0},
                        std::byte{1},  std::byte{9}, std::byte{23}, std::byte{3},
                        std::byte{3},  std::byte{0}, std::byte{2},  std::byte{9}};
  EXPECT_EQ(RecordTypes(stream), Bytes{std::byte{22}});
}

TEST(ChecksTest, FailuresCarryTheLineTheValuesAndTheNotes) {
  Checks checks;
  {
    const Note note(checks, "round 7");
    EXPECT_FALSE(checks.Equal(Status::kOk, Status::kClosed, "the status"));
  }
  EXPECT_FALSE(checks.That(false, "later"));
  ASSERT_EQ(checks.failures().size(), 2U);
  EXPECT_EQ(checks.failures()[0].text, "the status: is ok, should be closed\n  in: round 7");
  EXPECT_NE(checks.failures()[0].file.find("world_test.cc"), std::string::npos);
  EXPECT_EQ(checks.failures()[0].line + 2, checks.failures()[1].line);
  EXPECT_EQ(checks.failures()[1].text, "later");
}

WorldParts Parts() { return {ClientBackend(), ServerBackend(), Version::kTls13, 1}; }

TEST(WorldTest, RunFailsInsteadOfHanging) {
  World world(Parts());
  world.Open();
  world.to_client().knobs.receive_quota = 0;
  EXPECT_FALSE(world.Handshake());
  ASSERT_EQ(world.checks().failures().size(), 1U);
  const std::string& text = world.checks().failures()[0].text;
  EXPECT_NE(text.find("nobody will ever be called"), std::string::npos) << text;
  EXPECT_NE(text.find("client: in the handshake"), std::string::npos) << text;
}

TEST(WorldTest, WireThatWaitsForMoreThanThereIsDoesNotHang) {
  World world(Parts());
  world.Open();
  world.to_server().knobs.coalesce = 1'000'000;
  world.to_client().knobs.coalesce = 1'000'000;
  EXPECT_TRUE(world.Handshake());
  EXPECT_TRUE(world.Exchange(Pattern(100, 1), Pattern(100, 2)));
  world.client().Send(Pattern(100, 3));
  world.RunUntilQuiet();
  EXPECT_EQ(world.server().received().size(), 200U);
}

TEST(WorldTest, RoundIsTheSameWhateverCameBefore) {
  World world(Parts());
  world.BeginRound(7);
  const std::uint64_t first = world.random().Next();
  world.BeginRound(8);
  EXPECT_NE(world.random().Next(), first);
  world.BeginRound(7);
  EXPECT_EQ(world.random().Next(), first);
}

TEST(WorldTest, ExchangeNoticesLoss) {
  World world(Parts());
  ASSERT_TRUE(world.Connect());
  world.client().app.reads = false;
  EXPECT_FALSE(world.Exchange({}, Pattern(10, 1)));
  EXPECT_TRUE(world.failed());
}

TEST(WorldTest, SameSeedGivesTheSameWire) {
  const auto schedule = [](std::uint64_t seed) {
    WorldParts parts = Parts();
    parts.seed = seed;
    World world(parts);
    EXPECT_TRUE(world.Connect());
    world.to_server().knobs.random_sizes = true;
    EXPECT_TRUE(world.Exchange(Pattern(5000, 1), {}));
    return world.to_server().send_calls() + 1000 * world.to_server().receive_calls();
  };
  EXPECT_EQ(schedule(5), schedule(5));
}

TEST(WorldTest, ReplayNamesPairVersionAndSeed) {
  const World world(Parts());
  EXPECT_EQ(world.Replay(), std::string(ClientBackend().name()) + " client, " +
                                std::string(ServerBackend().name()) + " server, TLS 1.3, --seed=1");
}

TEST(PkiTest, TextsAreThere) {
  EXPECT_NE(PkiText("root_a").find("BEGIN CERTIFICATE"), std::string_view::npos);
  EXPECT_NE(PkiText("root_a.key").find("PRIVATE KEY"), std::string_view::npos);
  EXPECT_LT(PkiLeafText("server_chained").size(), PkiText("server_chained").size());
  EXPECT_EQ(PkiText("nobody"), "");
}

TEST(ScenarioTest, NamesAreUnique) {
  const auto all = AllScenarios();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(all[i].name, all[j].name);
  }
}

// A backend without TLS 1.3.
class OldBackend final : public DecoratedBackend {
 public:
  explicit OldBackend(const Backend& inner)
      : DecoratedBackend(inner), capabilities_(inner.capabilities()) {
    capabilities_.versions = {Version::kTls12};
  }

  const Capabilities& capabilities() const override { return capabilities_; }

 private:
  Capabilities capabilities_;
};

TEST(ScenarioTest, MixedOnesThatNeedNoTls13RunWithoutIt) {
  const OldBackend old(ClientBackend());
  int runs = 0;
  for (const Scenario& scenario : AllScenarios()) {
    if (scenario.needs.versions != Versions::kMixed) continue;
    if (scenario.name == "SystemRootsAreCounted")
      continue;  // It wants what the suite surrounds it with.
    const auto versions = VersionsOf(scenario, old, old);
    if (scenario.needs.capable == SpeaksBothVersions) {
      EXPECT_TRUE(versions.empty()) << scenario.name;
      continue;
    }
    ASSERT_EQ(versions, std::vector{Version::kTls12}) << scenario.name;
    World world({old, old, Version::kTls12});
    scenario.run(world);
    for (const CheckFailure& failure : world.checks().failures()) {
      ADD_FAILURE() << scenario.name << ": " << failure.text;
    }
    ++runs;
  }
  EXPECT_GT(runs, 5);
}

TEST(ExceptionTest, EveryExceptionNamesAScenarioAndAReason) {
  const auto all = AllScenarios();
  for (const Exception& exception : Exceptions()) {
    const auto same = [&](const Scenario& scenario) { return scenario.name == exception.scenario; };
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), same)) << exception.scenario;
    EXPECT_FALSE(exception.reason.empty()) << exception.scenario;
  }
}

TEST(ExceptionTest, CoversWhatItSays) {
  const Exception table[] = {{"A", "one", "*", Versions::kTls12, "why"}};
  const auto found = [&](std::string_view scenario, std::string_view client, Version version) {
    return FindException(table, scenario, client, "any", version) != nullptr;
  };
  EXPECT_TRUE(found("A", "one", Version::kTls12));
  EXPECT_FALSE(found("A", "one", Version::kTls13));
  EXPECT_FALSE(found("A", "two", Version::kTls12));
  EXPECT_FALSE(found("B", "one", Version::kTls12));
}

}  // namespace
}  // namespace tandem::conformance
