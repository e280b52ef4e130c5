// Makes a script that fails short enough to be read.

#ifndef TANDEM_CONFORMANCE_DIFFERENTIAL_SHRINK_H_
#define TANDEM_CONFORMANCE_DIFFERENTIAL_SHRINK_H_

#include <functional>

#include "conformance/differential/script.h"

namespace tandem::conformance {

/// Scripts that one Shrink() tries at most: a few seconds' worth, and mostly enough.
inline constexpr int kShrinkTries = 600;

/// Returns the shortest script that was found, from `script` on, for which `fails` still says true:
/// without actions, settings and connections that do not matter, and with smaller sizes. After
/// Zeller's delta debugging. `fails` must say the same each time.
Script Shrink(Script script, const std::function<bool(const Script&)>& fails,
              int tries = kShrinkTries);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DIFFERENTIAL_SHRINK_H_
