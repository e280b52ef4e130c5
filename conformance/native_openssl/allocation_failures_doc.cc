// Measures what becomes of us when OpenSSL finds no memory, and prints
// docs/openssl-allocation-failures.md. With two numbers, a place in AllSettings() and an
// allocation, it makes that one run in this process, for debuggers.

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "conformance/native_openssl/allocation_failures.h"

namespace {

using namespace tandem::conformance;

// For each Setting: some minutes in all. With TANDEM_LONG=1 it is every allocation, and an hour.
constexpr std::uint64_t kRuns = 400;

std::uint64_t Number(const char* text) { return std::strtoull(text, nullptr, 10); }

}  // namespace

int main(int argc, char** argv) {
  if (!TakeAllocations()) return EXIT_FAILURE;
  if (argc > 2) {
    std::cout << RunHere(AllSettings().at(Number(argv[1])), Number(argv[2]));
    return EXIT_SUCCESS;
  }
  std::vector<Record> records;
  std::uint64_t faults = 0;
  for (const Setting& setting : AllSettings()) {
    records.push_back(Measure(setting, RunsOr(kRuns)));
    for (const std::string& fault : records.back().faults) std::cerr << fault << "\n";
    faults += records.back().faults.size();
  }
  std::cout << DocumentOf(records);
  return faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
