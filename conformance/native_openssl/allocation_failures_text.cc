#include <set>

#include "conformance/native_openssl/allocation_failures.h"

namespace tandem::conformance {
namespace {

constexpr const char* kIntroduction = R"(# When OpenSSL finds no memory

Made by `bazel run //conformance/native_openssl:allocation_failures_doc`. What tandem itself
allocates is another matter: it may fail anywhere, and ends as an Error (`//conformance/memory`).

OpenSSL allocates by functions that a program may replace. Here they fail: one allocation of a run,
or one and all behind it. Each run is a process of its own, and the runs are spread over all
allocations that there are. What must hold in each, and does: no end gets other bytes than were sent
to it, none has ended well that has not; who is over stays over; nothing hangs; and nothing crashes
but OpenSSL.

What OpenSSL says of a failure is often not that memory was wanting, for it does not always know. So
the kind of the error may blame somebody else, as `untrusted` and `protocol` do; it is never in
anybody's favour. A program that may run short of memory does well to load identities and to build
configs while there is some.

The numbers are of one machine and one build: they tell what is common and what is rare. A test
holds that nothing else happens (`//conformance/native_openssl:allocation_failures_test`); where in
itself OpenSSL crashes while it begins differs from build to build, and is not held.
)";

std::string Count(const Record& record, const std::string& outcome) {
  const auto found = record.outcomes.find(outcome);
  return found == record.outcomes.end() ? "" : std::to_string(found->second);
}

std::string Table(Doing doing, const std::vector<Record>& records) {
  std::string head = "| what came of it |";
  std::string rule = "|---|";
  std::string runs = "| *runs* |";
  std::set<std::string> outcomes;
  for (const Record& record : records) {
    if (record.setting.doing != doing) continue;
    head += " " + NameOf(record.setting) + " |";
    rule += "---|";
    runs += " " + std::to_string(record.runs) + " |";
    for (const auto& [outcome, count] : record.outcomes) outcomes.insert(outcome);
  }
  std::string text = head + "\n" + rule + "\n" + runs + "\n";
  for (const std::string& outcome : outcomes) {
    text += RowOf(doing, outcome);
    for (const Record& record : records) {
      if (record.setting.doing == doing) text += " " + Count(record, outcome) + " |";
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::string RowOf(Doing doing, const std::string& outcome) {
  return std::string("| ") + (doing == Doing::kLoading ? "loading: " : "exchange: ") + outcome +
         " |";
}

std::string DocumentOf(const std::vector<Record>& records) {
  return kIntroduction +
         std::string("\n## The first identity and the first configs of a process\n\n") +
         Table(Doing::kLoading, records) + "\n## A short exchange\n\n" +
         Table(Doing::kExchange, records);
}

}  // namespace tandem::conformance
