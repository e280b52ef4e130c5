// Whom a server believes, and how a client learns that it is not believed.

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "conformance/pki/pki.h"
#include "conformance/scenarios/scenario.h"
#include "tandem/pem.h"
#include "tandem/verdict.h"

namespace tandem::conformance {
namespace {

using Type = Event::Type;

World::Rules Asking(World& w, ClientCertificate mode) {
  return w.ServerRules().ClientCertificates(mode, World::Roots());
}

World::Rules Showing(World& w, std::string_view identity) {
  return w.ClientRules().ClientIdentity(w.ClientIdentity(identity));
}

Bytes Leaf(std::string_view name) {
  const auto blocks = ReadPem(PkiText(name));
  return blocks.ok() && !blocks->empty() ? blocks->front().der : Bytes();
}

void AcceptsShown(World& w, ClientCertificate mode, std::string_view identity) {
  const Note note(w.checks(), std::string(identity));
  if (!w.Connect(Showing(w, identity), Asking(w, mode))) return;
  w.Exchange(Pattern(100, 1), Pattern(100, 2));
  w.Happened(w.client(), {Type::kHandshakeDone, Type::kPeerAccepted});
  const auto& client_saw = w.client().session().info()->peer_chain;
  const auto& server_saw = w.server().session().info()->peer_chain;
  w.Equal(client_saw, std::vector<Bytes>{Leaf("server_p256")}, "the server's chain");
  w.Equal(server_saw, std::vector<Bytes>{Leaf(identity)}, "the client's chain");
}

void AcceptsGood(World& w) {
  for (const std::string_view identity : {"client_good", "client_rsa"}) {
    AcceptsShown(w, ClientCertificate::kRequired, identity);
    AcceptsShown(w, ClientCertificate::kOptional, identity);
  }
}

void AcceptsNoneWhereOptional(World& w) {
  if (!w.Connect(w.ClientRules(), Asking(w, ClientCertificate::kOptional))) return;
  w.Exchange(Pattern(100, 1), Pattern(100, 2));
  w.That(w.server().session().info()->peer_chain.empty(), "a chain from nowhere");
}

// A key that can sign by none of the client's own schemes is as good as no key.
void ShowsNoneWithoutAScheme(World& w) {
  const auto client = Showing(w, "client_rsa").SignatureSchemes({0x0403, 0x0503});
  if (!w.Connect(client, Asking(w, ClientCertificate::kOptional))) return;
  w.Exchange(Pattern(100, 1), Pattern(100, 2));
  w.That(w.server().session().info()->peer_chain.empty(), "shown without a scheme to sign by");
}

// In TLS 1.2 the CertificateRequest can be read by anybody.
void NamesWhomItBelieves(World& w) {
  const auto count = [&w] {
    const Bytes root = BytesOf("root_a");
    const Bytes& wire = w.to_client().history();
    std::size_t found = 0;
    auto from = wire.begin();
    while ((from = std::search(from, wire.end(), root.begin(), root.end())) != wire.end()) {
      ++found;
      ++from;
    }
    return found;
  };
  if (!w.Connect()) return;
  w.Equal(count(), std::size_t{1}, "times that the root is named, as the server's issuer");
  if (!w.Connect(w.ClientRules(), Asking(w, ClientCertificate::kOptional))) return;
  w.Equal(count(), std::size_t{2},
          "times that the root is named, as whom to be vouched for by too");
}

void ShowsNothingUnasked(World& w) {
  if (!w.Connect(Showing(w, "client_good"), w.ServerRules())) return;
  w.Exchange(Pattern(100, 1), Pattern(100, 2));
  w.That(w.server().session().info()->peer_chain.empty(), "a certificate that was not asked for");
}

// The server refuses, and the client learns of it: in TLS 1.2 in the handshake, in TLS 1.3 after
// it, at its first Read(), and never having been accepted.
void Refused(World& w, const World::Rules& client, const World::Rules& server, Verdict verdict) {
  w.Open(client, server);
  w.client().Send(BytesOf("secret of the client"));
  w.server().Send(BytesOf("secret of the server"));
  w.RunUntilQuiet();
  const Alert alert = AlertFor(verdict, w.version());
  w.Fails(w.server(), {.kind = ErrorKind::kUntrusted, .verdict = verdict, .sent = alert});
  w.Fails(w.client(), {.kind = ErrorKind::kPeerAlert, .received = alert});
  w.Happened(w.server(), {});
  const std::vector<Type> done = {Type::kHandshakeDone};
  w.Happened(w.client(), w.tls13() ? done : std::vector<Type>());
  w.Got(w.client(), {});
  w.Got(w.server(), {});
}

void MissingIsRefused(World& w) {
  Refused(w, w.ClientRules(), Asking(w, ClientCertificate::kRequired), Verdict::kNoCertificate);
}

void BadIsRefused(World& w, ClientCertificate mode) {
  const std::pair<std::string_view, Verdict> cases[] = {
      {"client_root_b", Verdict::kUnknownIssuer},
      {"client_expired", Verdict::kExpired},
      {"server_other", Verdict::kWrongPurpose},
  };
  for (const auto& [identity, verdict] : cases) {
    const Note note(w.checks(), std::string(identity));
    Refused(w, Showing(w, identity), Asking(w, mode), verdict);
  }
}

void DangerNoneAcceptsAnyClient(World& w) {
  for (const std::string_view identity : {"client_root_b", "client_expired", "server_other"}) {
    const Note note(w.checks(), std::string(identity));
    const auto server =
        w.ServerRules().ClientCertificates(ClientCertificate::kRequired, Trust::DangerNone());
    if (!w.Connect(Showing(w, identity), server)) return;
    w.Equal(w.server().session().info()->peer_chain, std::vector<Bytes>{Leaf(identity)},
            "the client's chain");
    w.Exchange(Pattern(100, 1), Pattern(100, 2));
  }
}

void DangerNoneStillRequires(World& w) {
  Refused(w, w.ClientRules(),
          w.ServerRules().ClientCertificates(ClientCertificate::kRequired, Trust::DangerNone()),
          Verdict::kNoCertificate);
}

// The server refused and hung up while the client was writing. Why is more than a broken pipe.
void RefusalIsSeenBehindABrokenPipe(World& w) {
  w.Open(w.ClientRules(), Asking(w, ClientCertificate::kRequired));
  static_cast<void>(w.client().Handshake());
  static_cast<void>(w.server().Handshake());
  w.Equal(w.client().Handshake(), Status::kOk, "the client's Handshake()");
  w.Equal(w.server().Handshake(), Status::kError, "the server's Handshake()");
  w.to_server().FailSend(EPIPE);
  w.to_client().End();
  Status status = Status::kOk;
  for (int i = 0; i < 3 && status == Status::kOk; ++i)
    status = w.client().Write(Pattern(10, 1)).status;
  w.Equal(status, Status::kError, "Write()");
  const Alert alert = AlertFor(Verdict::kNoCertificate, w.version());
  w.Fails(w.client(), {.kind = ErrorKind::kPeerAlert, .received = alert});
}

constexpr Scenario kScenarios[] = {
    {"GoodClientCertificateIsAcceptedAndReadable", kEach, AcceptsGood},
    {"MissingClientCertificateIsAcceptedWhereOptional", kEach, AcceptsNoneWhereOptional},
    {"ClientWithoutASchemeForItsKeyShowsNoCertificate", kEach, ShowsNoneWithoutAScheme},
    {"ServerNamesWhomItBelieves", kTls12, NamesWhomItBelieves},
    {"ClientCertificateIsNotShownUnasked", kEach, ShowsNothingUnasked},
    {"MissingClientCertificateIsRefusedAndTheClientLearnsIt", kEach, MissingIsRefused},
    {"BadClientCertificateIsRefusedWhereRequired", kEach,
     [](World& w) { BadIsRefused(w, ClientCertificate::kRequired); }},
    {"BadClientCertificateIsRefusedWhereOptional", kEach,
     [](World& w) { BadIsRefused(w, ClientCertificate::kOptional); }},
    {"DangerNoneAcceptsAnyClientCertificate", kEach, DangerNoneAcceptsAnyClient},
    {"DangerNoneStillRequiresAClientCertificate", kEach, DangerNoneStillRequires},
    {"RefusalIsSeenBehindABrokenPipe", kTls13, RefusalIsSeenBehindABrokenPipe},
};

}  // namespace

std::span<const Scenario> ClientCertificateScenarios() { return kScenarios; }

}  // namespace tandem::conformance
