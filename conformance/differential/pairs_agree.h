// Whether all ordered pairs of two backends make the same of a script.

#ifndef TANDEM_CONFORMANCE_DIFFERENTIAL_PAIRS_AGREE_H_
#define TANDEM_CONFORMANCE_DIFFERENTIAL_PAIRS_AGREE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/differential/play.h"
#include "conformance/differential/script.h"
#include "conformance/world/world.h"
#include "tandem/backend.h"

namespace tandem::conformance {

/// Ordered pairs that two backends make.
inline constexpr std::size_t kPairCount = 4;

/// What the pairs made of a script: each of the first backend with itself, first and second,
/// second and first, the second with itself.
using Traces = std::array<Trace, kPairCount>;

/// Returns "openssl-gnutls" and so on, in the order of Traces.
std::array<std::string, kPairCount> PairNames(const Backend& first, const Backend& second);

/// Plays `script` on all four pairs.
Traces PlayOnAllPairs(const Script& script, const Backend& first, const Backend& second,
                      const CallHooks& hooks = {});

/// The first thing in which the pairs differ, or in which one broke a promise.
struct Difference {
  std::size_t line = 0;                        ///< Of the traces.
  std::array<std::string, kPairCount> traces;  ///< That line of each; empty if it has fewer.
  std::vector<CheckFailure> failures;          ///< Promises that were broken, with the pair.
};

/// Returns the first difference at or behind line `from`, or nothing. Broken promises come first,
/// whatever `from` is.
std::optional<Difference> FirstDifference(const Traces& traces,
                                          const std::array<std::string, kPairCount>& names,
                                          std::size_t from = 0);

/// Returns the line of each pair, equal ones together, or the promises that were broken.
std::string TextOf(const Difference& difference, const std::array<std::string, kPairCount>& names);

/// Returns all lines, those in which pairs differ as TextOf() does, and the promises that were
/// broken.
std::string SideBySide(const Traces& traces, const std::array<std::string, kPairCount>& names);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DIFFERENTIAL_PAIRS_AGREE_H_
