// What the DTLS scenarios share: a world for the pair of backends that the test is linked for.

#ifndef TANDEM_CONFORMANCE_DATAGRAMS_DATAGRAM_SCENARIO_H_
#define TANDEM_CONFORMANCE_DATAGRAMS_DATAGRAM_SCENARIO_H_

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/datagrams/datagram_world.h"

namespace tandem::conformance {

/// Reports at its end whatever its world has found wrong.
class DatagramScenario : public testing::Test {
 protected:
  DatagramScenario();

  void TearDown() override;

  /// Opens with these rules at both ends.
  void OpenWith(const DatagramRules& rules);

  /// Opens with a handshake that is given up after `timeout`.
  void OpenWithTimeout(std::chrono::milliseconds timeout, const DatagramRules& rules = {});

  /// Has each end send one datagram over a network that is perfect from now on, and checks that
  /// both come, and that no more than these come.
  bool Talk(Here here = Here::Now());

  /// Checks that `end` is over as kTimedOut.
  bool TimedOut(const DatagramEnd& end, Here here = Here::Now());

  /// Returns when datagrams left in that direction, from that one on, since `since`: each moment
  /// once.
  std::vector<std::chrono::milliseconds> SendTimes(Direction direction, Ordinal from,
                                                   Instant since);

  DatagramWorld world_;
};

/// Both directions.
inline constexpr Direction kDirections[] = {Direction::kToServer, Direction::kToClient};

/// Returns the knobs of that direction.
PathKnobs& Path(Network& network, Direction direction);

/// Returns "to the server" and so on.
std::string Show(Direction direction);

/// Says whether all of what can be swept is to be swept: the environment's TANDEM_LONG is 1.
bool IsLong();

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DATAGRAMS_DATAGRAM_SCENARIO_H_
