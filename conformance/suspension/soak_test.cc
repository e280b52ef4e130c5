// Very many suspensions by seeds, over whole sessions: none is lost, no answer is taken twice.
//
// The four pairs and two versions together come to 20,000; with TANDEM_LONG=1 to 1,000,000.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string_view>

#include "conformance/pairs/pair.h"
#include "conformance/scenarios/suspension_soak.h"
#include "conformance/world/world.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kSharers = 8;
constexpr std::size_t kSuspensions = 20'000 / kSharers;
constexpr std::size_t kSuspensionsLong = 1'000'000 / kSharers;

bool IsLong() {
  const char* wish = std::getenv("TANDEM_LONG");
  return wish != nullptr && std::string_view(wish) == "1";
}

class SuspensionSoakTest : public testing::TestWithParam<Version> {};

TEST_P(SuspensionSoakTest, LosesNobodyAndTakesNoAnswerTwice) {
  const std::size_t wanted = IsLong() ? kSuspensionsLong : kSuspensions;
  World world({ClientBackend(), ServerBackend(), GetParam()});
  const SoakCounts counts = Soak(world, wanted);
  for (const CheckFailure& failure : world.checks().failures()) {
    ADD_FAILURE_AT(failure.file.c_str(), failure.line) << failure.text << "\n" << world.Replay();
  }
  EXPECT_GE(counts.suspensions, wanted);
  EXPECT_EQ(counts.duplicates_taken, 0U);
  EXPECT_EQ(counts.lost, 0U);
  // Otherwise something of what may happen never did.
  EXPECT_GT(counts.done, 0U);
  EXPECT_GT(counts.failed, 0U);
  EXPECT_GT(counts.given_up, 0U);
  EXPECT_GT(counts.again, 0U);
  EXPECT_GT(counts.late, 0U);
  EXPECT_GT(counts.forgotten, 0U);
  EXPECT_GT(counts.duplicates_dropped, 0U);
  std::cout << counts.ToString() << "\n";
}

INSTANTIATE_TEST_SUITE_P(Versions, SuspensionSoakTest,
                         testing::Values(Version::kTls12, Version::kTls13), [](const auto& of) {
                           return of.param == Version::kTls13 ? "Tls13" : "Tls12";
                         });

}  // namespace
}  // namespace tandem::conformance
