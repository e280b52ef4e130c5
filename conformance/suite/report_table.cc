#include <algorithm>
#include <cstdio>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "conformance/suite/escape.h"
#include "conformance/suite/matrix.h"
#include "conformance/suite/report.h"
#include "tandem/backend.h"

namespace tandem::conformance {
namespace {

// Bad runs that are told in full; the numbers count all, and so do the other formats.
constexpr std::size_t kShownRuns = 100;

constexpr std::size_t kShownSlowest = 5;

std::string Title(const Run& run) {
  return std::string(run.client->name()) + " client, " + std::string(run.server->name()) +
         " server, " + NameOf(run);
}

std::string Indented(std::string_view text) {
  std::string indented = "  ";
  for (const char c : Printable(text)) indented += c == '\n' ? "\n    " : std::string(1, c);
  return indented.substr(0, indented.find_last_not_of(" \n") + 1) + "\n";
}

void WriteBad(std::ostream& out, const SuiteResult& result) {
  std::size_t bad = 0;
  for (const Performed& each : result.performed) {
    if (!IsBad(each.result.outcome) || ++bad > kShownRuns) continue;
    std::string word(OutcomeName(each.result.outcome));
    std::transform(word.begin(), word.end(), word.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    out << word << ": " << Title(each.run) << "\n";
    for (const CheckFailure& failure : each.result.failures) out << Indented(FailureText(failure));
    out << "  replay: " << ReplayCommand(result, each.run) << "\n\n";
  }
  if (bad > kShownRuns) out << "... and " << bad - kShownRuns << " more\n\n";
  for (const Complaint& complaint : result.complaints) {
    out << "FAILED: " << complaint.name << "\n" << Indented(complaint.text) << "\n";
  }
}

void WriteSlowest(std::ostream& out, const SuiteResult& result) {
  std::vector<const Performed*> slowest;
  for (const Performed& each : result.performed) slowest.push_back(&each);
  std::stable_sort(slowest.begin(), slowest.end(), [](const Performed* a, const Performed* b) {
    return a->result.duration > b->result.duration;
  });
  slowest.resize(std::min(slowest.size(), kShownSlowest));
  out << "the slowest:\n";
  for (const Performed* each : slowest) {
    out << "  " << Seconds(each->result.duration) << " s  " << Title(each->run) << "\n";
  }
  out << "\n";
}

void WriteExceptions(std::ostream& out, const SuiteResult& result) {
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> used;
  for (const Performed& each : result.performed) {
    if (each.result.outcome != Outcome::kExcepted) continue;
    ++used[{each.run.scenario.name, each.result.reason}];
  }
  if (used.empty()) return;
  out << "excepted:\n";
  for (const auto& [exception, count] : used) {
    out << "  " << exception.first << " (" << count << (count == 1 ? " run)" : " runs)") << "\n  "
        << Indented(exception.second);
  }
  out << "\n";
}

void WriteMatrices(std::ostream& out, const SuiteResult& result) {
  if (result.performed.empty()) return;
  out << MatrixOf(result.performed) << "\n";
  for (const std::string_view label : {"Tls12", "Tls13", "Mixed"}) {
    const std::string matrix = MatrixOf(result.performed, label);
    if (!matrix.empty()) out << matrix << "\n";
  }
}

std::string SeedText(const SuiteResult& result) {
  if (result.repeat == 1) return "seed " + std::to_string(result.seed);
  return "seeds " + std::to_string(result.seed) + " to " +
         std::to_string(result.seed + result.repeat - 1);
}

}  // namespace

void WriteTable(std::ostream& out, const SuiteResult& result) {
  WriteBad(out, result);
  if (result.verbose) WriteSlowest(out, result);
  WriteExceptions(out, result);
  WriteMatrices(out, result);
  const Totals totals = TotalsOf(result);
  char seconds[32];
  std::snprintf(seconds, sizeof(seconds), "%.1f",
                std::chrono::duration<double>(result.duration).count());
  out << totals.scenarios << " scenarios, " << totals.pairs << " pairs, " << totals.runs
      << " runs, " << totals.schedules << " schedules, " << totals.passed << " passed, "
      << totals.excepted << " excepted, " << totals.failed << " failed, ";
  if (result.not_run > 0) out << result.not_run << " not run, ";
  out << "in " << seconds << " s (" << SeedText(result) << ")\n";
}

}  // namespace tandem::conformance
