// Backends that do not do what the settings say.

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "conformance/mutants/bug.h"
#include "conformance/mutants/mutant.h"

namespace tandem::conformance {
namespace {

// Compiles other settings than it was given.
template <void (*distort)(Settings&)>
class Misrules : public Mutant {
 public:
  using Mutant::Mutant;

  Result<std::shared_ptr<const BackendConfig>> Compile(const Settings& settings) const override {
    const auto kept = std::make_shared<Kept>();
    kept->settings = settings;
    distort(kept->settings);
    auto compiled = inner().Compile(kept->settings);
    if (!compiled.ok()) return std::move(compiled).error();
    kept->compiled = std::move(compiled).value();
    return std::shared_ptr<const BackendConfig>(kept, kept->compiled.get());
  }

 private:
  // What is compiled may refer to the settings, so it goes first.
  struct Kept {
    Settings settings;
    std::shared_ptr<const BackendConfig> compiled;
  };
};

void AllVersions(Settings& settings) {
  settings.version_min = Version::kTls12;
  settings.version_max = Version::kTls13;
}

void AllSuites(Settings& settings) { settings.cipher_suites = Settings().cipher_suites; }

void ClientsOrder(Settings& settings) {
  if (settings.role != Role::kServer) return;
  std::reverse(settings.cipher_suites.begin(), settings.cipher_suites.end());
}

void AllGroups(Settings& settings) { settings.groups = Settings().groups; }

void AllSchemes(Settings& settings) { settings.signature_schemes = Settings().signature_schemes; }

void NoAlpn(Settings& settings) { settings.alpn.clear(); }

void FirstProtocol(Settings& settings) {
  if (settings.alpn.size() > 1) settings.alpn.resize(1);
}

void NoKeyLog(Settings& settings) { settings.key_log = nullptr; }

void AsksNoClient(Settings& settings) { settings.client_certificate = ClientCertificate::kNone; }

void RequiresNothing(Settings& settings) {
  if (settings.client_certificate == ClientCertificate::kRequired) {
    settings.client_certificate = ClientCertificate::kOptional;
  }
}

void RequiresAlways(Settings& settings) {
  if (settings.client_certificate == ClientCertificate::kOptional) {
    settings.client_certificate = ClientCertificate::kRequired;
  }
}

void ShowsNoIdentity(Settings& settings) {
  if (settings.role == Role::kClient) settings.identity = nullptr;
}

void FirstRoot(Settings& settings) {
  if (!settings.trust.has_value() || settings.trust->mode() != Trust::Mode::kRoots) return;
  std::vector<Der> roots = settings.trust->roots();
  roots.resize(1);
  settings.trust = Trust::FromDer(std::move(roots)).Intermediates(settings.trust->intermediates());
}

void NoIntermediates(Settings& settings) {
  if (settings.trust.has_value()) settings.trust->Intermediates({});
}

void KnownNumbers(Settings& settings) {
  std::erase_if(settings.cipher_suites,
                [](CipherSuite suite) { return CipherSuiteName(suite).starts_with("0x"); });
  std::erase_if(settings.groups, [](Group group) { return GroupName(group).starts_with("0x"); });
  std::erase_if(settings.signature_schemes, [](SignatureScheme scheme) {
    return SignatureSchemeName(scheme).starts_with("0x");
  });
}

// Says nothing of what the rules came to.
class DescribesNothing final : public Mutant {
 public:
  using Mutant::Mutant;

  Result<std::shared_ptr<const BackendConfig>> Compile(const Settings& settings) const override {
    auto compiled = inner().Compile(settings);
    if (!compiled.ok()) return std::move(compiled).error();
    return std::shared_ptr<const BackendConfig>(
        std::make_shared<Silent>(std::move(compiled).value()));
  }

 private:
  class Silent final : public DecoratedConfig {
   public:
    using DecoratedConfig::DecoratedConfig;
    CompiledRules Compiled() const override { return {}; }
    Result<std::unique_ptr<BackendSession>> NewSession(const SessionParts& parts) const override {
      return inner().NewSession(parts);
    }
  };
};

class ClaimsAGroupThatItLacks final : public Mutant {
 public:
  ClaimsAGroupThatItLacks(const Backend& inner, const Bug& bug)
      : Mutant(inner, bug), capabilities_(inner.capabilities()) {
    capabilities_.groups.push_back(kX25519MlKem768);
  }

  const Capabilities& capabilities() const override { return capabilities_; }

