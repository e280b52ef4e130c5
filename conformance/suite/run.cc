#include "conformance/suite/run.h"

#include <string_view>

#include "conformance/suite/escape.h"
#include "tandem/backend.h"

namespace tandem::conformance {
namespace {

// Judges a run that some exception covers. What it adds stands in no line of a scenario.
void JudgeExcepted(const Run& run, std::span<const Exception> exceptions, RunResult& result) {
  if (result.failures.empty()) {
    result.outcome = Outcome::kStaleException;
    result.failures.push_back(
        {"", 0, "this exception is true no more; remove it: " + result.reason});
  } else if (AllAllowed(exceptions, run.scenario.name, run.client->name(), run.server->name(),
                        run.version, result.failures)) {
    result.outcome = Outcome::kExcepted;
  } else {
    result.failures.push_back(
        {"", 0, "an exception covers this run, and does not allow all of this: " + result.reason});
  }
}

}  // namespace

std::string NameOf(const Run& run) {
  return std::string(VersionLabel(run.scenario, run.version)) + "/" +
         std::string(run.scenario.name);
}

std::string ReplayFlags(const Run& run) {
  return ShellWord("--client=" + std::string(run.client->name())) + " " +
         ShellWord("--server=" + std::string(run.server->name())) + " --filter=" + NameOf(run) +
         " --seed=" + std::to_string(run.seed) + (run.effort == Effort::kLong ? " --long" : "");
}

RunResult Perform(const Run& run, const CallHooks& hooks, std::span<const Exception> exceptions) {
  const auto begin = std::chrono::steady_clock::now();
  World world({*run.client, *run.server, run.version, run.seed, hooks, run.effort});
  run.scenario.run(world);
  const Exception* exception = FindException(exceptions, run.scenario.name, run.client->name(),
                                             run.server->name(), run.version);
  RunResult result;
  result.failures = world.checks().failures();
  result.outcome = world.failed() ? Outcome::kFailed : Outcome::kPassed;
  if (exception != nullptr) {
    result.reason = exception->reason;
    JudgeExcepted(run, exceptions, result);
  }
  result.schedules = world.schedules();
  result.duration = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begin);
  return result;
}

std::vector<Run> AllRuns(std::span<const Scenario> scenarios,
                         std::span<const Backend* const> clients,
                         std::span<const Backend* const> servers, std::uint64_t seed,
                         Effort effort) {
  std::vector<Run> runs;
  for (const Backend* client : clients) {
    for (const Backend* server : servers) {
      for (const Scenario& scenario : scenarios) {
        for (const Version version : VersionsOf(scenario, *client, *server)) {
          runs.push_back({scenario, client, server, version, seed, effort});
        }
      }
    }
  }
  return runs;
}

}  // namespace tandem::conformance
