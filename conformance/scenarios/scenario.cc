#include "conformance/scenarios/scenario.h"

#include "tandem/backend.h"

namespace tandem::conformance {
namespace {

bool Makes(Versions needed, Version version) {
  switch (needed) {
    case Versions::kEach:
    case Versions::kMixed: return true;
    case Versions::kTls12: return version == Version::kTls12;
    case Versions::kTls13: return version == Version::kTls13;
  }
  return false;
}

}  // namespace

bool SpeaksBothVersions(const Capabilities& of_either) {
  return of_either.Has(Version::kTls12) && of_either.Has(Version::kTls13);
}

std::vector<Scenario> AllScenarios() {
  std::vector<Scenario> all;
  for (const auto list : {HandshakeScenarios(),
                          ProgressScenarios(),
                          TransferScenarios(),
                          BlockedScenarios(),
                          RekeyScenarios(),
                          CloseScenarios(),
                          FinalScenarios(),
                          TruncationScenarios(),
                          TrustScenarios(),
                          ClientCertificateScenarios(),
                          AlpnScenarios(),
                          IdentityScenarios(),
                          LoadingScenarios(),
                          ServiceScenarios(),
                          PolicyScenarios(),
                          BindingScenarios(),
                          IncompatibleScenarios(),
                          HostileScenarios(),
                          ExporterScenarios(),
                          IsolationScenarios(),
                          CallSweepScenarios(),
                          CutSweepScenarios(),
                          CorruptionSweepScenarios(),
                          BlockedSweepScenarios(),
                          AbandonSweepScenarios(),
                          ScheduleSweepScenarios(),
                          SuspensionAnswerScenarios(),
                          SuspensionKeyScenarios(),
                          SuspensionCallScenarios(),
                          SuspensionWaitScenarios(),
                          SuspensionCancelScenarios(),
                          SuspensionRaceScenarios(),
                          SuspensionSoakScenarios(),
                          DifferentialScenarios()}) {
    all.insert(all.end(), list.begin(), list.end());
  }
  return all;
}

std::vector<Version> VersionsOf(const Scenario& scenario, const Backend& client,
                                const Backend& server) {
  const Needs& needs = scenario.needs;
  const auto capable = [&](const Backend& backend) {
    return needs.capable == nullptr || needs.capable(backend.capabilities());
  };
  if (needs.medium == Medium::kDatagram || !capable(client) || !capable(server)) return {};
  if (needs.all_pairs && client.name() >= server.name()) return {};
  std::vector<Version> versions;
  for (const Version version : {Version::kTls12, Version::kTls13}) {
    const bool both = client.capabilities().Has(version) && server.capabilities().Has(version);
    if (!both || !Makes(needs.versions, version)) continue;
    if (needs.versions == Versions::kMixed) versions.clear();
    versions.push_back(version);
  }
  return versions;
}

std::string_view VersionLabel(const Scenario& scenario, Version version) {
  if (scenario.needs.versions == Versions::kMixed) return "Mixed";
  return version == Version::kTls12 ? "Tls12" : "Tls13";
}

}  // namespace tandem::conformance
