// A scenario is data and one function. Its name says the outcome; what it needs is a field.
//
// Lists stand in one file per theme. Whoever runs them decides for which backends, versions and
// seeds, and what to make of the failures: see scenario_test.cc.

#ifndef TANDEM_CONFORMANCE_SCENARIOS_SCENARIO_H_
#define TANDEM_CONFORMANCE_SCENARIOS_SCENARIO_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "conformance/world/world.h"
#include "tandem/version.h"

namespace tandem::conformance {

/// For which versions a scenario is run.
enum class Versions : std::uint8_t {
  kEach,   ///< Once for each version that both backends have.
  kTls12,  ///< TLS 1.2 only: there is no such thing in TLS 1.3.
  kTls13,  ///< TLS 1.3 only.
  kMixed,  ///< Once: the scenario chooses versions itself.
};

/// What a scenario needs to make sense.
struct Needs {
  Versions versions = Versions::kEach;
};

inline constexpr Needs kEach{Versions::kEach};
inline constexpr Needs kTls12{Versions::kTls12};
inline constexpr Needs kTls13{Versions::kTls13};
inline constexpr Needs kMixed{Versions::kMixed};

struct Scenario {
  std::string_view name;  ///< The outcome, as one CamelCase word; unique.
  Needs needs;
  void (*run)(World& world);
};

std::span<const Scenario> AlpnScenarios();
std::span<const Scenario> BindingScenarios();
std::span<const Scenario> BlockedScenarios();
std::span<const Scenario> ClientCertificateScenarios();
std::span<const Scenario> CloseScenarios();
std::span<const Scenario> ExporterScenarios();
std::span<const Scenario> HandshakeScenarios();
std::span<const Scenario> HostileScenarios();
std::span<const Scenario> IdentityScenarios();
std::span<const Scenario> IncompatibleScenarios();
std::span<const Scenario> IsolationScenarios();
std::span<const Scenario> LoadingScenarios();
std::span<const Scenario> PolicyScenarios();
std::span<const Scenario> RekeyScenarios();
std::span<const Scenario> TransferScenarios();
std::span<const Scenario> TruncationScenarios();
std::span<const Scenario> TrustScenarios();

/// Returns all of the above.
std::vector<Scenario> AllScenarios();

/// Returns the versions that a scenario is run for with these backends. A scenario of mixed
/// versions is run once, for the newest.
std::vector<Version> VersionsOf(const Scenario& scenario, const Backend& client,
                                const Backend& server);

/// Returns "Tls12", "Tls13" or "Mixed": the first half of a test's name.
std::string_view VersionLabel(const Scenario& scenario, Version version);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SCENARIOS_SCENARIO_H_
