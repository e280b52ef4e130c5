// Two sides that are both right and share nothing.

#include <algorithm>
#include <span>
#include <string>

#include "conformance/scenarios/raw_hello.h"
#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

// One end finds it out and tells; the other is told.
void OneTellsTheOther(World& w, End& tells, End& told, Alert alert) {
  w.Fails(tells, {.kind = ErrorKind::kIncompatible, .sent = alert});
  w.Fails(told, {.kind = ErrorKind::kPeerAlert, .received = alert});
  w.Happened(tells, {});
  w.Happened(told, {});
}

void NoCommonVersion(World& w, Version client, Version server) {
  const Note note(w.checks(), "client " + Show(client) + " only, server " + Show(server) + " only");
  w.Open(w.ClientRules().Versions(client, client), w.ServerRules().Versions(server, server));
  w.RunUntilQuiet();
  OneTellsTheOther(w, w.server(), w.client(), Alert::kProtocolVersion);
}

// What the server says to a hello that no library sends: one alert, and nothing else.
void ServerRefuses(World& w, const RawHello& hello, Alert alert) {
  w.Open(nullptr, w.Build(w.ServerRules()));
  w.to_server().Inject(MakeRawHello(hello));
  w.RunUntilQuiet();
  w.Fails(w.server(), {.kind = ErrorKind::kIncompatible, .sent = alert});
  const Bytes& said = w.to_client().history();
  if (w.Equal(said.size(), std::size_t{7}, "bytes from the server")) {
    w.Equal(said[0], std::byte{21}, "the type of the record");
    w.Equal(said[5], std::byte{2}, "the level of the alert");
    w.Equal(said[6], static_cast<std::byte>(alert), "the alert");
  }
}

RawHello Hello(const World& w) {
  RawHello hello;
  if (w.tls13()) return hello;
  hello.versions.clear();
  return hello;
}

// The other raw scenarios prove something only if this offer is taken.
void RawHelloIsAnswered(World& w) {
  w.Open(nullptr, w.Build(w.ServerRules()));
  w.to_server().Inject(MakeRawHello(Hello(w)));
  w.RunUntilQuiet();
  w.Lives(w.server());
  w.That(!w.to_client().history().empty(), "no answer to a good hello");
}

void NoCommonSuite(World& w) {
  RawHello hello = Hello(w);
  hello.suites = {0xFAFA, 0x00FF};
  ServerRefuses(w, hello, Alert::kHandshakeFailure);
}

void NoCommonGroup(World& w) {
  RawHello hello = Hello(w);
  hello.groups = {0xFAFA};
  ServerRefuses(w, hello, Alert::kHandshakeFailure);
}

void NoCommonScheme(World& w) {
  RawHello hello = Hello(w);
  hello.schemes = {0xFAFA};
  ServerRefuses(w, hello, Alert::kHandshakeFailure);
}

// The server's own rules leave its key no scheme to sign by.
void KeyWithoutAScheme(World& w) {
  w.Open(w.ClientRules(), w.ServerRules("server_p256").SignatureSchemes({0x0804, 0x0805}));
  w.RunUntilQuiet();
  OneTellsTheOther(w, w.server(), w.client(), Alert::kHandshakeFailure);
}

void SuiteOfAnotherKey(World& w) {
  RawHello hello = Hello(w);
  hello.suites = {0xC02F};  // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, and the key is ECDSA
  ServerRefuses(w, hello, Alert::kHandshakeFailure);
}

void OldVersionsOnly(World& w) {
  RawHello hello = Hello(w);
  hello.legacy_version = 0x0302;
  hello.versions.clear();
  ServerRefuses(w, hello, Alert::kProtocolVersion);
}

// Tears a record into records of `size` bytes each.
Bytes InRecordsOf(std::size_t size, std::span<const std::byte> record) {
  constexpr std::size_t header = 5;
  Bytes torn;
  for (std::size_t at = header; at < record.size(); at += size) {
    const auto piece = record.subspan(at, std::min(size, record.size() - at));
    torn.insert(torn.end(), record.begin(), record.begin() + 3);
    torn.push_back(std::byte{0});
    torn.push_back(static_cast<std::byte>(piece.size()));
    torn.insert(torn.end(), piece.begin(), piece.end());
  }
  return torn;
}

void HelloInManyRecords(World& w) {
  w.Open(nullptr, w.Build(w.ServerRules()));
  w.to_server().Inject(InRecordsOf(60, MakeRawHello(Hello(w))));
  w.RunUntilQuiet();
  w.Lives(w.server());
  w.That(!w.to_client().history().empty(), "no answer to a good hello");
}

// A hello without a key share is asked for one (RFC 8446 section 4.1.4), and the hook is not asked
// again when it comes.
void SecondHello(World& w) {
  const auto identity = w.ServerIdentity("server_p256");
  int calls = 0;
  const auto choose = [&](const ClientHello&, auto reply) {
    ++calls;
    reply.Answer(identity);
  };
  w.Open(nullptr, w.Build(w.ServerRules(choose)));
  RawHello hello = Hello(w);
  hello.share = false;
  w.to_server().Inject(MakeRawHello(hello));
  w.RunUntilQuiet();
  w.Lives(w.server());
  const std::size_t asked = w.to_client().sent();
  w.That(asked > 0, "no request for a share");
  hello.share = true;
  w.to_server().Inject(MakeRawHello(hello));
  w.RunUntilQuiet();
  w.Lives(w.server());
  w.That(w.to_client().sent() > asked + 500, "no certificate after the second hello");
  w.Equal(calls, 1, "calls of the hook");
}

constexpr Scenario kScenarios[] = {
    {"OldClientAndNewServerShareNoVersion", kBothVersions,
     [](World& w) { NoCommonVersion(w, Version::kTls12, Version::kTls13); }},
    {"NewClientAndOldServerShareNoVersion", kBothVersions,
     [](World& w) { NoCommonVersion(w, Version::kTls13, Version::kTls12); }},
    {"RawHelloIsAnswered", kEach, RawHelloIsAnswered},
    {"HelloInManyRecordsIsAnswered", kEach, HelloInManyRecords},
    {"SecondHelloIsAnsweredWithoutAskingTheHookAgain", kTls13, SecondHello},
    {"NoCommonSuiteIsIncompatible", kEach, NoCommonSuite},
    {"NoCommonGroupIsIncompatible", kEach, NoCommonGroup},
    {"NoCommonSignatureSchemeIsIncompatible", kEach, NoCommonScheme},
    {"SchemesThatDoNotFitTheKeyAreIncompatible", kEach, KeyWithoutAScheme},
    {"SuiteForAnotherKindOfKeyIsIncompatible", kTls12, SuiteOfAnotherKey},
    {"VersionBelowTls12IsIncompatible", kEach, OldVersionsOnly},
};

}  // namespace

std::span<const Scenario> IncompatibleScenarios() { return kScenarios; }

}  // namespace tandem::conformance
