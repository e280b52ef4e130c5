#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>

#include "conformance/suite/escape.h"
#include "conformance/suite/report.h"

namespace tandem::conformance {
namespace {

using Place = std::vector<Performed>::const_iterator;

std::string Attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + XmlText(value) + "\"";
}

void WriteCase(std::ostream& out, const SuiteResult& result, const Performed& each) {
  out << "    <testcase" << Attribute("classname", PairName(each.run))
      << Attribute("name", CaseName(result, each.run))
      << Attribute("time", Seconds(each.result.duration));
  if (each.result.outcome == Outcome::kPassed) {
    out << "/>\n";
    return;
  }
  out << ">\n";
  std::string text;
  for (const CheckFailure& failure : each.result.failures) text += FailureText(failure) + "\n";
  text += "replay: " + ReplayCommand(result, each.run) + "\n";
  if (each.result.outcome == Outcome::kExcepted) {
    out << "      <system-out>excepted: " << XmlText(each.result.reason + "\n" + text)
        << "</system-out>\n";
  } else {
    const std::string first = each.result.failures.empty() ? "" : each.result.failures[0].text;
    out << "      <failure" << Attribute("type", OutcomeName(each.result.outcome))
        << Attribute("message", first.substr(0, first.find('\n'))) << ">" << XmlText(text)
        << "</failure>\n";
  }
  out << "    </testcase>\n";
}

void WriteSuite(std::ostream& out, const SuiteResult& result, Place begin, Place end) {
  const auto bad =
      std::count_if(begin, end, [](const Performed& each) { return IsBad(each.result.outcome); });
  std::chrono::microseconds time{};
  for (Place each = begin; each != end; ++each) time += each->result.duration;
  out << "  <testsuite" << Attribute("name", PairName(begin->run))
      << Attribute("tests", std::to_string(end - begin))
      << Attribute("failures", std::to_string(bad)) << Attribute("time", Seconds(time)) << ">\n";
  for (Place each = begin; each != end; ++each) WriteCase(out, result, *each);
  out << "  </testsuite>\n";
}

void WriteComplaints(std::ostream& out, const std::vector<Complaint>& complaints) {
  if (complaints.empty()) return;
  const std::string count = std::to_string(complaints.size());
  out << "  <testsuite name=\"suite\"" << Attribute("tests", count) << Attribute("failures", count)
      << ">\n";
  for (const Complaint& complaint : complaints) {
    out << "    <testcase classname=\"suite\"" << Attribute("name", complaint.name)
        << " time=\"0\">\n      <failure type=\"complaint\""
        << Attribute("message", complaint.text.substr(0, complaint.text.find('\n'))) << ">"
        << XmlText(complaint.text) << "</failure>\n    </testcase>\n";
  }
  out << "  </testsuite>\n";
}

// A case that is skipped: without any, whoever counts cases takes the program for one that has
// passed.
void WriteSkipped(std::ostream& out, const std::string& why) {
  if (why.empty()) return;
  out << "  <testsuite name=\"suite\" tests=\"1\" failures=\"0\" skipped=\"1\">\n"
      << "    <testcase classname=\"suite\" name=\"NothingToRun\" time=\"0\">\n      <skipped"
      << Attribute("message", why) << "/>\n    </testcase>\n  </testsuite>\n";
}

}  // namespace

void WriteJunit(std::ostream& out, const SuiteResult& result) {
  const Totals totals = TotalsOf(result);
  out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"conformance\""
      << Attribute("tests", std::to_string(totals.runs + result.complaints.size() +
                                           !result.nothing_to_run.empty()))
      << Attribute("failures", std::to_string(totals.failed))
      << Attribute("time", Seconds(result.duration)) << ">\n";
  // Runs are ordered by seed and then by pair: each pair of each seed is a suite.
  const Place end = result.performed.end();
  for (Place begin = result.performed.begin(); begin != end;) {
    const Place next = std::find_if(begin, end, [&](const Performed& each) {
      return PairName(each.run) != PairName(begin->run) || each.run.seed != begin->run.seed;
    });
    WriteSuite(out, result, begin, next);
    begin = next;
  }
  WriteComplaints(out, result.complaints);
  WriteSkipped(out, result.nothing_to_run);
  out << "</testsuites>\n";
}

}  // namespace tandem::conformance
