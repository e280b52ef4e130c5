#include <ostream>
#include <string>
#include <string_view>

#include "conformance/suite/escape.h"
#include "conformance/suite/report.h"

namespace tandem::conformance {
namespace {

// A description ends at a #, which begins a directive.
std::string TapText(std::string_view text) {
  std::string escaped;
  for (const char c : Printable(text)) {
    if (c == '#' || c == '\\') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

void WriteDiagnosis(std::ostream& out, const SuiteResult& result, const Performed& each) {
  out << "  ---\n"
      << "  outcome: " << JsonString(OutcomeName(each.result.outcome)) << "\n"
      << "  seed: " << each.run.seed << "\n"
      << "  seconds: " << Seconds(each.result.duration) << "\n"
      << "  failures:\n";
  for (const CheckFailure& failure : each.result.failures) {
    out << "    - " << JsonString(FailureText(failure)) << "\n";
  }
  out << "  replay: " << JsonString(ReplayCommand(result, each.run)) << "\n  ...\n";
}

}  // namespace

void WriteTap(std::ostream& out, const SuiteResult& result) {
  out << "TAP version 14\n1.." << result.performed.size() + result.complaints.size();
  if (!result.nothing_to_run.empty()) out << " # SKIP " << TapText(result.nothing_to_run);
  out << "\n";
  std::size_t number = 0;
  for (const Performed& each : result.performed) {
    const Outcome outcome = each.result.outcome;
    out << (outcome == Outcome::kPassed ? "ok " : "not ok ") << ++number << " - "
        << TapText(PairName(each.run) + " " + CaseName(result, each.run));
    // A test that is known to fail is one that is still to do, in the words of the protocol.
    if (outcome == Outcome::kExcepted) out << " # TODO " << TapText(each.result.reason);
    out << "\n";
    if (outcome != Outcome::kPassed) WriteDiagnosis(out, result, each);
  }
  for (const Complaint& complaint : result.complaints) {
    out << "not ok " << ++number << " - " << complaint.name
        << "\n  ---\n  message: " << JsonString(complaint.text) << "\n  ...\n";
  }
  if (result.not_run > 0) out << "# stopped: " << result.not_run << " runs were not done\n";
}

}  // namespace tandem::conformance
