#include "conformance/suite/workers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/suite_fixture.h"
#include "conformance/suite/worker.h"

namespace tandem::conformance {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<Run> RunsOf(const std::vector<std::string_view>& names) {
  std::vector<Run> runs;
  for (const std::string_view name : names) {
    runs.push_back({FixtureScenario(name), &Red(), &Blue(), Version::kTls13, 1, Effort::kUsual});
  }
  return runs;
}

struct Performed {
  std::map<std::size_t, RunResult> results;
  std::vector<std::string> complaints;
};

Performed PerformThese(const std::vector<std::string_view>& names, unsigned jobs) {
  WorkerOptions options;
  options.jobs = jobs;
  options.timeout = std::chrono::seconds(1);
  options.exceptions = FixtureExceptions();
  Performed performed;
  const std::vector<Run> runs = RunsOf(names);
  performed.complaints = PerformAll(runs, options, [&](std::size_t place, const RunResult& result) {
    EXPECT_TRUE(performed.results.emplace(place, result).second) << place << " was told twice";
    return true;
  });
  return performed;
}

// Also says that no child is left, running or waiting to be asked for its status.
void ExpectNoChild() {
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

std::size_t OpenDescriptors() {
  std::size_t open = 0;
  for (int number = 0; number < 256; ++number)
    open += ::lseek(number, 0, SEEK_CUR) >= 0 || errno != EBADF;
  return open;
}

TEST(Workers, TellOfEveryRunOnce) {
  for (const unsigned jobs : {0U, 1U, 3U}) {
    const auto performed =
        PerformThese({"Passes", "Fails", "Passes", "IsExcepted", "IsStale"}, jobs);
    ASSERT_EQ(performed.results.size(), 5U) << jobs;
    EXPECT_EQ(performed.results.at(0).outcome, Outcome::kPassed);
    EXPECT_EQ(performed.results.at(1).outcome, Outcome::kFailed);
    EXPECT_EQ(performed.results.at(1).failures.at(0).text,
              "the parity of the seed: is 1, should be 2");
    EXPECT_THAT(performed.results.at(1).failures.at(0).file, HasSubstr("suite_fixture.cc"));
    EXPECT_EQ(performed.results.at(3).outcome, Outcome::kExcepted);
    EXPECT_EQ(performed.results.at(3).reason, "that is how it is");
    EXPECT_EQ(performed.results.at(4).outcome, Outcome::kStaleException);
    EXPECT_THAT(performed.complaints, IsEmpty());
  }
  ExpectNoChild();
}

TEST(Workers, OneThatDiesLosesItsRunAndNoOther) {
  for (const unsigned jobs : {1U, 3U}) {
    const auto performed =
        PerformThese({"Passes", "Aborts", "EndsItsProcess", "Passes", "Fails"}, jobs);
    ASSERT_EQ(performed.results.size(), 5U);
    const RunResult& aborted = performed.results.at(1);
    EXPECT_EQ(aborted.outcome, Outcome::kCrashed);
    EXPECT_THAT(aborted.failures.at(0).text, HasSubstr("died of signal 6"));
    EXPECT_THAT(aborted.failures.at(0).text, HasSubstr("these are my last words"));
    const RunResult& ended = performed.results.at(2);
    EXPECT_EQ(ended.outcome, Outcome::kCrashed);
    EXPECT_THAT(ended.failures.at(0).text, HasSubstr("ended with exit status 3"));
    EXPECT_THAT(ended.failures.at(0).text, HasSubstr("no more of this"));
    EXPECT_EQ(performed.results.at(3).outcome, Outcome::kPassed);
    EXPECT_EQ(performed.results.at(4).outcome, Outcome::kFailed);
    EXPECT_THAT(performed.complaints, IsEmpty());
  }
  ExpectNoChild();
}

TEST(Workers, WhatARunThrowsIsNotCaughtByTheParentsHandlers) {
  const auto performed = PerformThese({"Throws", "Passes"}, 1);
  EXPECT_EQ(performed.results.at(0).outcome, Outcome::kCrashed);
  EXPECT_THAT(performed.results.at(0).failures.at(0).text, HasSubstr("thrown away"));
  EXPECT_EQ(performed.results.at(1).outcome, Outcome::kPassed);
}

TEST(Workers, OneThatHangsIsEnded) {
  const auto performed = PerformThese({"Hangs", "Passes"}, 1);
  ASSERT_EQ(performed.results.size(), 2U);
  EXPECT_EQ(performed.results.at(0).outcome, Outcome::kTimedOut);
  EXPECT_EQ(performed.results.at(0).failures.at(0).text, "did not end within 1 s");
  EXPECT_EQ(performed.results.at(1).outcome, Outcome::kPassed);
  ExpectNoChild();
}

TEST(Workers, WhatIsWrongAtTheirEndIsComplainedOf) {
  const auto performed = PerformThese({"SpoilsTheEnd"}, 1);
  EXPECT_EQ(performed.results.at(0).outcome, Outcome::kPassed);
  EXPECT_THAT(performed.complaints,
              ElementsAre("after its last run, the process ended with exit status 7; it printed:\n"
                          "spoiled\n"));
}

TEST(Workers, TheirEndIsSeenWhereTheEndOfChildrenIsIgnored) {
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGCHLD, &ignored, &before), 0);
  const auto performed = PerformThese({"SpoilsTheEnd"}, 1);
  struct sigaction after {};
  ASSERT_EQ(::sigaction(SIGCHLD, &before, &after), 0);
  EXPECT_THAT(performed.complaints, ElementsAre(HasSubstr("exit status 7")));
  EXPECT_EQ(after.sa_handler, SIG_IGN);
}

