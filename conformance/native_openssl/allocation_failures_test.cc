// Whatever OpenSSL finds no memory for, what comes of it stands in the document, and is not our
// fault.

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "conformance/native_openssl/allocation_failures.h"

namespace {

using namespace tandem::conformance;

// For each Setting: half a minute in all. With TANDEM_LONG=1 it is every allocation.
constexpr std::uint64_t kRuns = 60;

bool IsCrash(const std::string& outcome) { return outcome.starts_with("a crash"); }

// Says whether `record` has nothing that the document lacks. Where in itself the library crashes is
// told by the document for one build of it; that it does, while loading, for all.
bool IsKnown(const Record& record, const std::string& document) {
  bool known = record.faults.empty() && record.runs > 0;
  for (const std::string& fault : record.faults) std::cerr << fault << "\n";
  for (const auto& [outcome, count] : record.outcomes) {
    if (IsCrash(outcome) && record.setting.doing == Doing::kLoading) continue;
    if (document.find(RowOf(record.setting.doing, outcome)) != std::string::npos) continue;
    std::cerr << NameOf(record.setting) << ": not in the document: " << outcome << "\n";
    known = false;
  }
  return known;
}

}  // namespace

// No test framework: OpenSSL's memory is taken over before anything else.
int main(int argc, char** argv) {
  if (!TakeAllocations() || argc < 2) return EXIT_FAILURE;
  std::ifstream file(argv[1]);
  std::stringstream document;
  document << file.rdbuf();
  bool known = true;
  for (const Setting& setting : AllSettings()) {
    const Record record = Measure(setting, RunsOr(kRuns));
    std::cout << NameOf(setting) << ": " << record.runs << " of " << record.allocations
              << " runs\n";
    known = IsKnown(record, document.str()) && known;
  }
  return known ? EXIT_SUCCESS : EXIT_FAILURE;
}
