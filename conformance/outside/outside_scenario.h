// What must come of a connection with a program that is not ours. As conformance/scenarios, and
// under the same name where the outcome is the same.

#ifndef TANDEM_CONFORMANCE_OUTSIDE_OUTSIDE_SCENARIO_H_
#define TANDEM_CONFORMANCE_OUTSIDE_OUTSIDE_SCENARIO_H_

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "conformance/outside/outside_world.h"
#include "conformance/scenarios/exceptions.h"
#include "tandem/version.h"

namespace tandem::conformance {

using OnlyVersion = std::optional<Version>;
inline constexpr OnlyVersion kEachVersion = std::nullopt;

struct OutsideScenario {
  std::string_view name;  ///< The outcome, as one CamelCase word; unique.
  OnlyVersion only;       ///< There is no such thing in the other; kEachVersion: it is run in both.
  void (*run)(OutsideWorld& world);

  /// Asks whether the scenario makes sense with a tool; null: with each.
  bool (*makes_sense)(const Tool& tool) = nullptr;
};

/// Ask a tool for its role, for OutsideScenario::makes_sense.
inline bool IsClient(const Tool& tool) { return tool.role == Role::kClient; }
inline bool IsServer(const Tool& tool) { return tool.role == Role::kServer; }

std::span<const OutsideScenario> OutsideClientCertificateScenarios();
std::span<const OutsideScenario> OutsideCloseScenarios();
std::span<const OutsideScenario> OutsideHandshakeScenarios();
std::span<const OutsideScenario> OutsideRekeyScenarios();
std::span<const OutsideScenario> OutsideTransferScenarios();
std::span<const OutsideScenario> OutsideTrustScenarios();

/// Returns all of the above.
std::vector<OutsideScenario> AllOutsideScenarios();

/// Returns the exceptions. A tool stands where the backend would, by its name; ours is the other
/// end.
std::span<const Exception> OutsideExceptions();

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_OUTSIDE_OUTSIDE_SCENARIO_H_
