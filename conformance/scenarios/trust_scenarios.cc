// Whom a client believes: the same verdict, the same alert, and no word to a stranger.

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "conformance/pki/pki.h"
#include "conformance/scenarios/scenario.h"
#include "tandem/engine/reply.h"
#include "tandem/verdict.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

struct Case {
  std::string_view identity = "server_p256";
  std::string_view name = "server.test";
};

void Accepts(World& w, const Case& c) {
  const Note note(w.checks(), std::string(c.identity) + " as " + std::string(c.name));
  if (!w.Connect(w.ClientRules(), w.ServerRules(c.identity), c.name)) return;
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
}

// Both ends have something to say, and neither gets to say it.
void RejectsWith(World& w, const World::Rules& server, std::string_view name, Verdict verdict) {
  w.Open(w.ClientRules(), server, name);
  w.client().Send(BytesOf("secret of the client"));
  w.server().Send(BytesOf("secret of the server"));
  w.RunUntilQuiet();
  const Alert alert = AlertFor(verdict, w.version());
  w.Fails(w.client(), {.kind = ErrorKind::kUntrusted, .verdict = verdict, .sent = alert});
  w.Fails(w.server(), {.kind = ErrorKind::kPeerAlert, .received = alert});
  w.Happened(w.client(), {});
  w.Got(w.client(), {});
  w.Got(w.server(), {});
  w.That(!w.client().handshake_done() && !w.server().handshake_done(), "a handshake is done");
}

void Rejects(World& w, const Case& c, Verdict verdict) {
  const Note note(w.checks(), std::string(c.identity) + " as " + std::string(c.name));
  RejectsWith(w, w.ServerRules(c.identity), c.name, verdict);
}

void MatchesNames(World& w) {
  for (const std::string_view name : {"server.test", "SERVER.Test", "server.test.", "a.wild.test",
                                      "A.WILD.TEST.", "127.0.0.1", "::1", "0:0:0:0:0:0:0:1"}) {
    Accepts(w, {.name = name});
  }
}

void RejectsOtherNames(World& w) {
  for (const std::string_view name : {"other.test", "wild.test", "a.b.wild.test",
                                      "server.test.test", "test", "127.0.0.2", "::2"}) {
    Rejects(w, {.name = name}, Verdict::kWrongName);
  }
  Rejects(w, {"server_wrong_name", "server.test"}, Verdict::kWrongName);
}

void AddressesAndNamesAreNotConfused(World& w) {
  Rejects(w, {"server_ip_as_dns", "127.0.0.1"}, Verdict::kWrongName);
  Accepts(w, {"server_ip_as_dns", "server.test"});
}

void CommonNameDoesNotCount(World& w) {
  Rejects(w, {"server_common_name", "server.test"}, Verdict::kWrongName);
}

void MissingIntermediate(World& w) {
  const auto key = PkiText("server_chained.key");
  auto leaf = Identity::FromPem(w.server_backend(), PkiLeafText("server_chained"), key);
  if (!w.That(leaf.ok(), "the leaf alone cannot be loaded")) return;
  RejectsWith(w, w.ServerRules(*leaf), "server.test", Verdict::kUnknownIssuer);
}

void GravestFindingIsReported(World& w) {
  Rejects(w, {"server_all_wrong", "server.test"}, Verdict::kUnknownIssuer);
  Rejects(w, {"server_expired", "other.test"}, Verdict::kExpired);
  Rejects(w, {"server_wrong_purpose", "other.test"}, Verdict::kWrongPurpose);
}

void JudgedByTheWallClock(World& w) {
  w.SetDate(sys_days(year{2019} / 12 / 31));
  Rejects(w, {}, Verdict::kNotYetValid);
  w.SetDate(sys_days(year{2050} / 1 / 1));
  Rejects(w, {}, Verdict::kExpired);
  w.SetDate(sys_days(year{2020} / 6 / 1));
  Accepts(w, {"server_expired", "server.test"});
  w.SetDate(sys_days(year{2046} / 6 / 1));
  Accepts(w, {"server_not_yet_valid", "server.test"});
}

// RFC 5280 section 4.1.2.5 has the last second in the period; OpenSSL has not, and is followed.
void ValidToTheSecond(World& w) {
  const auto first = sys_days(year{2020} / 1 / 1);
  const auto last = sys_days(year{2050} / 1 / 1) - 1s;
  w.SetDate(first - 1s);
  Rejects(w, {}, Verdict::kNotYetValid);
  w.SetDate(first);
  Accepts(w, {});
  w.SetDate(last - 1s);
  Accepts(w, {});
  w.SetDate(last);
  Rejects(w, {}, Verdict::kExpired);
}

