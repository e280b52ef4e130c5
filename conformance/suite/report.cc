#include "conformance/suite/report.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

#include "tandem/backend.h"

namespace tandem::conformance {

Totals TotalsOf(const SuiteResult& result) {
  Totals totals;
  std::set<std::string_view> scenarios;
  std::set<std::pair<const Backend*, const Backend*>> pairs;
  for (const Performed& each : result.performed) {
    scenarios.insert(each.run.scenario.name);
    pairs.emplace(each.run.client, each.run.server);
    totals.schedules += each.result.schedules;
    totals.passed += each.result.outcome == Outcome::kPassed;
    totals.excepted += each.result.outcome == Outcome::kExcepted;
    totals.failed += IsBad(each.result.outcome);
  }
  totals.scenarios = scenarios.size();
  totals.pairs = pairs.size();
  totals.runs = result.performed.size();
  totals.failed += result.complaints.size();
  return totals;
}

std::string PairName(const Run& run) {
  return std::string(run.client->name()) + "_" + std::string(run.server->name());
}

std::string CaseName(const SuiteResult& result, const Run& run) {
  std::string name = NameOf(run);
  std::replace(name.begin(), name.end(), '/', '.');
  return result.repeat == 1 ? name : name + " seed " + std::to_string(run.seed);
}

std::string_view OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed: return "passed";
    case Outcome::kFailed: return "failed";
    case Outcome::kExcepted: return "excepted";
    case Outcome::kStaleException: return "stale exception";
    case Outcome::kCrashed: return "crashed";
    case Outcome::kTimedOut: return "timed out";
  }
  return "unknown";
}

std::string FailureText(const CheckFailure& failure) {
  if (failure.file.empty()) return failure.text;
  return failure.file + ":" + std::to_string(failure.line) + ": " + failure.text;
}

std::string ReplayCommand(const SuiteResult& result, const Run& run) {
  return result.command + " " + ReplayFlags(run);
}

std::string Seconds(std::chrono::microseconds time) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.3f", std::chrono::duration<double>(time).count());
  return text;
}

void Write(std::ostream& out, Format format, const SuiteResult& result) {
  switch (format) {
    case Format::kTable: return WriteTable(out, result);
    case Format::kTap: return WriteTap(out, result);
    case Format::kJunit: return WriteJunit(out, result);
    case Format::kJson: return WriteJson(out, result);
  }
}

}  // namespace tandem::conformance
