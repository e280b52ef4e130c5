// The runner: every scenario, every pair of the backends that a program hands it.
//
//     int main(int argc, char** argv) {
//       const tandem::Backend* backends[] = {&Mine(), &tandem::OpenSsl()};
//       return tandem::conformance::RunSuite(argc, argv, backends);
//     }

#ifndef TANDEM_CONFORMANCE_SUITE_SUITE_H_
#define TANDEM_CONFORMANCE_SUITE_SUITE_H_

#include <span>
#include <string>

#include "conformance/scenarios/exceptions.h"
#include "conformance/scenarios/scenario.h"
#include "conformance/world/end.h"
#include "tandem/backend.h"

namespace tandem::conformance {

/// Is the main() of a runner; `--help` names its flags. Runs every scenario for each ordered pair
/// of `backends`, with `hooks` around every call into tandem, and returns the exit status: 0 if all
/// went well, 1 if some run did not, 2 if it was asked for what makes no sense.
///
/// Runs are done in processes of their own, so that a crash or a hang of one is its failure and no
/// other's. Under Bazel it obeys the sharding and the filter of `bazel test`, and writes its XML.
int RunSuite(int argc, char** argv, std::span<const Backend* const> backends,
             const CallHooks& hooks = {});

/// As RunSuite(), for one pair.
int RunPair(int argc, char** argv, const Backend& client, const Backend& server,
            const CallHooks& hooks = {});

/// What a suite is made of; all of it outlives the call.
struct SuiteParts {
  std::span<const Scenario> scenarios;
  std::span<const Backend* const> clients;
  std::span<const Backend* const> servers;
  std::span<const Exception> exceptions;
  CallHooks hooks{};

  /// What a line that replays a failure begins with; empty: how this program was started.
  std::string command{};
};

/// As RunSuite(), of other parts.
int RunParts(int argc, char** argv, const SuiteParts& parts);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_SUITE_H_