void AcceptsAnybody(World& w) {
  for (const std::string_view identity : {"server_root_b", "server_expired", "server_wrong_name",
                                          "server_self_signed", "server_wrong_purpose"}) {
    const Note note(w.checks(), std::string(identity));
    if (!w.Connect(w.ClientRules(Trust::DangerNone()), w.ServerRules(identity))) return;
    w.That(!w.client().session().info()->peer_chain.empty(), "the peer's chain is not readable");
    w.Exchange(Pattern(10, 1), Pattern(10, 2));
  }
}

void TrustsGivenRootsOnly(World& w) {
  if (!w.Connect(w.ClientRules(World::Roots("root_b")), w.ServerRules("server_root_b"))) return;
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
  const std::string both = std::string(PkiText("root_a")) + "\n" + std::string(PkiText("root_b"));
  auto trust = Trust::FromPem(both);
  if (!w.That(trust.ok(), "two roots in one text")) return;
  for (const std::string_view identity : {"server_p256", "server_root_b"}) {
    w.Connect(w.ClientRules(*trust), w.ServerRules(identity));
  }
}

void RejectsSelfSigned(World& w) {
  Rejects(w, {"server_self_signed", "server.test"}, Verdict::kUnknownIssuer);
}

// The identity's certificates as a verifier may think of them.
Trust RootsAnd(VerifyPeer hook) {
  Trust trust = World::Roots();
  trust.FurtherVerifier(std::move(hook));
  return trust;
}

using OpinionReply = engine::Reply<PeerOpinion>;

void FurtherVerifierSeesThePath(World& w) {
  int asked = 0;
  PeerCertificates seen;
  const auto accept = [&](const PeerCertificates& peer, OpinionReply reply) {
    ++asked;
    seen = peer;
    reply.Answer({});
  };
  if (!w.Connect(w.ClientRules(RootsAnd(accept)), w.ServerRules("server_chained"))) return;
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
  w.Equal(asked, 1, "times that the verifier was asked");
  w.Equal(seen.name, std::string("server.test"), "the name");
  w.Equal(seen.sent.size(), std::size_t{2}, "certificates sent");
  w.Equal(seen.path.size(), std::size_t{3}, "certificates of the path, the root among them");
  w.That(seen.path.front() == seen.sent.front(), "the path does not begin with the leaf");
}

void FurtherVerifierRefuses(World& w) {
  for (const Verdict verdict : {Verdict::kRefused, Verdict::kRevoked}) {
    const auto refuse = [&](const PeerCertificates&, OpinionReply reply) {
      reply.Answer({verdict});
    };
    w.Open(w.ClientRules(RootsAnd(refuse)), w.ServerRules());
    w.client().Send(BytesOf("secret"));
    w.RunUntilQuiet();
    const Alert alert = AlertFor(verdict, w.version());
    w.Fails(w.client(), {.kind = ErrorKind::kUntrusted, .verdict = verdict, .sent = alert});
    w.Fails(w.server(), {.kind = ErrorKind::kPeerAlert, .received = alert});
    w.Equal(w.client().session().refused_chain().size(), std::size_t{1}, "certificates to show");
  }
}

// Client certificates are judged by the same hook, on a server; a client learns of it late.
void FurtherVerifierRefusesClients(World& w) {
  const auto refuse = [](const PeerCertificates& peer, OpinionReply reply) {
    reply.Answer({peer.name.empty() ? std::optional(Verdict::kRefused) : std::nullopt});
  };
  w.Open(w.ClientRules().ClientIdentity(w.ClientIdentity("client_good")),
         w.ServerRules().ClientCertificates(ClientCertificate::kRequired, RootsAnd(refuse)));
  w.client().Send(BytesOf("secret"));
  w.RunUntilQuiet();
  w.Fails(w.server(), {.kind = ErrorKind::kUntrusted,
                       .verdict = Verdict::kRefused,
                       .sent = Alert::kCertificateUnknown});
  w.Fails(w.client(), {.kind = ErrorKind::kPeerAlert, .received = Alert::kCertificateUnknown});
  w.Got(w.server(), {});
}

