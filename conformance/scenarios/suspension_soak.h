// Connections in which everything may wait, fail, come twice, come too late or never, by one seed.

#ifndef TANDEM_CONFORMANCE_SCENARIOS_SUSPENSION_SOAK_H_
#define TANDEM_CONFORMANCE_SCENARIOS_SUSPENSION_SOAK_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "conformance/world/world.h"

namespace tandem::conformance {

/// What was seen.
struct SoakCounts {
  std::size_t connections = 0;
  std::size_t suspensions = 0;
  std::size_t done = 0;       ///< Connections that came through and talked.
  std::size_t failed = 0;     ///< Because something had failed on purpose.
  std::size_t given_up = 0;   ///< Destroyed, shut down, timed out, or robbed of their Runtime.
  std::size_t again = 0;      ///< Submissions to a busy engine.
  std::size_t late = 0;       ///< Answers that found nobody.
  std::size_t forgotten = 0;  ///< Operations that no engine ever answered.
  std::size_t duplicates_dropped = 0;
  std::size_t duplicates_taken = 0;  ///< Must be 0.
  std::size_t lost = 0;              ///< Sessions that waited for nothing; must be 0.

  SoakCounts& operator+=(const SoakCounts& more);

  /// Returns all of it on one line.
  std::string ToString() const;
};

/// Plays connections in `world` until there were so many suspensions, and checks each.
SoakCounts Soak(World& world, std::size_t suspensions);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SCENARIOS_SUSPENSION_SOAK_H_
