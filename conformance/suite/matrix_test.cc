#include "conformance/suite/matrix.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "conformance/suite/suite_fixture.h"

namespace tandem::conformance {
namespace {

Performed Of(const Backend& client, const Backend& server, Outcome outcome,
             std::string_view scenario = "Passes", Version version = Version::kTls13) {
  Performed performed;
  performed.run = {FixtureScenario(scenario), &client, &server, version, 1, Effort::kUsual};
  performed.result.outcome = outcome;
  return performed;
}

TEST(Matrix, HasARowForEachClientAndAColumnForEachServer) {
  const std::vector<Performed> performed = {
      Of(Red(), Red(), Outcome::kPassed),          Of(Red(), Red(), Outcome::kPassed),
      Of(Red(), Blue(), Outcome::kPassed),         Of(Red(), Blue(), Outcome::kFailed),
      Of(Red(), Blue(), Outcome::kExcepted),       Of(Red(), Blue(), Outcome::kCrashed),
      Of(Red(), Blue(), Outcome::kStaleException), Of(Red(), Blue(), Outcome::kTimedOut),
      Of(Blue(), Red(), Outcome::kFailed),
  };
  EXPECT_EQ(MatrixOf(performed),
            "all versions    red server   blue server\n"
            "  red client    2 passed     1 passed, 1 excepted, 4 failed\n"
            "  blue client   1 failed     -\n");
}

TEST(Matrix, IsMadeOfOneVersionToo) {
  const std::vector<Performed> performed = {
      Of(Red(), Red(), Outcome::kPassed),
      Of(Red(), Red(), Outcome::kFailed, "Passes", Version::kTls12),
      Of(Red(), Red(), Outcome::kExcepted, "WritesStrangeText"),
  };
  EXPECT_EQ(MatrixOf(performed, "Tls13"), "TLS 1.3        red server\n  red client   1 passed\n");
  EXPECT_EQ(MatrixOf(performed, "Tls12"), "TLS 1.2        red server\n  red client   1 failed\n");
  EXPECT_EQ(MatrixOf(performed, "Mixed"),
            "mixed versions   red server\n  red client     1 excepted\n");
  EXPECT_EQ(MatrixOf({}, "Mixed"), "");
}

}  // namespace
}  // namespace tandem::conformance
