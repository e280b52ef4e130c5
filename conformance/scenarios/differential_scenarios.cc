// Scripts that nobody wrote: the same to see on every pair, and every promise kept on each.

#include <cstdint>
#include <string>

#include "conformance/differential/comparison.h"
#include "conformance/differential/script.h"
#include "conformance/differential/script_generator.h"
#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

// A script takes some 10 ms on a pair.
constexpr std::uint64_t kScriptsOnAllPairs = 60;
constexpr std::uint64_t kScriptsOnAllPairsLong = 1000;
constexpr std::uint64_t kScriptsOnOnePair = 25;
constexpr std::uint64_t kScriptsOnOnePairLong = 400;

// The setups are of both versions.
constexpr Needs kAllPairs{Versions::kMixed, Medium::kStream, SpeaksBothVersions, true};

void ScriptsComeToTheSame(World& w) {
  const std::uint64_t count =
      w.effort() == Effort::kLong ? kScriptsOnAllPairsLong : kScriptsOnAllPairs;
  Tally tally;
  for (std::uint64_t number = 0; number < count && !w.failed(); ++number) {
    const Script script = GenerateScript(SeedOfScript(w.seed(), number));
    const std::string report =
        CompareOnAllPairs(script, w.client_backend(), w.server_backend(), w.parts().hooks, tally);
    w.That(report.empty(), report);
  }
  w.CountSchedules(tally.schedules);
}

void RandomScriptsKeepEveryPromise(World& w) {
  const std::uint64_t count =
      w.effort() == Effort::kLong ? kScriptsOnOnePairLong : kScriptsOnOnePair;
  Tally tally;
  for (std::uint64_t number = 0; number < count && !w.failed(); ++number) {
    Script script = GenerateScript(SeedOfScript(w.seed(), number));
    for (const Field versions : {Field::kClientVersions, Field::kServerVersions}) {
      w.That(script.setup.Choose(versions, w.tls13() ? "1.3" : "1.2"), "no word for the version");
    }
    const std::string report = PromisesBroken(script, w.parts(), tally);
    w.That(report.empty(), report);
  }
  w.CountSchedules(tally.schedules);
}

constexpr Scenario kScenarios[] = {
    {"ScriptsComeToTheSameOnAllPairs", kAllPairs, ScriptsComeToTheSame},
    {"RandomScriptsKeepEveryPromise", kEach, RandomScriptsKeepEveryPromise},
};

}  // namespace

std::span<const Scenario> DifferentialScenarios() { return kScenarios; }

}  // namespace tandem::conformance
