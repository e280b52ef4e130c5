#include "conformance/mutants/mutation_table.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "conformance/scenarios/exceptions.h"
#include "conformance/scenarios/scenario.h"
#include "conformance/suite/workers.h"

namespace tandem::conformance {
namespace {

bool IsKnownToHang(const Bug& bug) { return bug.caught_by.how == Outcome::kTimedOut; }

bool IsExcepted(const Run& run, const Backend& right) {
  return FindException(Exceptions(), run.scenario.name, right.name(), right.name(), run.version) !=
         nullptr;
}

Role RoleOf(const Run& run, const Backend& mutant) {
  return run.client == &mutant ? Role::kClient : Role::kServer;
}

bool IsExpected(const Bug& bug, const Run& run, const Backend& mutant) {
  return bug.caught_by.run == NameOf(run) && bug.caught_by.role == RoleOf(run, mutant);
}

bool IsSweep(const Scenario& scenario) {
  for (const auto list : {CallSweepScenarios(), CutSweepScenarios(), CorruptionSweepScenarios(),
                          BlockedSweepScenarios(), AbandonSweepScenarios(),
                          ScheduleSweepScenarios(), DifferentialScenarios()}) {
    for (const Scenario& sweep : list) {
      if (sweep.name == scenario.name) return true;
    }
  }
  return false;
}

// The run that the row names, if there is one, and then all others in the order of the list.
std::vector<Run> RunsOf(const Bug& bug, const Backend& mutant, const Backend& right, bool sweeps) {
  const std::array<const Backend*, 1> wrong_end = {&mutant};
  const std::array<const Backend*, 1> right_end = {&right};
  std::vector<Scenario> scenarios = AllScenarios();
  std::erase_if(scenarios, [&](const Scenario& scenario) {
    const bool named = bug.caught_by.run.ends_with("/" + std::string(scenario.name));
    return !sweeps && !named && IsSweep(scenario);
  });
  std::vector<Run> runs = AllRuns(scenarios, wrong_end, right_end, 1, Effort::kUsual);
  const std::vector<Run> other = AllRuns(scenarios, right_end, wrong_end, 1, Effort::kUsual);
  runs.insert(runs.end(), other.begin(), other.end());
  std::erase_if(runs, [&](const Run& run) { return IsExcepted(run, right); });
  std::stable_partition(runs.begin(), runs.end(),
                        [&](const Run& run) { return IsExpected(bug, run, mutant); });
  return runs;
}

std::string FirstLine(const RunResult& result) {
  if (result.failures.empty()) return {};
  const std::string& text = result.failures.front().text;
  return text.substr(0, text.find('\n'));
}

// "Tls13/WantReadIsHonest, client, check", or what stands for none.
std::string Cell(const Hunted& hunted) {
  if (hunted.noticed.empty()) return "**nothing**";
  const Noticed& first = hunted.noticed.front();
  return Text({first.run, first.role, first.outcome});
}

std::string Count(const Hunted& hunted) {
  return (hunted.complete ? "" : "at least ") + std::to_string(hunted.noticed.size()) + " of " +
         std::to_string(hunted.runs);
}

std::string RowText(const MutationRow& row, bool counts) {
  std::string text = "| `" + std::string(row.bug.name) + "` | " + std::string(row.bug.does) + " | ";
  const bool alike = std::all_of(row.over.begin(), row.over.end(), [&](const Hunted& hunted) {
    return Cell(hunted) == Cell(row.over.front());
  });
  for (const Hunted& hunted : row.over) {
    if (&hunted != &row.over.front() && !alike) text += "; ";
    if (&hunted == &row.over.front() || !alike) text += Cell(hunted);
  }
  text += " |";
  for (const Hunted& hunted : row.over) {
    if (counts) text += " " + Count(hunted) + " |";
  }
  return text + "\n";
}

}  // namespace

std::vector<Scenario> ScenariosWithoutSweeps() {
  std::vector<Scenario> scenarios = AllScenarios();
  std::erase_if(scenarios, IsSweep);
  return scenarios;
}

std::optional<RunResult> PerformExpected(const Bug& bug, const Backend& mutant,
                                         const Backend& right) {
  std::vector<Run> runs = RunsOf(bug, mutant, right, true);
  if (runs.empty() || !IsExpected(bug, runs.front(), mutant)) return std::nullopt;
  WorkerOptions options;
  if (IsKnownToHang(bug)) options.timeout = kHangTimeout;
  RunResult expected;
  static_cast<void>(PerformAll(std::span(runs).first(1), options,
                               [&](std::size_t /*place*/, const RunResult& result) {
                                 expected = result;
                                 return true;
                               }));
  return expected;
}

Hunted Hunt(const Bug& bug, const Backend& mutant, const Backend& right,
            const HuntOptions& options) {
  const std::vector<Run> runs = RunsOf(bug, mutant, right, options.sweeps);
  std::vector<std::pair<std::size_t, Noticed>> noticed;
  Hunted hunted;
  std::size_t hangs = 0;
  WorkerOptions work;
  // Of several at once, another could be the first to tell.
  work.jobs = options.first_only ? 1 : options.jobs;
  // The row's own run comes first.
  work.timeout = options.first_only && IsKnownToHang(bug) ? kHangTimeout : options.timeout;
  static_cast<void>(PerformAll(runs, work, [&](std::size_t place, const RunResult& result) {
    ++hunted.runs;
    if (!IsBad(result.outcome)) return true;
    noticed.push_back(
        {place,
         {NameOf(runs[place]), RoleOf(runs[place], mutant), result.outcome, FirstLine(result)}});
    if (result.outcome == Outcome::kTimedOut) ++hangs;
    return !options.first_only && hangs < options.hangs;
  }));
  hunted.complete = hunted.runs == runs.size();
  std::sort(noticed.begin(), noticed.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [place, one] : noticed) hunted.noticed.push_back(std::move(one));
  return hunted;
}

std::string MutationTableText(std::span<const MutationRow> rows, std::span<const std::string> names,
                              bool counts) {
  std::string text = "| bug | what a backend with it does | caught by, as, how |";
  std::string line = "|---|---|---|";
  for (const std::string& name : names) {
    if (!counts) break;
    text += " runs that catch it over " + name + " |";
    line += "---|";
  }
  text += "\n" + line + "\n";
  for (const MutationRow& row : rows) text += RowText(row, counts);
  return text;
}

}  // namespace tandem::conformance
