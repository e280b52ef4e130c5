// Runs scenarios as GoogleTests, for the pair of backends that a binary was linked for.

#ifndef TANDEM_CONFORMANCE_GTEST_RUNNER_H_
#define TANDEM_CONFORMANCE_GTEST_RUNNER_H_

#include "conformance/world/end.h"

namespace tandem::conformance {

/// Is main() of such a test: takes GoogleTest's flags and --seed=N, registers every scenario as
/// Tls12/NAME, Tls13/NAME or Mixed/NAME with `hooks` around each call, and runs them.
int RunScenarios(int argc, char** argv, const CallHooks& hooks);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_GTEST_RUNNER_H_
