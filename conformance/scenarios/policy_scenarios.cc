// What is spoken: exactly what the rules name, on both ends, and nothing else.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

using Suites = std::vector<CipherSuite>;

template <typename T>
bool Contains(const std::vector<T>& values, T value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::string_view IdentityFor(CipherSuite suite) {
  const bool rsa = CipherSuiteName(suite).find("RSA") != std::string::npos;
  return rsa ? "server_rsa" : "server_p256";
}

bool SpeaksSuite(World& w, CipherSuite suite) {
  const Note note(w.checks(), CipherSuiteName(suite));
  if (!w.Connect(w.ClientRules().CipherSuites({suite}),
                 w.ServerRules(IdentityFor(suite)).SecurityLevel(Level::kCompatible))) {
    return false;
  }
  w.Equal(w.client().session().info()->cipher_suite, suite, "the client's suite");
  w.Equal(w.server().session().info()->cipher_suite, suite, "the server's suite");
  return w.Exchange(Pattern(100, 1), Pattern(100, 2));
}

void EachSuiteIsSpoken(World& w) {
  Suites suites(kDefaultCipherSuites.begin(), kDefaultCipherSuites.end());
  suites.insert(suites.end(), kCompatibleCipherSuites.begin(), kCompatibleCipherSuites.end());
  for (const CipherSuite suite : suites) {
    if (IsTls13Suite(suite) == w.tls13() && !SpeaksSuite(w, suite)) return;
  }
}

void ServersOrderDecides(World& w) {
  const Suites best_last =
      w.tls13() ? Suites{0x1303, 0x1302, 0x1301} : Suites{0xCCA9, 0xC02C, 0xC02B};
  const Suites best_first(best_last.rbegin(), best_last.rend());
  if (!w.Connect(w.ClientRules().CipherSuites(best_first),
                 w.ServerRules("server_p256").CipherSuites(best_last))) {
    return;
  }
  w.Equal(w.client().session().info()->cipher_suite, best_last.front(), "the suite");
}

void EachGroupIsSpoken(World& w) {
  for (const Group group : kDefaultGroups) {
    const Note note(w.checks(), GroupName(group));
    // A P-256 certificate would need that curve to be offered (RFC 8422 section 5.1).
    if (!w.Connect(w.ClientRules().Groups({group}), w.ServerRules("server_rsa"))) return;
    w.Equal(w.client().session().info()->group, group, "the client's group");
    w.Equal(w.server().session().info()->group, group, "the server's group");
  }
}

// The client's first guess is a group that the server has not: it must be asked again.
void SecondHelloIsAsked(World& w) {
  if (!w.Connect(w.ClientRules().Groups({0x001D, 0x0018}), w.ServerRules().Groups({0x0018}))) {
    return;
  }
  w.Equal(w.client().session().info()->group, Group{0x0018}, "the group");
  w.Exchange(Pattern(100, 1), Pattern(100, 2));
}

void EachSchemeIsSpoken(World& w) {
  struct Case {
    SignatureScheme scheme;
    std::string_view identity;
    bool in_tls13;
  };
  const Case cases[] = {{0x0403, "server_p256", true},    {0x0804, "server_rsa", true},
                        {0x0805, "server_rsa", true},     {0x0806, "server_rsa", true},
                        {0x0807, "server_ed25519", true}, {0x0401, "server_rsa", false},
                        {0x0501, "server_rsa", false},    {0x0601, "server_rsa", false}};
  for (const Case& c : cases) {
    if (w.tls13() && !c.in_tls13) continue;
    const Note note(w.checks(), SignatureSchemeName(c.scheme));
    // The chain's own signatures are ECDSA with SHA-256: GnuTLS holds them to the same list.
    std::vector<SignatureScheme> schemes = {c.scheme};
    if (c.scheme != 0x0403) schemes.push_back(0x0403);
    if (!w.Connect(w.ClientRules().SignatureSchemes(schemes), w.ServerRules(c.identity))) return;
    w.Equal(w.client().session().info()->peer_signature, c.scheme, "the server's signature");
    w.Equal(w.server().session().info()->peer_signature, SignatureScheme{0}, "the client's");
  }
}

// The chains' own signatures are ECDSA with SHA-256.
constexpr SignatureScheme kLongHash = 0x0806;
constexpr SignatureScheme kShortHash = 0x0804;
using Schemes = std::vector<SignatureScheme>;

Schemes LongHashFirst() { return {kLongHash, kShortHash, 0x0403}; }
Schemes ShortHashFirst() { return {kShortHash, kLongHash, 0x0403}; }

void ClientSignsByTheServersOrder(World& w) {
  for (const auto& [client, server] : {std::pair(LongHashFirst(), ShortHashFirst()),
                                       std::pair(ShortHashFirst(), LongHashFirst())}) {
    if (!w.Connect(
            w.ClientRules().ClientIdentity(w.ClientIdentity("client_rsa")).SignatureSchemes(client),
            w.ServerRules("server_rsa")
                .ClientCertificates(ClientCertificate::kRequired, World::Roots())
                .SignatureSchemes(server))) {
      return;
    }
    w.Equal(w.server().session().info()->peer_signature, server.front(), "the client's signature");
  }
}

void ServerSignsByItsOwnOrder(World& w) {
  if (!w.Connect(w.ClientRules().SignatureSchemes(LongHashFirst()),
                 w.ServerRules("server_rsa").SignatureSchemes(ShortHashFirst()))) {
    return;
  }
  w.Equal(w.client().session().info()->peer_signature, kShortHash, "the server's signature");
}

void SetsThatCannotBeEnforcedFailConstruction(World& w) {
  // Two suites whose parts make four.
  const Suites crossed = {0x1301, 0xC02B, 0xC030};
  for (const Backend* backend : {&w.client_backend(), &w.server_backend()}) {
    const auto config =
        Config::ForClient(*backend, Trust::DangerNone()).CipherSuites(crossed).Build();
    w.Equal(config.ok(), backend->capabilities().any_set_of_suites, "a set of suites is built");
    if (!config.ok()) w.Equal(config.error().kind, ErrorKind::kUnsupported, "why it is not");
  }
}

void UnknownNumbersFailConstruction(World& w) {
  const auto kind = [&w](Config::Builder rules) {
    const auto config = rules.Build();
    if (!w.That(!config.ok(), "it is built")) return ErrorKind::kInternal;
    return config.error().kind;
  };
  w.Equal(kind(w.ClientRules().CipherSuites({0x1301, 0xC02B, 0x0004})), ErrorKind::kUnsupported,
          "a suite");
  w.Equal(kind(w.ClientRules().Groups({0x001D, 0x4242})), ErrorKind::kUnsupported, "a group");
  w.Equal(kind(w.ClientRules().SignatureSchemes({0x0403, 0x4242})), ErrorKind::kUnsupported,
          "a signature scheme");
}

void WhatCapabilitiesSayIsBuilt(World& w) {
  for (const Backend* backend : {&w.client_backend(), &w.server_backend()}) {
    const Note note(w.checks(), std::string(backend->name()));
    const Capabilities& has = backend->capabilities();
    w.That(!has.cipher_suites.empty() && !has.groups.empty() && !has.signature_schemes.empty(),
           "capabilities are empty");
    for (const Group group : {Group{0x001D}, Group{0x0017}, Group{0x0100}, kX25519MlKem768}) {
      const auto config = Config::ForClient(*backend, Trust::DangerNone()).Groups({group}).Build();
      w.Equal(config.ok(), has.HasGroup(group), GroupName(group));
    }
    for (const CipherSuite suite : kCompatibleCipherSuites) {
      w.That(Contains(has.cipher_suites, suite), CipherSuiteName(suite));
    }
  }
}

// A modern end and one that only has what is old share nothing in TLS 1.2.
void ModernRefusesOldSuites(World& w) {
  const Suites old = {0xC009, 0xC013};
  w.Open(w.ClientRules().CipherSuites(old), w.ServerRules());
  w.RunUntilQuiet();
  w.Fails(w.server(), {.kind = ErrorKind::kIncompatible, .sent = Alert::kHandshakeFailure});
  w.Fails(w.client(), {.kind = ErrorKind::kPeerAlert, .received = Alert::kHandshakeFailure});
  if (!w.Connect(w.ClientRules().CipherSuites(old),
                 w.ServerRules().SecurityLevel(Level::kCompatible))) {
    return;
  }
  w.Exchange(Pattern(100, 1), Pattern(100, 2));
}

void DescriptionsTellWhatIsSpoken(World& w) {
  for (const Backend* backend : {&w.client_backend(), &w.server_backend()}) {
    const Note note(w.checks(), std::string(backend->name()));
    const auto config = Config::ForClient(*backend, World::Roots())
                            .Versions(w.version(), w.version())
                            .CipherSuites(w.tls13() ? Suites{0x1302} : Suites{0xC02C})
                            .Groups({0x0018})
                            .Build();
    if (!w.That(config.ok(), "it is not built")) return;
    const std::string text = (*config)->Describe();
    const std::string suite =
        w.tls13() ? "TLS_AES_256_GCM_SHA384" : "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
    for (const std::string& line :
         {"cipher suites: " + suite + "\n", std::string("groups: secp384r1\n"),
          "versions: " + std::string(VersionName(w.version())) + "\n",
          std::string("trust: 1 given root,")}) {
      w.That(text.find(line) != std::string::npos, "\"" + line + "\" is not in:\n" + text);
    }
  }
}

void RawRulesAreTakenOrRefused(World& w) {
  const RawRules nonsense[] = {{"openssl", "NoSuchCommand=1"}, {"gnutls", "-NO-SUCH-THING"}};
  for (const Backend* backend : {&w.client_backend(), &w.server_backend()}) {
    for (const RawRules& rules : nonsense) {
      const auto config = Config::ForClient(*backend, Trust::DangerNone()).Raw(rules).Build();
      if (w.That(!config.ok(), "nonsense is built")) {
        w.Equal(config.error().kind, ErrorKind::kMisuse, "why not");
      }
    }
  }
  // Nobody would prove anything to anybody.
  const RawRules anonymous[] = {{"openssl", "CipherString=ALL:@SECLEVEL=0"},
                                {"gnutls", "+ANON-ECDH"}};
  for (const Backend* backend : {&w.client_backend(), &w.server_backend()}) {
    for (const RawRules& rules : anonymous) {
      if (rules.backend != backend->name()) continue;
      const auto config = Config::ForClient(*backend, World::Roots()).Raw(rules).Build();
      if (w.That(!config.ok(), "anonymous suites are built")) {
        w.Equal(config.error().kind, ErrorKind::kUnsupported, "why not");
      }
    }
  }
  // Each takes AES-128 away in its own words.
  const bool openssl = w.client_backend().name() == "openssl";
  const RawRules less{w.client_backend().name(),
                      openssl ? "CipherString=ECDHE+AES256;Ciphersuites=TLS_AES_256_GCM_SHA384"
                              : "-AES-128-GCM:-CHACHA20-POLY1305"};
  if (w.client_backend().name() != "openssl" && w.client_backend().name() != "gnutls") return;
  if (!w.Connect(w.ClientRules().Raw(less), w.ServerRules())) return;
  w.Equal(w.client().session().info()->cipher_suite, CipherSuite(w.tls13() ? 0x1302 : 0xC02C),
          "the suite");
}

constexpr Scenario kScenarios[] = {
    {"EachNamedSuiteIsSpokenAlone", kEach, EachSuiteIsSpoken},
    {"ServersOrderOfSuitesDecides", kEach, ServersOrderDecides},
    {"EachNamedGroupIsSpokenAlone", kEach, EachGroupIsSpoken},
    {"ClientThatGuessedTheWrongGroupIsAskedAgain", kTls13, SecondHelloIsAsked},
    {"EachNamedSchemeSignsAlone", kEach, EachSchemeIsSpoken},
    {"ClientSignsByTheServersOrderOfSchemes", kEach, ClientSignsByTheServersOrder},
    {"ServerSignsByItsOwnOrderOfSchemes", kEach, ServerSignsByItsOwnOrder},
    {"SetsThatCannotBeEnforcedFailConstruction", kBothVersions,
     SetsThatCannotBeEnforcedFailConstruction},
    {"UnknownNumbersFailConstruction", kMixed, UnknownNumbersFailConstruction},
    {"WhatCapabilitiesSayIsBuilt", kBothVersions, WhatCapabilitiesSayIsBuilt},
    {"ModernRefusesOldSuites", kTls12, ModernRefusesOldSuites},
    {"DescriptionsTellWhatIsSpoken", kEach, DescriptionsTellWhatIsSpoken},
    {"RawRulesAreTakenOrRefused", kEach, RawRulesAreTakenOrRefused},
};

}  // namespace

std::span<const Scenario> PolicyScenarios() { return kScenarios; }

}  // namespace tandem::conformance
