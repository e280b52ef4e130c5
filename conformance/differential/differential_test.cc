// Scripts come to the same on every pair: 500 of them, and 10,000 of another seed every day where
// TANDEM_LONG is set.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "conformance/differential/comparison.h"
#include "conformance/differential/known_differences.h"
#include "conformance/differential/pairs_agree.h"
#include "conformance/differential/script.h"
#include "conformance/differential/script_generator.h"
#include "conformance/pairs/pair.h"

namespace tandem::conformance {
namespace {

constexpr std::uint64_t kScripts = 500;
constexpr std::uint64_t kLongScripts = 10'000;

// Cases that the scripts are dealt to, so that shards have something to share out.
constexpr std::uint64_t kCases = 20;

class ScriptsTest : public testing::Test {
 public:
  ScriptsTest(std::uint64_t seed, std::uint64_t begin, std::uint64_t end, Tally& tally)
      : seed_(seed), begin_(begin), end_(end), tally_(tally) {}

  void TestBody() override {
    for (std::uint64_t number = begin_; number < end_ && !HasFailure(); ++number) {
      const Script script = GenerateScript(SeedOfScript(seed_, number));
      const std::string report =
          CompareOnAllPairs(script, ClientBackend(), ServerBackend(), {}, tally_);
      EXPECT_EQ(report, "");
    }
  }

 private:
  std::uint64_t seed_;
  std::uint64_t begin_;
  std::uint64_t end_;
  Tally& tally_;
};

// The list must shrink when a library, or tandem, has learnt.
TEST(KnownDifferencesTest, EachStillDiffers) {
  const auto names = PairNames(ClientBackend(), ServerBackend());
  for (const KnownDifference& known : KnownDifferences()) {
    const auto script = ParseScript(known.script);
    ASSERT_TRUE(script.ok()) << script.error().what;
    const auto difference =
        FirstDifference(PlayOnAllPairs(*script, ClientBackend(), ServerBackend()), names);
    ASSERT_TRUE(difference.has_value()) << "it is gone; remove it: " << known.reason;
    EXPECT_EQ(FindKnownDifference(*script, *difference), &known) << TextOf(*difference, names);
  }
}

std::uint64_t DayOf(std::chrono::system_clock::time_point time) {
  const auto days = std::chrono::floor<std::chrono::days>(time.time_since_epoch());
  return static_cast<std::uint64_t>(days.count());
}

int Main() {
  const char* wish = std::getenv("TANDEM_LONG");
  const bool is_long = wish != nullptr && std::string(wish) == "1";
  const std::uint64_t seed = is_long ? DayOf(std::chrono::system_clock::now()) : 1;
  const std::uint64_t scripts = is_long ? kLongScripts : kScripts;
  Tally tally;
  for (std::uint64_t i = 0; i < kCases; ++i) {
    const std::string name = "ComeToTheSameOnAllPairs" + std::to_string(i);
    testing::RegisterTest("Scripts", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [=, &tally]() -> testing::Test* {
                            return new ScriptsTest(seed, i * scripts / kCases,
                                                   (i + 1) * scripts / kCases, tally);
                          });
  }
  const int status = RUN_ALL_TESTS();
  std::printf("%s\n", tally.Text().c_str());
  return status;
}

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  return tandem::conformance::Main();
}
