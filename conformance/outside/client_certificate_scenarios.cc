// Clients that prove who they are, to servers of either side.

#include <string>

#include "conformance/outside/outside_scenario.h"
#include "conformance/pki/pki.h"
#include "tandem/pem.h"
#include "tandem/verdict.h"

namespace tandem::conformance {
namespace {

std::vector<Bytes> LeafOf(std::string_view name) {
  const auto blocks = ReadPem(PkiText(name));
  if (!blocks.ok() || blocks->empty()) return {};
  return {blocks->front().der};
}

struct Question {
  ClientCertificate asks = ClientCertificate::kRequired;
  std::string_view shown = "client_good";  // Empty: nothing is shown.
};

// Opens with the client, whichever end that is, showing what the server, the other end, asks for.
bool OpenAsking(OutsideWorld& o, const Question& question, Here here = Here::Now()) {
  PeerRules theirs = o.TheirRules();
  auto ours = o.OurRules();
  if (o.is_client()) {
    theirs.asks = question.asks;
    if (!question.shown.empty()) {
      ours.ClientIdentity(o.world().ClientIdentity(question.shown, here));
    }
  } else {
    theirs.identity = question.shown;
    if (question.asks != ClientCertificate::kNone) {
      ours.ClientCertificates(question.asks, World::Roots());
    }
  }
  return o.Open(ours, theirs, "server.test", here);
}

// Returns what our end should know of the peer.
std::vector<Bytes> PeersLeaf(const OutsideWorld& o, const Question& question) {
  if (o.is_client()) return LeafOf("server_p256");
  return question.asks == ClientCertificate::kNone ? std::vector<Bytes>() : LeafOf(question.shown);
}

void Accepted(OutsideWorld& o, const Question& question) {
  const Note note(o.world().checks(), "shown: " + std::string(question.shown));
  if (!OpenAsking(o, question) || !o.Exchange(100, 100)) return;
  // A peer may send its root along.
  auto chain = o.ours().session().info()->peer_chain;
  if (!chain.empty()) chain.resize(1);
  o.world().Equal(chain, PeersLeaf(o, question), "the peer's leaf");
}

void AcceptsGood(OutsideWorld& o) {
  for (const std::string_view identity : {"client_good", "client_rsa"}) {
    Accepted(o, {ClientCertificate::kRequired, identity});
    Accepted(o, {ClientCertificate::kOptional, identity});
  }
}

void AcceptsNoneWhereOptional(OutsideWorld& o) { Accepted(o, {ClientCertificate::kOptional, ""}); }

void ShowsNothingUnasked(OutsideWorld& o) {
  Accepted(o, {ClientCertificate::kNone, "client_good"});
}

// Whoever refuses says why, and nothing is ever said to the other.
void Refused(OutsideWorld& o, const Question& question, Verdict verdict, Flaw flaw) {
  const Note note(o.world().checks(), "shown: " + std::string(question.shown));
  if (!OpenAsking(o, question)) return;
  o.ours().Send(BytesOf("secret"));
  o.RunUntilError();
  if (o.is_client()) {
    o.Fails({.kind = ErrorKind::kPeerAlert, .received = o.tool().refusal(flaw, o.version())});
  } else {
    const Alert alert = AlertFor(verdict, o.version());
    o.Fails({.kind = ErrorKind::kUntrusted, .verdict = verdict, .sent = alert});
    o.PeerTellsOf(alert);
  }
  o.world().Got(o.ours(), {});
}

void MissingIsRefused(OutsideWorld& o) {
  Refused(o, {ClientCertificate::kRequired, ""}, Verdict::kNoCertificate, Flaw::kMissing);
}

void BadIsRefused(OutsideWorld& o, ClientCertificate asks) {
  Refused(o, {asks, "client_root_b"}, Verdict::kUnknownIssuer, Flaw::kIssuer);
  Refused(o, {asks, "client_expired"}, Verdict::kExpired, Flaw::kDate);
}

constexpr OutsideScenario kScenarios[] = {
    {"GoodClientCertificateIsAcceptedAndReadable", kEachVersion, AcceptsGood},
    {"MissingClientCertificateIsAcceptedWhereOptional", kEachVersion, AcceptsNoneWhereOptional},
    {"ClientCertificateIsNotShownUnasked", kEachVersion, ShowsNothingUnasked},
    {"MissingClientCertificateIsRefusedAndTheClientLearnsIt", kEachVersion, MissingIsRefused},
    {"BadClientCertificateIsRefusedWhereRequired", kEachVersion,
     [](OutsideWorld& o) { BadIsRefused(o, ClientCertificate::kRequired); }},
    {"BadClientCertificateIsRefusedWhereOptional", kEachVersion,
     [](OutsideWorld& o) { BadIsRefused(o, ClientCertificate::kOptional); }},
};

}  // namespace

std::span<const OutsideScenario> OutsideClientCertificateScenarios() { return kScenarios; }

}  // namespace tandem::conformance
