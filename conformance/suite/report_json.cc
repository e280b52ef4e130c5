#include <ostream>
#include <string>
#include <string_view>

#include "conformance/scenarios/scenario.h"
#include "conformance/suite/escape.h"
#include "conformance/suite/report.h"
#include "tandem/backend.h"

namespace tandem::conformance {
namespace {

// One member of an object, and a comma if another follows.
std::string Member(std::string_view name, std::string_view value, bool more = true) {
  return JsonString(name) + ": " + std::string(value) + (more ? ", " : "");
}

std::string Text(std::string_view name, std::string_view value) {
  return Member(name, JsonString(value));
}

void WriteFailures(std::ostream& out, const std::vector<CheckFailure>& failures) {
  out << ", \"failures\": [";
  for (const CheckFailure& failure : failures) {
    out << (&failure == failures.data() ? "" : ", ") << "{" << Text("file", failure.file)
        << Member("line", std::to_string(failure.line))
        << Member("text", JsonString(failure.text), false) << "}";
  }
  out << "]";
}

void WriteRun(std::ostream& out, const SuiteResult& result, const Performed& each) {
  const Run& run = each.run;
  out << "    {" << Text("name", NameOf(run)) << Text("scenario", run.scenario.name)
      << Text("version", VersionLabel(run.scenario, run.version))
      << Text("client", run.client->name()) << Text("server", run.server->name())
      << Member("seed", std::to_string(run.seed))
      << Text("outcome", OutcomeName(each.result.outcome))
      << Member("schedules", std::to_string(each.result.schedules))
      << Member("seconds", Seconds(each.result.duration), false);
  if (!each.result.reason.empty()) {
    out << ", " << Member("reason", JsonString(each.result.reason), false);
  }
  if (!each.result.failures.empty()) {
    WriteFailures(out, each.result.failures);
    out << ", " << Member("replay", JsonString(ReplayCommand(result, run)), false);
  }
  out << "}";
}

void WriteTotals(std::ostream& out, const SuiteResult& result) {
  const Totals totals = TotalsOf(result);
  out << "{" << Member("scenarios", std::to_string(totals.scenarios))
      << Member("pairs", std::to_string(totals.pairs))
      << Member("runs", std::to_string(totals.runs))
      << Member("schedules", std::to_string(totals.schedules))
      << Member("passed", std::to_string(totals.passed))
      << Member("excepted", std::to_string(totals.excepted))
      << Member("failed", std::to_string(totals.failed))
      << Member("not_run", std::to_string(result.not_run))
      << Member("seconds", Seconds(result.duration), false) << "}";
}

}  // namespace

void WriteJson(std::ostream& out, const SuiteResult& result) {
  out << "{\n  " << Member("seed", std::to_string(result.seed))
      << Member("repeat", std::to_string(result.repeat)) << "\n  \"runs\": [\n";
  for (const Performed& each : result.performed) {
    WriteRun(out, result, each);
    out << (&each == &result.performed.back() ? "\n" : ",\n");
  }
  out << "  ],\n  \"complaints\": [";
  for (const Complaint& complaint : result.complaints) {
    out << (&complaint == result.complaints.data() ? "" : ", ") << "{"
        << Text("name", complaint.name) << Member("text", JsonString(complaint.text), false) << "}";
  }
  out << "],\n  \"totals\": ";
  WriteTotals(out, result);
  out << "\n}\n";
}

}  // namespace tandem::conformance
