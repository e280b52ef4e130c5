// Runs in processes of their own: one that crashes or hangs takes nothing else with it.

#ifndef TANDEM_CONFORMANCE_SUITE_WORKERS_H_
#define TANDEM_CONFORMANCE_SUITE_WORKERS_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "conformance/scenarios/exceptions.h"
#include "conformance/suite/run.h"
#include "conformance/world/end.h"

namespace tandem::conformance {

struct WorkerOptions {
  /// Processes at once; 0: no process, all is done here, for debuggers.
  unsigned jobs = 1;

  /// A run that takes longer is ended, and is Outcome::kTimedOut.
  std::chrono::seconds timeout{120};

  CallHooks hooks{};
  std::span<const Exception> exceptions{};

  /// Is told often, if there is one, which runs are going on, the one that has been the longest
  /// first: for a line that shows progress.
  std::function<void(std::span<const std::size_t> places)> watch{};
};

/// Performs `runs` and tells of each as it ends, by its place in `runs`, in any order. Stops early
/// when `told` returns false. A run whose process dies is Outcome::kCrashed, with the signal or the
/// exit status and the last lines that it printed as its failure.
///
/// Returns what was wrong with the processes when they had done all: one text for each that did not
/// end well, such as the report of LeakSanitizer.
///
/// Call it from a process with one thread. While it works, SIGINT, SIGTERM and SIGHUP end the other
/// processes first.
std::vector<std::string> PerformAll(
    std::span<const Run> runs, const WorkerOptions& options,
    const std::function<bool(std::size_t place, const RunResult& result)>& told);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_WORKERS_H_
