// Differences between backends that scripts run into: rows of docs/parity.md, and what is not
// settled yet.
//
// Each has a script that shows it; a test plays that, and fails when the difference is gone.

#ifndef TANDEM_CONFORMANCE_DIFFERENTIAL_KNOWN_DIFFERENCES_H_
#define TANDEM_CONFORMANCE_DIFFERENTIAL_KNOWN_DIFFERENCES_H_

#include <span>
#include <string_view>

#include "conformance/differential/pairs_agree.h"
#include "conformance/differential/script.h"

namespace tandem::conformance {

struct KnownDifference {
  std::string_view reason;  ///< What each library does, and which is right.
  std::string_view script;  ///< Shows it.

  /// Says whether this is why a script differs where it does.
  bool (*covers)(const Script& script, const Difference& difference);

  /// Nothing behind it can be compared. Else later lines are, and must be covered again if they
  /// differ.
  bool derails;
};

/// Returns all of them.
std::span<const KnownDifference> KnownDifferences();

/// Returns the one that covers `difference`, or null. A broken promise is never covered.
const KnownDifference* FindKnownDifference(const Script& script, const Difference& difference);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DIFFERENTIAL_KNOWN_DIFFERENCES_H_
