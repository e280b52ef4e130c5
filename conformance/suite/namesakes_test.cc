// Two backends of one name cannot be told apart, by --client or in a report.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "conformance/suite/suite.h"
#include "conformance/suite/suite_fixture.h"

namespace tandem::conformance {
namespace {

using Backends = std::vector<const Backend*>;

int RunList(const Backends& clients, const Backends& servers) {
  std::string program = "runner";
  std::string list = "--list";
  char* arguments[] = {program.data(), list.data()};
  return RunParts(2, arguments, {FixtureScenarios(), clients, servers, FixtureExceptions()});
}

TEST(Namesakes, AreRefused) {
  const Backend& other_red = OtherRed();
  for (const auto& [clients, servers] : {std::pair{Backends{&Red(), &other_red}, Backends{&Blue()}},
                                         {Backends{&Blue()}, Backends{&Red(), &Red()}},
                                         {Backends{&Red()}, Backends{&other_red}}}) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(RunList(clients, servers), 2);
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "two backends are called red; each must have a name of its own\n");
  }
  EXPECT_EQ(RunList({&Red(), &Blue()}, {&Red(), &Blue()}), 0);
}

}  // namespace
}  // namespace tandem::conformance