 private:
  Capabilities capabilities_;
};

class SendsNoServerName final : public DecoratedSession {
 public:
  using DecoratedSession::DecoratedSession;
  SessionParts PartsOfInner() override {
    return {parts().role, nullptr, parts().wire, parts().policy, parts().events};
  }
};

constexpr Bug kBugs[] = {
    {"ignores-the-versions",
     "Speaks TLS 1.2 and 1.3, whatever the rules say.",
     {"Mixed/NewestCommonVersionIsSpoken", Role::kClient},
     Make<Misrules<AllVersions>>},
    {"ignores-the-suites",
     "Speaks the suites of the default, whatever the rules say.",
     {"Tls13/EachNamedSuiteIsSpokenAlone", Role::kClient},
     Make<Misrules<AllSuites>>},
    {"turns-the-suites-round",
     "Likes best, as a server, what the rules name last.",
     {"Tls13/ServersOrderOfSuitesDecides", Role::kServer},
     Make<Misrules<ClientsOrder>>},
    {"ignores-the-groups",
     "Speaks the groups of the default, whatever the rules say.",
     {"Tls13/EachNamedGroupIsSpokenAlone", Role::kClient},
     Make<Misrules<AllGroups>>},
    {"ignores-the-signature-schemes",
     "Takes the schemes of the default, whatever the rules say.",
     {"Tls13/EachNamedSchemeSignsAlone", Role::kClient},
     Make<Misrules<AllSchemes>>},
    {"ignores-alpn",
     "Offers and selects no protocol.",
     {"Tls13/AlpnFollowsTheServersOrder", Role::kClient},
     Make<Misrules<NoAlpn>>},
    {"offers-the-first-protocol-alone",
     "Offers one protocol of several.",
     {"Tls13/AlpnFollowsTheServersOrder", Role::kClient},
     Make<Misrules<FirstProtocol>>},
    {"writes-no-key-log",
     "Does not call the hook for the key log.",
     {"Tls13/KeyLogsOfBothEndsAgree", Role::kClient},
     Make<Misrules<NoKeyLog>>},
    {"asks-for-no-client-certificate",
     "Does not ask clients who they are.",
     {"Tls13/GoodClientCertificateIsAcceptedAndReadable", Role::kServer},
     Make<Misrules<AsksNoClient>>},
    {"asks-and-does-not-require",
     "Serves clients that show no certificate where they must.",
     {"Tls13/MissingClientCertificateIsRefusedAndTheClientLearnsIt", Role::kServer},
     Make<Misrules<RequiresNothing>>},
    {"requires-what-is-optional",
     "Turns clients away that need not show a certificate.",
     {"Tls13/MissingClientCertificateIsAcceptedWhereOptional", Role::kServer},
     Make<Misrules<RequiresAlways>>},
    {"shows-no-certificate",
     "Shows no certificate, as a client, when it is asked.",
     {"Tls13/GoodClientCertificateIsAcceptedAndReadable", Role::kClient},
     Make<Misrules<ShowsNoIdentity>>},
    {"takes-the-first-root-alone",
     "Trusts one of several roots.",
     {"Tls13/GivenRootsAndNoOthersAreTrusted", Role::kClient},
     Make<Misrules<FirstRoot>>},
    {"forgets-the-intermediates",
     "Does not look at the intermediates that the rules name.",
     {"Tls13/KnownIntermediatesLeadToARoot", Role::kClient},
     Make<Misrules<NoIntermediates>>},
    {"leaves-out-unknown-numbers",
     "Builds what names a suite, group or scheme that it lacks.",
     {"Mixed/UnknownNumbersFailConstruction", Role::kClient},
     Make<Misrules<KnownNumbers>>},
    {"describes-nothing",
     "Does not say what the rules have become.",
     {"Tls13/DescriptionsTellWhatIsSpoken", Role::kClient},
     Make<DescribesNothing>},
    {"claims-a-group-that-it-lacks",
     "Names a group among its capabilities that it cannot speak.",
     {"Mixed/WhatCapabilitiesSayIsBuilt", Role::kClient},
     Make<ClaimsAGroupThatItLacks>},
    {"sends-no-server-name",
     "Sends no SNI.",
     {"Tls13/DnsNamesAreSentAsSniAndAddressesAreNot", Role::kClient},
     MakeSession<SendsNoServerName>},
};

}  // namespace

std::span<const Bug> RuleBugs() { return kBugs; }

}  // namespace tandem::conformance
