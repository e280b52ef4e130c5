#include "conformance/scenarios/scenario.h"

#include "tandem/backend.h"

namespace tandem::conformance {
namespace {

bool Makes(Versions needed, Version version) {
  switch (needed) {
    case Versions::kEach: return true;
    case Versions::kTls12: return version == Version::kTls12;
    case Versions::kTls13:
    case Versions::kMixed: return version == Version::kTls13;
  }
  return false;
}

}  // namespace

std::vector<Scenario> AllScenarios() {
  std::vector<Scenario> all;
  for (const auto list :
       {HandshakeScenarios(), TransferScenarios(), BlockedScenarios(), RekeyScenarios(),
        CloseScenarios(), TruncationScenarios(), TrustScenarios(), ClientCertificateScenarios(),
        AlpnScenarios(), IdentityScenarios(), LoadingScenarios(), PolicyScenarios(),
        BindingScenarios(), IncompatibleScenarios(), HostileScenarios(), ExporterScenarios(),
        IsolationScenarios()}) {
    all.insert(all.end(), list.begin(), list.end());
  }
  return all;
}

std::vector<Version> VersionsOf(const Scenario& scenario, const Backend& client,
                                const Backend& server) {
  std::vector<Version> versions;
  for (const Version version : {Version::kTls12, Version::kTls13}) {
    const bool both = client.capabilities().Has(version) && server.capabilities().Has(version);
    if (both && Makes(scenario.needs.versions, version)) versions.push_back(version);
  }
  return versions;
}

std::string_view VersionLabel(const Scenario& scenario, Version version) {
  if (scenario.needs.versions == Versions::kMixed) return "Mixed";
  return version == Version::kTls12 ? "Tls12" : "Tls13";
}

}  // namespace tandem::conformance
