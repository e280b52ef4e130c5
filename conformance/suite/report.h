// What a whole suite came to, and the four ways to write it down.

#ifndef TANDEM_CONFORMANCE_SUITE_REPORT_H_
#define TANDEM_CONFORMANCE_SUITE_REPORT_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/options.h"
#include "conformance/suite/run.h"

namespace tandem::conformance {

/// A run and its result.
struct Performed {
  Run run;
  RunResult result;
};

/// What is wrong with no single run: it makes the suite fail as a bad run does.
struct Complaint {
  std::string_view name;  ///< One CamelCase word.
  std::string text;
};

/// What a suite came to.
struct SuiteResult {
  std::vector<Performed> performed;  ///< In the order of the plan.
  std::size_t not_run = 0;           ///< Runs left when --stop ended it.
  std::vector<Complaint> complaints;
  std::string nothing_to_run;  ///< Why there was none, where that is right; else empty.
  std::uint64_t seed = 1;      ///< The first one.
  std::uint64_t repeat = 1;    ///< So many seeds.
  std::chrono::milliseconds duration{};
  std::string command;  ///< What a replay begins with.
  bool verbose = false;
};

/// The numbers of the last line.
struct Totals {
  std::size_t scenarios = 0;
  std::size_t pairs = 0;
  std::size_t runs = 0;
  std::uint64_t schedules = 0;
  std::size_t passed = 0;
  std::size_t excepted = 0;
  std::size_t failed = 0;  ///< Complaints among them.
};

Totals TotalsOf(const SuiteResult& result);

/// Returns "client_server".
std::string PairName(const Run& run);

/// Returns "Tls13.NAME", and the seed where there are several.
std::string CaseName(const SuiteResult& result, const Run& run);

/// Returns "passed", "failed", "excepted", "stale exception", "crashed" or "timed out".
std::string_view OutcomeName(Outcome outcome);

/// Returns "file:line: text", or the text where there is no line.
std::string FailureText(const CheckFailure& failure);

/// Returns the command that replays `run`.
std::string ReplayCommand(const SuiteResult& result, const Run& run);

/// Returns seconds with three digits.
std::string Seconds(std::chrono::microseconds time);

/// For people: failures, exceptions, matrix, numbers.
void WriteTable(std::ostream& out, const SuiteResult& result);

/// The Test Anything Protocol, version 14.
void WriteTap(std::ostream& out, const SuiteResult& result);

/// JUnit's XML: a test suite for each pair.
void WriteJunit(std::ostream& out, const SuiteResult& result);

/// One object.
void WriteJson(std::ostream& out, const SuiteResult& result);

/// One of these.
void Write(std::ostream& out, Format format, const SuiteResult& result);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SUITE_REPORT_H_
