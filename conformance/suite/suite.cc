#include "conformance/suite/suite.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/suite/escape.h"
#include "conformance/suite/options.h"
#include "conformance/suite/plan.h"
#include "conformance/suite/progress.h"
#include "conformance/suite/report.h"
#include "conformance/suite/surroundings.h"
#include "conformance/suite/workers.h"

namespace tandem::conformance {
namespace {

constexpr int kWell = 0;
constexpr int kBad = 1;
constexpr int kNonsense = 2;

// Exists while the suite is not done: Bazel takes an exit(0) in the middle for what it is.
class PrematureExitFile {
 public:
  explicit PrematureExitFile(const std::string& path) : path_(path) {
    if (!path_.empty()) std::ofstream(path_) << "the suite is not done\n";
  }
  ~PrematureExitFile() {
    if (!path_.empty()) std::remove(path_.c_str());
  }
  PrematureExitFile(const PrematureExitFile&) = delete;
  PrematureExitFile& operator=(const PrematureExitFile&) = delete;

 private:
  std::string path_;
};

// Flushes standard output; returns what the status then is.
int Printed(int status) {
  std::cout.flush();
  if (std::cout) return status;
  std::cerr << "standard output cannot be written" << std::endl;
  return kBad;
}

int SayNonsense(const std::string& complaint) {
  std::cerr << complaint << std::endl;
  return kNonsense;
}

WorkerOptions OptionsOf(const SuiteParts& parts, const Options& options, const Plan& plan,
                        const Surroundings& surroundings) {
  WorkerOptions worker;
  // Bazel runs as many tests at once as there are processors.
  const unsigned processors =
      surroundings.bazel_test ? 1 : std::max(1U, std::thread::hardware_concurrency());
  worker.jobs = options.jobs.value_or(processors);
  worker.timeout = options.timeout.value_or(plan.effort == Effort::kLong ? kLongTimeout : kTimeout);
  worker.hooks = parts.hooks;
  worker.exceptions = plan.exceptions;
  return worker;
}

std::string RunningText(const Plan& plan, std::span<const std::size_t> places) {
  if (places.empty()) return {};
  // The first has been running the longest: it is the one that is waited for.
  const Run& run = plan.runs[places.front()];
  return PairName(run) + " " + NameOf(run);
}

// Does the runs of the plan, and says on a terminal how far it is.
void PerformPlan(const Plan& plan, WorkerOptions worker, bool stop, SuiteResult& result) {
  const auto begin = std::chrono::steady_clock::now();
  const auto elapsed = [begin] { return std::chrono::steady_clock::now() - begin; };
  std::vector<std::optional<RunResult>> results(plan.runs.size());
  Stand stand{0, plan.runs.size(), 0, {}, {}};
  Progress progress(stderr);
  worker.watch = [&](std::span<const std::size_t> places) {
    stand.running = RunningText(plan, places);
    stand.elapsed = std::chrono::duration_cast<std::chrono::seconds>(elapsed());
    progress.Show(stand);
  };
  const std::vector<std::string> endings =
      PerformAll(plan.runs, worker, [&](std::size_t place, const RunResult& run_result) {
        results[place] = run_result;
        ++stand.done;
        stand.failed += IsBad(run_result.outcome);
        return !stop || stand.failed == 0;
      });
  for (std::size_t place = 0; place < results.size(); ++place) {
    if (results[place]) {
      result.performed.push_back({plan.runs[place], std::move(*results[place])});
    } else {
      ++result.not_run;
    }
  }
  for (const std::string& text : endings) result.complaints.push_back({"ProcessEndedBadly", text});
  result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed());
}

// Returns what could not be written.
std::string WriteFile(const std::string& path, Format format, const SuiteResult& result) {
  std::ofstream file(path, std::ios::binary);
  Write(file, format, result);
  file.close();
  return file ? "" : path + ": cannot be written";
}

std::string WriteAll(const Options& options, const Surroundings& surroundings,
                     const SuiteResult& result) {
  std::string complaint;
  if (!surroundings.junit_file.empty()) {
    complaint = WriteFile(surroundings.junit_file, Format::kJunit, result);
  }
  if (!options.output.empty()) {
    const std::string path = PathToWrite(surroundings, options.output);
    const std::string wrong = WriteFile(path, options.format, result);
    if (!wrong.empty()) complaint = wrong;
  }
  Write(std::cout, options.output.empty() ? options.format : Format::kTable, result);
  return complaint;
}

void SaySeed(const Options& options, const Plan& plan) {
  if (!options.draws_seed && plan.seed == options.seed.value_or(1)) return;
  std::cerr << "--seed=" << plan.seed << (options.draws_seed ? ", drawn" : ", by the day")
            << std::endl;
}

SuiteResult BeginOfResult(const SuiteParts& parts, const Options& options, const Plan& plan,
                          const Surroundings& surroundings) {
  SuiteResult result;
  result.seed = plan.seed;
  result.repeat = options.repeat;
  result.command = parts.command.empty() ? surroundings.command : parts.command;
  if (!options.exceptions.empty()) {
    result.command += " " + ShellWord("--exceptions=" + options.exceptions);
  }
  result.verbose = options.verbose;
  result.complaints = plan.useless_exceptions;
  result.nothing_to_run = plan.nothing_to_run;
  return result;
}

}  // namespace

int RunParts(int argc, char** argv, const SuiteParts& parts) {
  const Surroundings surroundings =
      ReadSurroundings(argc > 0 ? argv[0] : "", [](const char* name) { return std::getenv(name); });
  const PrematureExitFile premature_exit(surroundings.premature_exit_file);
  Options options;
  const std::string complaint =
      ParseOptions(std::span(argv, static_cast<std::size_t>(argc)).subspan(argc > 0), options);
  if (!complaint.empty()) return SayNonsense(complaint);
  if (options.help) {
    std::cout << HelpText();
    return Printed(kWell);
  }
  if (!surroundings.complaint.empty()) return SayNonsense(surroundings.complaint);
  if (!surroundings.shard_status_file.empty()) std::ofstream(surroundings.shard_status_file) << "";

  const Plan plan = MakePlan(parts, options, surroundings);
  if (!plan.complaint.empty()) return SayNonsense(plan.complaint);
  if (options.list) {
    std::cout << ListText(parts, plan, !options.filter.empty());
    return Printed(kWell);
  }
  SaySeed(options, plan);
  if (!plan.nothing_to_run.empty()) std::cerr << plan.nothing_to_run << std::endl;
  SuiteResult result = BeginOfResult(parts, options, plan, surroundings);
  PerformPlan(plan, OptionsOf(parts, options, plan, surroundings), options.stop, result);
  const std::string unwritten = WriteAll(options, surroundings, result);
  if (!unwritten.empty()) return SayNonsense(unwritten);
  return Printed(TotalsOf(result).failed == 0 ? kWell : kBad);
}

int RunSuite(int argc, char** argv, std::span<const Backend* const> backends,
             const CallHooks& hooks) {
  const std::vector<Scenario> scenarios = AllScenarios();
  return RunParts(argc, argv, {scenarios, backends, backends, Exceptions(), hooks});
}

int RunPair(int argc, char** argv, const Backend& client, const Backend& server,
            const CallHooks& hooks) {
  const std::vector<Scenario> scenarios = AllScenarios();
  const Backend* const clients[] = {&client};
  const Backend* const servers[] = {&server};
  return RunParts(argc, argv, {scenarios, clients, servers, Exceptions(), hooks});
}

}  // namespace tandem::conformance
