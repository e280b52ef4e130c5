// A runner of scenarios that end in every way there is, for suite_test.py.

#include "conformance/suite/suite.h"
#include "conformance/suite/suite_fixture.h"

int main(int argc, char** argv) {
  using namespace tandem;
  using namespace tandem::conformance;
  const Backend* const backends[] = {&Red(), &Blue()};
  return RunParts(argc, argv, {FixtureScenarios(), backends, backends, FixtureExceptions()});
}
