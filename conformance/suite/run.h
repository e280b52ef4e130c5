// One run: a scenario, a pair of backends, a version and a seed; and what came of it.

#ifndef TANDEM_CONFORMANCE_SUITE_RUN_H_
#define TANDEM_CONFORMANCE_SUITE_RUN_H_

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "conformance/scenarios/exceptions.h"
#include "conformance/scenarios/scenario.h"
#include "conformance/world/check.h"
#include "conformance/world/world.h"
#include "tandem/backend.h"
#include "tandem/version.h"

namespace tandem::conformance {

/// What to run. The backends outlive it.
struct Run {
  Scenario scenario;
  const Backend* client = nullptr;
  const Backend* server = nullptr;
  Version version = Version::kTls13;
  std::uint64_t seed = 1;
  Effort effort = Effort::kUsual;
};

/// Returns "Tls13/NAME": what --filter is matched against.
std::string NameOf(const Run& run);

/// Returns the flags that replay it: "--client=... --server=... --filter=... --seed=...".
std::string ReplayFlags(const Run& run);

/// How a run ended.
enum class Outcome : std::uint8_t {
  kPassed,
  kFailed,          ///< `failures` says what did not hold.
  kExcepted,        ///< It failed as an exception says that it may: as good as passed.
  kStaleException,  ///< It passed, though an exception says that it cannot: a failure.
  kCrashed,         ///< The process died of it.
  kTimedOut,        ///< It did not end in time.
};

/// Says whether a run that ended so makes the whole suite fail.
constexpr bool IsBad(Outcome outcome) {
  return outcome != Outcome::kPassed && outcome != Outcome::kExcepted;
}

/// What came of a Run.
struct RunResult {
  Outcome outcome = Outcome::kPassed;
  std::vector<CheckFailure> failures;    ///< Of kFailed and kExcepted; else one that says what.
  std::string reason;                    ///< The exception's, where one covers the run.
  std::uint64_t schedules = 0;           ///< Connections played.
  std::chrono::microseconds duration{};  ///< By the wall clock.
};

/// Runs `run` here and now, and judges it by `exceptions`.
RunResult Perform(const Run& run, const CallHooks& hooks, std::span<const Exception> exceptions);

/// Returns the runs of every scenario of `scenarios` that makes sense, for each ordered pair of
/// `clients` and `servers`, ordered by pair.
std::vector<Run> AllRuns(std::span<const Scenario> scenarios,
                         std::span<const Backend* const> clients,
                         std::span<const Backend* const> servers, std::uint64_t seed,
                         Effort effort);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_RUN_H_
