// Servers that are not believed: theirs by ours, and ours by theirs.

#include <string>

#include "conformance/outside/outside_scenario.h"
#include "tandem/verdict.h"

namespace tandem::conformance {
namespace {

// Our client refuses their server, says why, and says nothing else.
void Rejects(OutsideWorld& o, std::string_view identity, std::string_view name, Verdict verdict) {
  const Note note(o.world().checks(), std::string(identity) + " as " + std::string(name));
  PeerRules theirs = o.TheirRules();
  theirs.identity = identity;
  if (!o.Open(o.OurRules(), theirs, name)) return;
  o.ours().Send(BytesOf("secret of the client\n"));
  o.RunUntilError();
  const Alert alert = AlertFor(verdict, o.version());
  o.Fails({.kind = ErrorKind::kUntrusted, .verdict = verdict, .sent = alert});
  o.world().Happened(o.ours(), {});
  o.PeerTellsOf(alert);
  o.world().That(o.peer().output().find("secret") == std::string::npos, "the secret is out");
}

void RejectsOtherNames(OutsideWorld& o) {
  Rejects(o, "server_p256", "other.test", Verdict::kWrongName);
  Rejects(o, "server_wrong_name", "server.test", Verdict::kWrongName);
  Rejects(o, "server_p256", "127.0.0.2", Verdict::kWrongName);
}

void AcceptsNames(OutsideWorld& o) {
  for (const std::string_view name : {"server.test", "a.wild.test", "127.0.0.1"}) {
    const Note note(o.world().checks(), std::string(name));
    if (o.Connect(o.OurRules(), o.TheirRules(), name)) o.Exchange(10, 10);
  }
}

// Their client refuses our server.
void IsRejected(OutsideWorld& o, std::string_view identity, const PeerRules& theirs, Flaw flaw) {
  const Note note(o.world().checks(), std::string(identity) + " as " + theirs.name);
  if (!o.Open(o.world().ServerRules(identity), theirs)) return;
  o.ours().Send(BytesOf("secret of the server\n"));
  o.RunUntilError();
  o.Fails({.kind = ErrorKind::kPeerAlert, .received = o.tool().refusal(flaw, o.version())});
  o.world().Happened(o.ours(), {});
  o.world().Got(o.ours(), {});
}

void IsRejectedByIssuer(OutsideWorld& o) {
  PeerRules theirs = o.TheirRules();
  theirs.roots = "root_b";
  IsRejected(o, "server_p256", theirs, Flaw::kIssuer);
  IsRejected(o, "server_root_b", o.TheirRules(), Flaw::kIssuer);
}

void IsRejectedByName(OutsideWorld& o) {
  PeerRules theirs = o.TheirRules();
  theirs.name = "other.test";
  IsRejected(o, "server_p256", theirs, Flaw::kName);
}

void IsRejectedByDate(OutsideWorld& o) {
  IsRejected(o, "server_expired", o.TheirRules(), Flaw::kDate);
}

constexpr OutsideScenario kScenarios[] = {
    {"NamesAndAddressesMatchAsWritten", kEachVersion, AcceptsNames, IsServer},
    {"OtherNamesAreWrong", kEachVersion, RejectsOtherNames, IsServer},
    {"UnknownIssuerIsRejected", kEachVersion,
     [](OutsideWorld& o) { Rejects(o, "server_root_b", "server.test", Verdict::kUnknownIssuer); },
     IsServer},
    {"ExpiredIsRejected", kEachVersion,
     [](OutsideWorld& o) { Rejects(o, "server_expired", "server.test", Verdict::kExpired); },
     IsServer},
    {"NotYetValidIsRejected", kEachVersion,
     [](OutsideWorld& o) {
       Rejects(o, "server_not_yet_valid", "server.test", Verdict::kNotYetValid);
     },
     IsServer},
    {"WrongPurposeIsRejected", kEachVersion,
     [](OutsideWorld& o) {
       Rejects(o, "server_wrong_purpose", "server.test", Verdict::kWrongPurpose);
     },
     IsServer},
    {"ServerOfUnknownIssuerLearnsIt", kEachVersion, IsRejectedByIssuer, IsClient},
    {"ServerOfAnotherNameLearnsIt", kEachVersion, IsRejectedByName, IsClient},
    {"ExpiredServerLearnsIt", kEachVersion, IsRejectedByDate, IsClient},
};

}  // namespace

std::span<const OutsideScenario> OutsideTrustScenarios() { return kScenarios; }

}  // namespace tandem::conformance
