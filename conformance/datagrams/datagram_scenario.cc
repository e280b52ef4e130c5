#include "conformance/datagrams/datagram_scenario.h"

#include <cstdlib>

#include "conformance/pairs/pair.h"

namespace tandem::conformance {

DatagramScenario::DatagramScenario() : world_({ClientBackend(), ServerBackend()}) {}

void DatagramScenario::TearDown() {
  for (const CheckFailure& failure : world_.checks().failures()) {
    ADD_FAILURE_AT(failure.file.c_str(), failure.line) << failure.text;
  }
}

void DatagramScenario::OpenWith(const DatagramRules& rules) {
  world_.Open(world_.Build(world_.ClientRules(rules)), world_.Build(world_.ServerRules(rules)));
}

void DatagramScenario::OpenWithTimeout(std::chrono::milliseconds timeout,
                                       const DatagramRules& rules) {
  world_.Open(world_.Build(world_.ClientRules(rules).HandshakeTimeout(timeout)),
              world_.Build(world_.ServerRules(rules).HandshakeTimeout(timeout)));
}

bool DatagramScenario::Talk(Here here) {
  world_.network().to_server() = {};
  world_.network().to_client() = {};
  DatagramEnd& client = world_.client();
  DatagramEnd& server = world_.server();
  if (!client.handshake_done() || !server.handshake_done()) return false;
  const Bytes ping = Pattern(100, 1);
  const Bytes pong = Pattern(120, 2);
  const std::size_t at_server = server.received().size() + 1;
  const std::size_t at_client = client.received().size() + 1;
  client.Write(ping);
  server.Write(pong);
  const auto come = [&] {
    return server.received().size() >= at_server && client.received().size() >= at_client;
  };
  if (!world_.RunUntil(come, "talking", here)) return false;
  return world_.That(server.received().back().payload == ping, "the server got another", here) &&
         world_.That(client.received().back().payload == pong, "the client got another", here);
}

bool DatagramScenario::TimedOut(const DatagramEnd& end, Here here) {
  const bool timed_out = end.error() != nullptr && end.error()->kind == ErrorKind::kTimedOut;
  return world_.That(timed_out, "the " + end.name() + " should have timed out", here);
}

std::vector<std::chrono::milliseconds> DatagramScenario::SendTimes(Direction direction,
                                                                   Ordinal from, Instant since) {
  std::vector<std::chrono::milliseconds> times;
  for (const TraceLine& line : world_.network().trace()) {
    if (line.direction != direction || line.ordinal < from || line.fate == Fate::kForged) continue;
    const auto time = std::chrono::round<std::chrono::milliseconds>(line.sent - since);
    if (times.empty() || times.back() != time) times.push_back(time);
  }
  return times;
}

PathKnobs& Path(Network& network, Direction direction) {
  return direction == Direction::kToServer ? network.to_server() : network.to_client();
}

std::string Show(Direction direction) {
  return direction == Direction::kToServer ? "to the server" : "to the client";
}

bool IsLong() {
  const char* wish = std::getenv("TANDEM_LONG");
  return wish != nullptr && std::string_view(wish) == "1";
}

}  // namespace tandem::conformance
