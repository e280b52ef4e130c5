// What is agreed on, and that both ends say the same of it.

#include <string>

#include "conformance/outside/outside_scenario.h"
#include "conformance/pki/pki.h"
#include "tandem/pem.h"

namespace tandem::conformance {
namespace {

using Type = Event::Type;

std::vector<Bytes> Chain(std::string_view name) {
  std::vector<Bytes> chain;
  const auto blocks = ReadPem(PkiText(name));
  if (!blocks.ok()) return chain;
  for (const auto& block : *blocks) chain.push_back(block.der);
  return chain;
}

// The rules of both ends where the server, whichever that is, is `identity`.
struct BothRules {
  BothRules(OutsideWorld& o, std::string_view identity)
      : ours(o.is_client() ? o.OurRules() : o.world().ServerRules(identity)),
        theirs(o.TheirRules()) {
    if (o.is_client()) theirs.identity = identity;
  }

  OutsideWorld::Rules ours;
  PeerRules theirs;
};

void HandshakeWith(OutsideWorld& o, std::string_view identity) {
  const BothRules rules(o, identity);
  if (!o.Connect(rules.ours, rules.theirs)) return;
  o.Exchange(100, 200);
  const ConnectionInfo& info = *o.ours().session().info();
  o.world().Equal(info.version, o.version(), "the version");
  o.world().Equal(info.server_name, std::string("server.test"), "the server's name");
  o.world().Equal(info.peer_chain, o.is_client() ? Chain(identity) : std::vector<Bytes>(),
                  "the peer's chain");
  o.world().Happened(o.ours(), {Type::kHandshakeDone, Type::kPeerAccepted});
}

struct SuiteWords {
  CipherSuite suite;
  Version version;
  std::string_view openssl;
  std::string_view gnutls;
  std::string_view identity = "server_p256";
};

constexpr SuiteWords kSuites[] = {
    {0x1301, Version::kTls13, "TLS_AES_128_GCM_SHA256", "(AES-128-GCM)"},
    {0x1302, Version::kTls13, "TLS_AES_256_GCM_SHA384", "(AES-256-GCM)"},
    {0x1303, Version::kTls13, "TLS_CHACHA20_POLY1305_SHA256", "(CHACHA20-POLY1305)"},
    {0xC02B, Version::kTls12, "ECDHE-ECDSA-AES128-GCM-SHA256", "(AES-128-GCM)"},
    {0xC02C, Version::kTls12, "ECDHE-ECDSA-AES256-GCM-SHA384", "(AES-256-GCM)"},
    {0xCCA9, Version::kTls12, "ECDHE-ECDSA-CHACHA20-POLY1305", "(CHACHA20-POLY1305)"},
    {0xC02F, Version::kTls12, "ECDHE-RSA-AES128-GCM-SHA256", "(AES-128-GCM)", "server_rsa"},
    {0xC030, Version::kTls12, "ECDHE-RSA-AES256-GCM-SHA384", "(AES-256-GCM)", "server_rsa"},
    {0xCCA8, Version::kTls12, "ECDHE-RSA-CHACHA20-POLY1305", "(CHACHA20-POLY1305)", "server_rsa"},
};

void EachSuiteIsSpoken(OutsideWorld& o) {
  for (const SuiteWords& words : kSuites) {
    if (words.version != o.version()) continue;
    const Note note(o.world().checks(), std::string(words.openssl));
    BothRules rules(o, words.identity);
    if (!o.Connect(rules.ours.CipherSuites({words.suite}), rules.theirs)) continue;
    o.Exchange(1000, 1000);
    o.world().Equal(o.ours().session().info()->cipher_suite, words.suite, "the suite");
    o.PeerPrints(o.tool().program == "openssl" ? words.openssl : words.gnutls);
    o.PeerPrints(o.tls13() ? o.tool().tls13_words : o.tool().tls12_words);
  }
}

void ServerNameIsSeen(OutsideWorld& o) {
  PeerRules theirs = o.TheirRules();
  theirs.serves = "server.test";
  if (!o.Connect(o.OurRules(), theirs)) return;
  o.Exchange(10, 10);
  if (!o.Open(o.OurRules(), theirs, "a.wild.test")) return;
  o.RunUntilError();
  o.Fails({.kind = ErrorKind::kPeerAlert, .received = Alert::kUnrecognizedName});
}

void ClientsNameIsSeen(OutsideWorld& o) {
  PeerRules theirs = o.TheirRules();
  theirs.name = "a.wild.test";
  if (!o.Connect(o.OurRules(), theirs)) return;
  o.world().Equal(o.ours().session().info()->server_name, theirs.name, "the server's name");
}

void CommonProtocolIsAgreedOn(OutsideWorld& o) {
  PeerRules theirs = o.TheirRules();
  theirs.alpn = "h2,http/1.1";
  if (!o.Connect(o.OurRules().Alpn({"other", "http/1.1"}), theirs)) return;
  o.world().Equal(o.ours().session().info()->alpn, std::string("http/1.1"), "ALPN");
  o.Exchange(10, 10);
}

void NoCommonProtocol(OutsideWorld& o) {
  PeerRules theirs = o.TheirRules();
  theirs.alpn = "h2";
  if (!o.Open(o.OurRules().Alpn({"other"}), theirs)) return;
  o.RunUntilError();
  if (o.is_client()) {
    o.Fails({.kind = ErrorKind::kPeerAlert, .received = Alert::kNoApplicationProtocol});
    return;
  }
  o.Fails({.kind = ErrorKind::kIncompatible, .sent = Alert::kNoApplicationProtocol});
  o.PeerTellsOf(Alert::kNoApplicationProtocol);
}

// One end speaks only the version that the other does not.
void NoCommonVersion(OutsideWorld& o) {
  const Version other = o.tls13() ? Version::kTls12 : Version::kTls13;
  if (!o.Open(o.OurRules().Versions(other, other), o.TheirRules())) return;
  o.RunUntilError();
  if (o.is_client()) {
    o.Fails({.kind = ErrorKind::kPeerAlert, .received = o.tool().no_version_alert});
    return;
  }
  o.Fails({.kind = ErrorKind::kIncompatible, .sent = Alert::kProtocolVersion});
  o.PeerTellsOf(Alert::kProtocolVersion);
}

// Ours has both, and the peer decides.
void NewestCommonVersion(OutsideWorld& o) {
  if (!o.Connect(o.OurRules().Versions(Version::kTls12, Version::kTls13), o.TheirRules())) return;
  o.world().Equal(o.ours().session().info()->version, o.version(), "the version");
  o.Exchange(10, 10);
}

constexpr OutsideScenario kScenarios[] = {
    {"HandshakeWithRsaIdentitySucceeds", kEachVersion,
     [](OutsideWorld& o) { HandshakeWith(o, "server_rsa"); }},
    {"HandshakeWithP256IdentitySucceeds", kEachVersion,
     [](OutsideWorld& o) { HandshakeWith(o, "server_p256"); }},
    {"HandshakeWithEd25519IdentitySucceeds", kEachVersion,
     [](OutsideWorld& o) { HandshakeWith(o, "server_ed25519"); }},
    {"HandshakeThroughIntermediateSucceeds", kEachVersion,
     [](OutsideWorld& o) { HandshakeWith(o, "server_chained"); }},
    {"EachNamedSuiteIsSpokenAlone", kEachVersion, EachSuiteIsSpoken},
    {"OtherServerNameIsUnrecognized", kEachVersion, ServerNameIsSeen, IsServer},
    {"ServerNameOfTheClientIsSeen", kEachVersion, ClientsNameIsSeen, IsClient},
    {"CommonProtocolIsAgreedOn", kEachVersion, CommonProtocolIsAgreedOn},
    {"NoCommonProtocolIsRefused", kEachVersion, NoCommonProtocol},
    {"PeerOfAnotherVersionOnlyIsIncompatible", kEachVersion, NoCommonVersion},
    {"NewestCommonVersionIsSpoken", kEachVersion, NewestCommonVersion},
};

}  // namespace

std::span<const OutsideScenario> OutsideHandshakeScenarios() { return kScenarios; }

}  // namespace tandem::conformance
