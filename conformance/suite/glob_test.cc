#include "conformance/suite/glob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/suite_fixture.h"

namespace tandem::conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

bool Accepts(const std::string& filter, std::string_view scenario) {
  Filter it;
  it.Add(filter);
  return it.Accepts({FixtureScenario(scenario), &Red(), &Blue(), Version::kTls13});
}

TEST(Fits, StarsStandForAnyTextAndMarksForOneCharacter) {
  EXPECT_TRUE(Fits("", ""));
  EXPECT_TRUE(Fits("*", ""));
  EXPECT_TRUE(Fits("abc", "abc"));
  EXPECT_TRUE(Fits("a*c", "abcbc"));
  EXPECT_TRUE(Fits("*b*b*", "abab"));
  EXPECT_TRUE(Fits("a?c", "abc"));
  EXPECT_TRUE(Fits("a**", "a"));
  EXPECT_FALSE(Fits("", "a"));
  EXPECT_FALSE(Fits("abc", "abcd"));
  EXPECT_FALSE(Fits("a?c", "ac"));
  EXPECT_FALSE(Fits("*b*b*", "ab"));
  EXPECT_FALSE(Fits("a*c", "abcb"));
}

TEST(Fits, ManyStarsTakeNoTime) {
  EXPECT_FALSE(Fits("*a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(2000, 'a')));
}

TEST(Filter, TakesFullAndShortNames) {
  EXPECT_TRUE(Accepts("Tls13/Passes", "Passes"));
  EXPECT_TRUE(Accepts("Tls13.Passes", "Passes"));
  EXPECT_TRUE(Accepts("Passes", "Passes"));
  EXPECT_TRUE(Accepts("Tls13/*", "Passes"));
  EXPECT_TRUE(Accepts("Mixed/*", "WritesStrangeText"));
  EXPECT_FALSE(Accepts("Tls12/*", "Passes"));
  EXPECT_FALSE(Accepts("Passe", "Passes"));
}

TEST(Filter, TakesAnyOfSeveralAndLeavesOutWhatStandsBehindADash) {
  EXPECT_TRUE(Accepts("", "Passes"));
  EXPECT_TRUE(Accepts("Fails:Passes", "Passes"));
  EXPECT_FALSE(Accepts("-Passes", "Passes"));
  EXPECT_TRUE(Accepts("-Passes", "Fails"));
  EXPECT_TRUE(Accepts("*s-Passes:Hangs", "Fails"));
  EXPECT_FALSE(Accepts("*s-Passes:Hangs", "Hangs"));
  EXPECT_FALSE(Accepts("Passes:-Tls13/*", "Passes"));
}

TEST(Filter, SeveralAddUp) {
  Filter filter;
  EXPECT_TRUE(filter.empty());
  filter.Add("Passes");
  filter.Add("Fails-Tls12/*");
  EXPECT_TRUE(filter.Accepts({FixtureScenario("Passes"), &Red(), &Red(), Version::kTls13}));
  EXPECT_TRUE(filter.Accepts({FixtureScenario("Fails"), &Red(), &Red(), Version::kTls13}));
  EXPECT_FALSE(filter.Accepts({FixtureScenario("Passes"), &Red(), &Red(), Version::kTls12}));
}

TEST(NearestNames, AreTheOnesThatAreMeant) {
  const std::vector<std::string_view> names = {"OneClosesAndTheOtherFollows", "BothCloseAtOnce",
                                               "AlpnTakesSixteenNames", "BothCloseAtOnce"};
  EXPECT_THAT(NearestNames("Tls13/BothClosAtOnce", names, 1), ElementsAre("BothCloseAtOnce"));
  EXPECT_THAT(NearestNames("*alpn*", names, 1), ElementsAre("AlpnTakesSixteenNames"));
  EXPECT_THAT(NearestNames("Both", names, 2), ElementsAre("BothCloseAtOnce", testing::_));
  EXPECT_THAT(NearestNames("x", {}, 2), IsEmpty());
}

}  // namespace
}  // namespace tandem::conformance
