// Handshakes over networks that a seed has drawn: up to three in ten datagrams are lost.

#include <gtest/gtest.h>

#include <iostream>

#include "conformance/datagrams/datagram_scenario.h"
#include "conformance/pairs/pair.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSeed = 20260101;
constexpr std::size_t kNetworks = 200;
constexpr std::size_t kNetworksLong = 10'000;

constexpr std::chrono::seconds kDeadline{60};

/// What a network may take longer than the deadline: one way, the slowest.
constexpr std::chrono::seconds kSlack{1};

class RandomNetworkScenario : public DatagramScenario {
 protected:
  void Draw(PathKnobs& knobs) {
    knobs.lost_per_mille = static_cast<unsigned>(random_.Below(301));
    knobs.duplicated_per_mille = static_cast<unsigned>(random_.Below(201));
    knobs.delay = std::chrono::milliseconds(1 + static_cast<int>(random_.Below(100)));
    if (random_.OneIn(2)) knobs.jitter = std::chrono::milliseconds(random_.Below(300));
  }

  // Says whether the handshake was done.
  bool Play() {
    Network& network = world_.network();
    Draw(network.to_server());
    Draw(network.to_client());
    const HandshakeOutcome outcome = world_.Handshake();
    world_.That(outcome.took <= kDeadline + kSlack, "the handshake outlived its deadline");
    if (outcome.done()) {
      network.to_server() = {};
      network.to_client() = {};
      world_.RunFor(1000ms);
      Talk();
      return true;
    }
    for (const DatagramEnd* end : {&world_.client(), &world_.server()}) {
      if (!end->handshake_done()) TimedOut(*end);
    }
    return false;
  }

  Random random_{kSeed};
};

TEST_F(RandomNetworkScenario, FinishOrTimeOut) {
  constexpr std::size_t payloads[] = {1200, 300};
  std::vector<DatagramWorld::SharedConfig> clients;
  std::vector<DatagramWorld::SharedConfig> servers;
  for (const std::size_t payload : payloads) {
    const DatagramRules rules{.max_payload = payload};
    clients.push_back(world_.Build(world_.ClientRules(rules)));
    servers.push_back(world_.Build(world_.ServerRules(rules)));
  }
  const std::size_t networks = IsLong() ? kNetworksLong : kNetworks;
  std::size_t timed_out = 0;
  for (std::size_t i = 0; i < networks; ++i) {
    const Note note(world_.checks(), "network " + std::to_string(i));
    // One in eight has small datagrams, and so many more to lose.
    const std::size_t which = random_.OneIn(8) ? 1 : 0;
    world_.Open(clients[which], servers[which]);
    if (!Play()) ++timed_out;
  }
  // Even at three in ten, most get through within a minute.
  EXPECT_LT(timed_out, networks / 10);
  const std::chrono::duration<double> worst = world_.worst();
  std::cout << "| " << ClientBackend().name() << " | " << ServerBackend().name() << " | "
            << world_.networks() << " random networks | " << timed_out
            << " timed out | worst handshake " << worst.count() << " s |\n";
}

}  // namespace
}  // namespace tandem::conformance