void FurtherVerifierThatFails(World& w) {
  std::optional<OpinionReply> kept;
  struct Failing {
    VerifyPeer hook;
    ErrorKind kind;
    Alert alert;
  };
  const Failing cases[] = {
      {[](const PeerCertificates&, OpinionReply reply) { reply.Fail("out of luck"); },
       ErrorKind::kUntrusted, Alert::kCertificateUnknown},
      {[](const PeerCertificates&, OpinionReply) {}, ErrorKind::kUntrusted,
       Alert::kCertificateUnknown},
      {[&](const PeerCertificates&, OpinionReply reply) { kept.emplace(std::move(reply)); },
       ErrorKind::kMisuse, Alert::kInternalError},
      {[](const PeerCertificates&, OpinionReply) { throw 1; }, ErrorKind::kMisuse,
       Alert::kInternalError}};
  for (const Failing& c : cases) {
    w.Open(w.ClientRules(RootsAnd(c.hook)), w.ServerRules());
    w.RunUntilQuiet();
    const auto verdict =
        c.kind == ErrorKind::kUntrusted ? std::optional(Verdict::kRefused) : std::nullopt;
    w.Fails(w.client(), {.kind = c.kind, .verdict = verdict, .sent = c.alert});
    w.Fails(w.server(), {.kind = ErrorKind::kPeerAlert, .received = c.alert});
  }
}

// What the machine has is counted alike, or is no reason to start on either.
void SystemRootsAreCounted(World& w) {
  for (const Backend* backend : {&w.client_backend(), &w.server_backend()}) {
    const Note note(w.checks(), std::string(backend->name()));
    const auto demanding = Config::ForClient(*backend, Trust::System()).Build();
    const auto modest = Config::ForClient(*backend, Trust::SystemIfAny()).Build();
    if (!w.That(modest.ok(), "a machine without roots is no place to start")) return;
    const std::size_t roots = (*modest)->compiled().Compiled().roots;
    w.Equal(demanding.ok(), roots > 0, "it starts where there are roots");
    if (!demanding.ok()) w.Equal(demanding.error().kind, ErrorKind::kMisuse, "why it does not");
  }
}

constexpr Scenario kScenarios[] = {
    {"NamesAndAddressesMatchAsWritten", kEach, MatchesNames},
    {"OtherNamesAreWrong", kEach, RejectsOtherNames},
    {"AddressMatchesNoDnsName", kEach, AddressesAndNamesAreNotConfused},
    {"CommonNameDoesNotCount", kEach, CommonNameDoesNotCount},
    {"UnknownIssuerIsRejected", kEach,
     [](World& w) { Rejects(w, {.identity = "server_root_b"}, Verdict::kUnknownIssuer); }},
    {"MissingIntermediateIsAnUnknownIssuer", kEach, MissingIntermediate},
    {"SelfSignedIsRejected", kEach, RejectsSelfSigned},
    {"ExpiredIsRejected", kEach,
     [](World& w) { Rejects(w, {.identity = "server_expired"}, Verdict::kExpired); }},
    {"NotYetValidIsRejected", kEach,
     [](World& w) { Rejects(w, {.identity = "server_not_yet_valid"}, Verdict::kNotYetValid); }},
    {"WrongPurposeIsRejected", kEach,
     [](World& w) { Rejects(w, {.identity = "server_wrong_purpose"}, Verdict::kWrongPurpose); }},
    {"IssuerThatIsNoAuthorityIsRejected", kEach,
     [](World& w) { Rejects(w, {.identity = "server_under_leaf"}, Verdict::kWrongPurpose); }},
    {"NameConstraintIsEnforced", kEach,
     [](World& w) { Rejects(w, {.identity = "server_constrained"}, Verdict::kNameConstraint); }},
    {"WeakKeyIsRejected", kEach,
     [](World& w) { Rejects(w, {.identity = "server_weak"}, Verdict::kWeak); }},
    {"GravestFindingIsReported", kEach, GravestFindingIsReported},
    {"DatesAreJudgedByTheWallClock", kEach, JudgedByTheWallClock},
    {"DatesAreJudgedToTheSecond", kEach, ValidToTheSecond},
    {"DangerNoneAcceptsAnybody", kEach, AcceptsAnybody},
    {"GivenRootsAndNoOthersAreTrusted", kEach, TrustsGivenRootsOnly},
    {"FurtherVerifierSeesThePath", kEach, FurtherVerifierSeesThePath},
    {"FurtherVerifierRefusesWithItsVerdict", kEach, FurtherVerifierRefuses},
    {"FurtherVerifierRefusesClientsToo", kEach, FurtherVerifierRefusesClients},
    {"FurtherVerifierThatFailsRefuses", kEach, FurtherVerifierThatFails},
    {"SystemRootsAreCounted", kMixed, SystemRootsAreCounted},
};

}  // namespace

std::span<const Scenario> TrustScenarios() { return kScenarios; }

}  // namespace tandem::conformance
