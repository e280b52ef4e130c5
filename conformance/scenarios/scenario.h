// A scenario is data and one function. Its name says the outcome; what it needs is a field.
//
// Lists stand in one file per theme. Whoever runs them decides for which backends, versions and
// seeds, and what to make of the failures: see conformance/suite.

#ifndef TANDEM_CONFORMANCE_SCENARIOS_SCENARIO_H_
#define TANDEM_CONFORMANCE_SCENARIOS_SCENARIO_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "conformance/world/world.h"
#include "tandem/capabilities.h"
#include "tandem/version.h"

namespace tandem::conformance {

/// For which versions a scenario is run.
enum class Versions : std::uint8_t {
  kEach,   ///< Once for each version that both backends have.
  kTls12,  ///< TLS 1.2 only: there is no such thing in TLS 1.3.
  kTls13,  ///< TLS 1.3 only.
  kMixed,  ///< Once, for the newest that both have: the version makes no difference.
};

/// Over what a scenario's sessions run.
enum class Medium : std::uint8_t {
  kStream,    ///< TLS.
  kDatagram,  ///< DTLS, once there is any.
};

/// What a scenario needs to make sense. Where it is not met there is no run at all.
struct Needs {
  Versions versions = Versions::kEach;
  Medium medium = Medium::kStream;

  /// Asks a backend at either end for what it must have beside a version; null: nothing.
  bool (*capable)(const Capabilities& of_either) = nullptr;

  /// The scenario makes worlds for every pair of its two backends itself: it is run once for two
  /// that differ, and not for a backend with itself.
  bool all_pairs = false;
};

inline constexpr Needs kEach{Versions::kEach};
inline constexpr Needs kTls12{Versions::kTls12};
inline constexpr Needs kTls13{Versions::kTls13};
inline constexpr Needs kMixed{Versions::kMixed};

/// Says whether a backend speaks TLS 1.2 and TLS 1.3: for `capable`.
bool SpeaksBothVersions(const Capabilities& of_either);

/// For scenarios that choose versions themselves.
inline constexpr Needs kBothVersions{Versions::kMixed, Medium::kStream, SpeaksBothVersions};

struct Scenario {
  std::string_view name;  ///< The outcome, as one CamelCase word; unique.
  Needs needs;
  void (*run)(World& world);
};

std::span<const Scenario> AbandonSweepScenarios();
std::span<const Scenario> AlpnScenarios();
std::span<const Scenario> BindingScenarios();
std::span<const Scenario> BlockedScenarios();
std::span<const Scenario> BlockedSweepScenarios();
std::span<const Scenario> CallSweepScenarios();
std::span<const Scenario> ClientCertificateScenarios();
std::span<const Scenario> CloseScenarios();
std::span<const Scenario> CorruptionSweepScenarios();
std::span<const Scenario> CutSweepScenarios();
std::span<const Scenario> DifferentialScenarios();
std::span<const Scenario> ExporterScenarios();
std::span<const Scenario> FinalScenarios();
std::span<const Scenario> HandshakeScenarios();
std::span<const Scenario> HostileScenarios();
std::span<const Scenario> IdentityScenarios();
std::span<const Scenario> IncompatibleScenarios();
std::span<const Scenario> IsolationScenarios();
std::span<const Scenario> LoadingScenarios();
std::span<const Scenario> PolicyScenarios();
std::span<const Scenario> ProgressScenarios();
std::span<const Scenario> RekeyScenarios();
std::span<const Scenario> ScheduleSweepScenarios();
std::span<const Scenario> ServiceScenarios();
std::span<const Scenario> SuspensionAnswerScenarios();
std::span<const Scenario> SuspensionCallScenarios();
std::span<const Scenario> SuspensionCancelScenarios();
std::span<const Scenario> SuspensionKeyScenarios();
std::span<const Scenario> SuspensionRaceScenarios();
std::span<const Scenario> SuspensionSoakScenarios();
std::span<const Scenario> SuspensionWaitScenarios();
std::span<const Scenario> TransferScenarios();
std::span<const Scenario> TruncationScenarios();
std::span<const Scenario> TrustScenarios();

/// Returns all of the above.
std::vector<Scenario> AllScenarios();

/// Returns the versions that a scenario is run for with these backends, none if they lack what it
/// needs.
std::vector<Version> VersionsOf(const Scenario& scenario, const Backend& client,
                                const Backend& server);

/// Returns "Tls12", "Tls13" or "Mixed": the first half of a test's name.
std::string_view VersionLabel(const Scenario& scenario, Version version);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SCENARIOS_SCENARIO_H_