TEST(Workers, OneWhoseEndCannotBeToldHasEndedBadly) {
  WorkerOptions options;
  options.watch = [](std::span<const std::size_t> places) {
    if (places.empty()) ::waitpid(-1, nullptr, 0);  // Takes what the crew should be told.
  };
  const auto complaints =
      PerformAll(RunsOf({"Passes"}), options, [](std::size_t, const RunResult&) { return true; });
  EXPECT_THAT(complaints, ElementsAre("after its last run, how the process ended cannot be told"));
}

TEST(Workers, StopWhenToldTo) {
  for (const unsigned jobs : {0U, 1U, 3U}) {
    WorkerOptions options;
    options.jobs = jobs;
    std::size_t told = 0;
    PerformAll(RunsOf({"Passes", "Passes", "Passes", "Passes", "Passes"}), options,
               [&](std::size_t, const RunResult&) { return ++told < 2; });
    EXPECT_EQ(told, 2U);
  }
  ExpectNoChild();
}

TEST(Workers, ARunThatStillHangsEndsWithTheRest) {
  WorkerOptions options;
  options.jobs = 2;
  PerformAll(RunsOf({"Hangs", "Passes"}), options,
             [&](std::size_t place, const RunResult&) { return place != 1; });
  ExpectNoChild();
}

TEST(Workers, LeaveNoDescriptorOpen) {
  const std::size_t before = OpenDescriptors();
  PerformThese({"Passes", "Aborts", "Passes", "Passes"}, 3);
  EXPECT_EQ(OpenDescriptors(), before);
}

TEST(Workers, TheirProcessIsNotThisOne) {
  // SpoilsTheEnd would end this test with status 7.
  const auto performed = PerformThese({"SpoilsTheEnd", "Passes"}, 2);
  EXPECT_THAT(performed.complaints, Not(IsEmpty()));
}

TEST(Workers, AreWatched) {
  WorkerOptions options;
  options.jobs = 2;
  std::vector<bool> seen(2);
  options.watch = [&](std::span<const std::size_t> places) {
    for (const std::size_t place : places) seen.at(place) = true;
  };
  PerformAll(RunsOf({"Passes", "Passes"}), options,
             [](std::size_t, const RunResult&) { return true; });
  EXPECT_THAT(seen, ElementsAre(true, true));
}

TEST(Workers, TheLongestRunIsNamedFirst) {
  WorkerOptions options;
  options.jobs = 2;
  options.timeout = std::chrono::seconds(1);
  std::vector<std::size_t> first;
  options.watch = [&](std::span<const std::size_t> places) {
    if (!places.empty()) first.push_back(places.front());
  };
  // The worker of the first is the first in order of hire, and soon does the third.
  PerformAll(RunsOf({"Passes", "Hangs", "Hangs"}), options,
             [](std::size_t place, const RunResult&) { return place != 1; });
  ASSERT_FALSE(first.empty());
  EXPECT_EQ(first.back(), 1U);
}

TEST(WorthShowing, IsTheReportOfASanitizerFromItsBegin) {
  const std::string printed =
      "noise\n==1==ERROR: AddressSanitizer: heap-use-after-free\n  #0 here\n  #1 there\n";
  EXPECT_EQ(WorthShowing(printed), printed.substr(6));
}

TEST(WorthShowing, IsElseTheLastLines) {
  std::string printed;
  for (int i = 1; i <= 100; ++i) printed += std::to_string(i) + "\n";
  const std::string shown = WorthShowing(printed);
  EXPECT_THAT(shown, testing::StartsWith("81\n"));
  EXPECT_THAT(shown, testing::EndsWith("\n100\n"));
  EXPECT_EQ(WorthShowing("one"), "one");
  EXPECT_EQ(WorthShowing(""), "");
}

}  // namespace
}  // namespace tandem::conformance
