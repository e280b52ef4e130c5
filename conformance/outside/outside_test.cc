// Runs every outside scenario with each tool, for the backend that the binary was linked for:
// outside_test --gtest_filter='s_server/Tls13.*' --seed=7

#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/outside/outside_scenario.h"
#include "conformance/pairs/pair.h"
#include "conformance/scenarios/exceptions.h"
#include "conformance/suite/escape.h"
#include "conformance/suite/options.h"
#include "conformance/suite/surroundings.h"

namespace tandem::conformance {
namespace {

// What all tests of this program have.
struct Shared {
  std::uint64_t seed;
  std::string command;  // What a replay begins with.
  PkiFolder pki;
};

std::string SuiteName(const Tool& tool, Version version) {
  return std::string(tool.name) + (version == Version::kTls12 ? "/Tls12" : "/Tls13");
}

class OutsideTest : public testing::Test {
 public:
  OutsideTest(const OutsideScenario& scenario, const Tool& tool, Version version, Shared& shared)
      : scenario_(scenario),
        shared_(shared),
        world_(tool, {ClientBackend(), ServerBackend(), version, shared.seed}, shared.pki) {}

  void TestBody() override {
    scenario_.run(world_);
    const testing::ScopedTrace trace(__FILE__, __LINE__, Replay());
    const Exception* exception = FindException(OutsideExceptions(), scenario_.name, ClientName(),
                                               ServerName(), world_.version());
    if (exception == nullptr || world_.tool_failed()) return Report();
    if (!world_.world().failed()) {
      ADD_FAILURE() << "this exception is true no more; remove it: " << exception->reason;
    } else if (!IsAllowed()) {
      ADD_FAILURE() << "an exception covers this, and does not allow all of it: "
                    << exception->reason;
      Report();
    }
  }

 private:
  std::string_view ClientName() const {
    return world_.is_client() ? ClientBackend().name() : world_.tool().name;
  }

  std::string_view ServerName() const {
    return world_.is_client() ? world_.tool().name : ServerBackend().name();
  }

  bool IsAllowed() {
    return AllAllowed(OutsideExceptions(), scenario_.name, ClientName(), ServerName(),
                      world_.version(), world_.world().checks().failures());
  }

  void Report() {
    for (const CheckFailure& failure : world_.world().checks().failures()) {
      ADD_FAILURE_AT(failure.file.c_str(), failure.line) << failure.text;
    }
  }

  std::string Replay() const {
    return "replay: " + shared_.command + " " +
           ShellWord("--gtest_filter=" + SuiteName(world_.tool(), world_.version()) + "." +
                     std::string(scenario_.name)) +
           " --seed=" + std::to_string(shared_.seed);
  }

  OutsideScenario scenario_;
  Shared& shared_;
  OutsideWorld world_;
};

bool MakesSense(const OutsideScenario& scenario, const Tool& tool, Version version) {
  if (scenario.only.value_or(version) != version) return false;
  return scenario.makes_sense == nullptr || scenario.makes_sense(tool);
}

void Register(const OutsideScenario& scenario, const Tool& tool, Version version, Shared& shared) {
  testing::RegisterTest(SuiteName(tool, version).c_str(), std::string(scenario.name).c_str(),
                        nullptr, nullptr, __FILE__, __LINE__,
                        [=, &tool, &shared]() -> testing::Test* {
                          return new OutsideTest(scenario, tool, version, shared);
                        });
}

// Takes what GoogleTest has left; nothing, and a complaint, if that is no seed.
std::optional<std::uint64_t> SeedOf(int argc, char** argv) {
  constexpr std::string_view name = "--seed=";
  std::uint64_t seed = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    const auto number = flag.starts_with(name) ? NumberIn(flag.substr(name.size())) : std::nullopt;
    if (!number) {
      std::cerr << flag << ": this must be --seed=NUMBER, or a flag of GoogleTest's" << std::endl;
      return std::nullopt;
    }
    seed = *number;
  }
  return seed;
}

int RunOutside(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  std::signal(SIGPIPE, SIG_IGN);  // A program that has ended does not read its input.
  const auto seed = SeedOf(argc, argv);
  if (!seed) return 2;
  const Surroundings surroundings =
      ReadSurroundings(argv[0], [](const char* variable) { return std::getenv(variable); });
  Shared shared{*seed, surroundings.command, {}};
  for (const Tool& tool : Tools()) {
    for (const Version version : {Version::kTls12, Version::kTls13}) {
      for (const OutsideScenario& scenario : AllOutsideScenarios()) {
        if (MakesSense(scenario, tool, version)) Register(scenario, tool, version, shared);
      }
    }
  }
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace tandem::conformance

int main(int argc, char** argv) { return tandem::conformance::RunOutside(argc, argv); }
