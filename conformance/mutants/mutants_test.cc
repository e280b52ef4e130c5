// Every bug is caught, by the run that its row names, whichever library is right beneath it; and a
// backend that is decorated without a bug is not.

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "conformance/mutants/bug.h"
#include "conformance/mutants/controls.h"
#include "conformance/mutants/mutation_table.h"
#include "conformance/scenarios/exceptions.h"
#include "conformance/scenarios/scenario.h"
#include "conformance/suite/workers.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"

namespace tandem::conformance {

// For GoogleTest, which would print bytes.
static void PrintTo(const Bug& bug, std::ostream* out) { *out << bug.name; }
static void PrintTo(Outcome outcome, std::ostream* out) {
  switch (outcome) {
    case Outcome::kFailed: *out << "check"; break;
    case Outcome::kCrashed: *out << "crash"; break;
    case Outcome::kTimedOut: *out << "hang"; break;
    default: *out << "passed"; break;
  }
}
static void PrintTo(const Control& control, std::ostream* out) { *out << control.name; }

namespace {

std::string Word(std::string_view kebab) {
  std::string word(kebab);
  std::replace(word.begin(), word.end(), '-', '_');
  return word;
}

std::string RightName(const Backend* right) { return std::string(right->name()); }

// --- Bugs ----------------------------------------------------------------------------------------

class BugTest : public testing::TestWithParam<std::tuple<Bug, const Backend*>> {};

// Says what the row should say instead.
std::string Advice(const Bug& bug, const Backend& mutant, const Backend& right) {
  const Hunted hunted = Hunt(bug, mutant, right, {.first_only = true});
  if (hunted.noticed.empty()) return "nothing catches it: a hole in the suite";
  const Noticed& first = hunted.noticed.front();
  return "it is caught by " + Text({first.run, first.role, first.outcome}) + ": " + first.why;
}

TEST_P(BugTest, IsCaughtAsItsRowSays) {
  const auto& [bug, right] = GetParam();
  const auto mutant = bug.make(*right, bug);
  const auto expected = PerformExpected(bug, *mutant, *right);
  ASSERT_TRUE(expected.has_value())
      << "no such run: " << bug.caught_by.run << "; " << Advice(bug, *mutant, *right);
  EXPECT_EQ(expected->outcome, bug.caught_by.how)
      << bug.caught_by.run << " does not catch it so; " << Advice(bug, *mutant, *right);
}

std::string NameOfCase(const testing::TestParamInfo<std::tuple<Bug, const Backend*>>& info) {
  const auto& [bug, right] = info.param;
  return Word(bug.name) + "_over_" + RightName(right);
}

INSTANTIATE_TEST_SUITE_P(All, BugTest,
                         testing::Combine(testing::ValuesIn(AllBugs()),
                                          testing::Values(&OpenSsl(), &GnuTls())),
                         NameOfCase);

TEST(BugsTest, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Bug& bug : AllBugs()) {
    EXPECT_TRUE(names.insert(bug.name).second) << bug.name;
    EXPECT_FALSE(bug.does.empty()) << bug.name;
  }
}

// --- Controls ------------------------------------------------------------------------------------

class ControlTest : public testing::TestWithParam<std::tuple<Control, const Backend*, Role>> {};

std::vector<Scenario> ScenariosFor(const Control& control) {
  std::vector<Scenario> scenarios = ScenariosWithoutSweeps();
  if (control.can_wait) return scenarios;
  for (const auto waiting :
       {SuspensionAnswerScenarios(), SuspensionCallScenarios(), SuspensionCancelScenarios(),
        SuspensionKeyScenarios(), SuspensionRaceScenarios(), SuspensionSoakScenarios(),
        SuspensionWaitScenarios()}) {
    std::erase_if(scenarios, [&](const Scenario& scenario) {
      return std::ranges::any_of(waiting,
                                 [&](const Scenario& w) { return w.name == scenario.name; });
    });
  }
  return scenarios;
}

TEST_P(ControlTest, PassesAsTheLibraryDoes) {
  const auto& [control, right, role] = GetParam();
  const auto decorated = control.make(*right);
  const std::vector<const Backend*> one = {decorated.get()};
  const std::vector<const Backend*> other = {right};
  const bool is_client = role == Role::kClient;
  const std::vector<conformance::Run> runs = AllRuns(ScenariosFor(control), is_client ? one : other,
                                                     is_client ? other : one, 1, Effort::kUsual);
  WorkerOptions options;
  options.exceptions = Exceptions();
  const auto complaints =
      PerformAll(runs, options, [&](std::size_t place, const RunResult& result) {
        EXPECT_FALSE(IsBad(result.outcome))
            << NameOf(runs[place]) << ": "
            << (result.failures.empty() ? "" : result.failures.front().text);
        return true;
      });
  for (const std::string& complaint : complaints) ADD_FAILURE() << complaint;
}

std::string NameOfControl(
    const testing::TestParamInfo<std::tuple<Control, const Backend*, Role>>& info) {
  const auto& [control, right, role] = info.param;
  return Word(control.name) + "_" + RightName(right) +
         (role == Role::kClient ? "_as_client" : "_as_server");
}

INSTANTIATE_TEST_SUITE_P(All, ControlTest,
                         testing::Combine(testing::ValuesIn(Controls().begin(), Controls().end()),
                                          testing::Values(&OpenSsl(), &GnuTls()),
                                          testing::Values(Role::kClient, Role::kServer)),
                         NameOfControl);

}  // namespace
}  // namespace tandem::conformance
