#include "conformance/gtest_runner.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "conformance/pairs/pair.h"
#include "conformance/scenarios/exceptions.h"
#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

class ScenarioTest : public testing::Test {
 public:
  ScenarioTest(const Scenario& scenario, Version version, std::uint64_t seed,
               const CallHooks& hooks)
      : scenario_(scenario), world_({ClientBackend(), ServerBackend(), version, seed, hooks}) {}

  void TestBody() override {
    scenario_.run(world_);
    const Exception* exception = FindException(Exceptions(), scenario_.name, ClientBackend().name(),
                                               ServerBackend().name(), world_.version());
    if (exception != nullptr) {
      EXPECT_TRUE(world_.failed())
          << "this exception is true no more; remove it: " << exception->reason << "\n"
          << world_.Replay();
      return;
    }
    for (const CheckFailure& failure : world_.checks().failures()) {
      ADD_FAILURE_AT(failure.file.c_str(), failure.line) << failure.text << "\n" << world_.Replay();
    }
  }

 private:
  Scenario scenario_;
  World world_;
};

std::uint64_t SeedOf(int argc, char** argv) {
  constexpr std::string_view name = "--seed=";
  std::uint64_t seed = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag.substr(0, name.size()) == name) {
      seed = std::strtoull(argv[i] + name.size(), nullptr, 10);
    }
  }
  return seed;
}

}  // namespace

int RunScenarios(int argc, char** argv, const CallHooks& hooks) {
  testing::InitGoogleTest(&argc, argv);
  const std::uint64_t seed = SeedOf(argc, argv);
  for (const Scenario& scenario : AllScenarios()) {
    for (const Version version : VersionsOf(scenario, ClientBackend(), ServerBackend())) {
      testing::RegisterTest(
          std::string(VersionLabel(scenario, version)).c_str(), std::string(scenario.name).c_str(),
          nullptr, nullptr, __FILE__, __LINE__,
          [=]() -> testing::Test* { return new ScenarioTest(scenario, version, seed, hooks); });
    }
  }
  return RUN_ALL_TESTS();
}

}  // namespace tandem::conformance
