// Runs of scripts: compared on all pairs, and shrunk where they fail.

#ifndef TANDEM_CONFORMANCE_DIFFERENTIAL_COMPARISON_H_
#define TANDEM_CONFORMANCE_DIFFERENTIAL_COMPARISON_H_

#include <cstdint>
#include <string>

#include "conformance/differential/script.h"
#include "conformance/world/world.h"
#include "tandem/backend.h"

namespace tandem::conformance {

/// What has been compared so far.
struct Tally {
  std::uint64_t scripts = 0;
  std::uint64_t schedules = 0;  ///< Connections played, on all pairs together.
  std::uint64_t actions = 0;    ///< Likewise.
  std::uint64_t known = 0;      ///< Scripts that ran into a KnownDifference.
  std::uint64_t differences = 0;

  /// Returns "N scripts, 4 pairs, N schedules, N actions, N known differences, N differences".
  std::string Text() const;
};

/// Plays `script` on all pairs of two backends and counts it in `tally`. Returns nothing if they
/// agree, or differ as is known; else what differs, after shrinking, and the script that shows it.
std::string CompareOnAllPairs(const Script& script, const Backend& first, const Backend& second,
                              const CallHooks& hooks, Tally& tally);

/// Plays `script` on one pair. Returns nothing if every promise was kept; else which was not, after
/// shrinking, and the script that shows it.
std::string PromisesBroken(const Script& script, const WorldParts& parts, Tally& tally);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DIFFERENTIAL_COMPARISON_H_
