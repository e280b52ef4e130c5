// Handshakes over a network that loses, repeats or swaps exactly those datagrams.

#include <gtest/gtest.h>

#include <iostream>

#include "conformance/datagrams/datagram_scenario.h"
#include "conformance/pairs/pair.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;

/// Datagrams of each direction that are lost, repeated or swapped: more than a handshake has where
/// nothing is lost, so that those which are sent again are among them.
constexpr Ordinal kOrdinals = 12;

constexpr Direction kWays[] = {Direction::kToServer, Direction::kToClient};

struct Victim {
  Direction direction;
  Ordinal ordinal;
};

std::string Show(const Victim& victim) {
  return conformance::Show(victim.direction) + " #" + std::to_string(victim.ordinal);
}

std::vector<Victim> Victims() {
  std::vector<Victim> victims;
  for (const Direction direction : kWays) {
    for (Ordinal ordinal = 1; ordinal <= kOrdinals; ++ordinal) {
      victims.push_back({direction, ordinal});
    }
  }
  return victims;
}

// The parameter is the largest payload: whole flights in a datagram or two, or in many.
class LossScenario : public DatagramScenario, public testing::WithParamInterface<std::size_t> {
 protected:
  void SetUp() override {
    const DatagramRules rules{.max_payload = GetParam()};
    client_ = world_.Build(world_.ClientRules(rules));
    server_ = world_.Build(world_.ServerRules(rules));
  }

  void TearDown() override {
    const std::chrono::duration<double> worst = world_.worst();
    std::cout << "| " << ClientBackend().name() << " | " << ServerBackend().name() << " | "
              << testing::UnitTest::GetInstance()->current_test_info()->name() << " | "
              << world_.networks() << " networks | worst handshake " << worst.count() << " s |\n";
    DatagramScenario::TearDown();
  }

  // Plays one handshake over what `prepare` makes of the network.
  template <typename Prepare>
  void Play(const std::string& what, std::chrono::milliseconds limit, const Prepare& prepare) {
    const Note note(world_.checks(), what);
    world_.Open(client_, server_);
    prepare(world_.network());
    const HandshakeOutcome outcome = world_.Handshake();
    if (!world_.That(outcome.done(), "the handshake is not done")) return;
    world_.That(outcome.took <= limit, "the handshake took too long");
    Talk();
  }

  DatagramWorld::SharedConfig client_;
  DatagramWorld::SharedConfig server_;
};

TEST_P(LossScenario, PerfectNetwork) {
  Play("perfect", 200ms, [](Network&) {});
  for (const DatagramEnd* end : {&world_.client(), &world_.server()}) {
    ASSERT_TRUE(end->started());
    ASSERT_NE(end->session().info(), nullptr);
    EXPECT_EQ(end->session().info()->version, Version::kDtls12);
    EXPECT_EQ(end->session().datagrams_discarded(), 0U) << end->Describe();
    EXPECT_EQ(end->timeout(), std::nullopt) << end->Describe();
  }
  EXPECT_TRUE(world_.RunUntilQuiet());
}

// A timeout of 1 s, and a little for the way; and one of 2 s more where a GnuTLS client has missed
// the first part of a message that came in parts.
TEST_P(LossScenario, EverySingleLoss) {
  for (const Victim& victim : Victims()) {
    Play(Show(victim), 4s,
         [&](Network& network) { Path(network, victim.direction).lost = {victim.ordinal}; });
  }
}

// Timeouts of 1 and 2 s one after the other, and of 4 s more as above.
TEST_P(LossScenario, EveryPairOfLosses) {
  const std::vector<Victim> victims = Victims();
  for (std::size_t i = 0; i < victims.size(); ++i) {
    for (std::size_t k = i + 1; k < victims.size(); ++k) {
      Play(Show(victims[i]) + " and " + Show(victims[k]), 8s, [&](Network& network) {
        Path(network, victims[i].direction).lost.insert(victims[i].ordinal);
        Path(network, victims[k].direction).lost.insert(victims[k].ordinal);
      });
    }
  }
}

TEST_P(LossScenario, EverySingleDuplicate) {
  for (const Victim& victim : Victims()) {
    Play(Show(victim), 200ms,
         [&](Network& network) { Path(network, victim.direction).duplicated = {victim.ordinal}; });
  }
}

// A library may lose what comes before the key that it needs: then it is one loss.
TEST_P(LossScenario, EverySwapOfNeighbours) {
  for (const Victim& victim : Victims()) {
    Play(Show(victim), 2s,
         [&](Network& network) { Path(network, victim.direction).swapped = {victim.ordinal}; });
  }
}

// The side that sends the last flight is done with it, and only reads from then on.
TEST_P(LossScenario, ALostLastFlightIsSentAgainByWhoOnlyReads) {
  world_.Open(client_, server_);
  ASSERT_TRUE(world_.Handshake().done());
  Ordinal last = 0;  // What the server sends when it has all that the client has to say.
  Instant flight{};
  for (const TraceLine& line : world_.network().trace()) {
    if (line.direction != Direction::kToClient || line.sent == flight) continue;
    flight = line.sent;
    last = line.ordinal;
  }
  const Ordinal all = world_.network().sent(Direction::kToClient);
  Play("last flight", 2s, [&](Network& network) {
    for (Ordinal ordinal = last; ordinal <= all; ++ordinal) {
      network.to_client().lost.insert(ordinal);
    }
  });
  EXPECT_GT(world_.network().sent(Direction::kToClient), all);
}

INSTANTIATE_TEST_SUITE_P(Payloads, LossScenario, testing::Values(1200, 300),
                         [](const auto& of) { return "Payload" + std::to_string(of.param); });

}  // namespace
}  // namespace tandem::conformance
