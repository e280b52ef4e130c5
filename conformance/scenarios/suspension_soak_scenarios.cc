// Whatever keys and hooks do, no session is lost and no answer is taken twice.

#include "conformance/scenarios/scenario.h"
#include "conformance/scenarios/suspension_soak.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kSuspensions = 300;
constexpr std::size_t kSuspensionsLong = 10'000;

void RandomSuspensionsLoseNobody(World& w) {
  const bool all = w.effort() == Effort::kLong;
  const SoakCounts counts = Soak(w, all ? kSuspensionsLong : kSuspensions);
  w.That(counts.suspensions >= kSuspensions, "too few suspensions: " + counts.ToString());
}

constexpr Scenario kScenarios[] = {
    {"RandomSuspensionsLoseNobody", kEach, RandomSuspensionsLoseNobody},
};

}  // namespace

std::span<const Scenario> SuspensionSoakScenarios() { return kScenarios; }

}  // namespace tandem::conformance
