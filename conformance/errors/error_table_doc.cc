// Runs every row of the error table on every pair of backends and prints docs/error-table.md; with
// --expected, prints it as the table has it, without running anything.

#include <iostream>
#include <string_view>

#include "conformance/errors/error_table.h"
#include "conformance/pairs/pair.h"

namespace {

using namespace tandem;
using namespace tandem::conformance;

const Backend& Named(std::string_view name) {
  return ClientBackend().name() == name ? ClientBackend() : ServerBackend();
}

Ends Measured(const ErrorRow& row, Version version, std::string_view client,
              std::string_view server) {
  World world({Named(client), Named(server), version, 1});
  const Ends ends = RunRow(row, world);
  for (const CheckFailure& failure : world.checks().failures()) {
    std::cerr << row.name << ": " << failure.text << "\n" << world.Replay() << "\n";
  }
  return ends;
}

}  // namespace

int main(int argc, char** argv) {
  const bool expected = argc > 1 && std::string_view(argv[1]) == "--expected";
  std::cout << ErrorTableText(expected ? EndsOf(ExpectedEnds) : EndsOf(Measured));
}
