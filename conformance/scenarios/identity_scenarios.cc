// A server that chooses who it is by the ClientHello, and what becomes of a hook that does not.

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "conformance/pki/pki.h"
#include "conformance/scenarios/scenario.h"
#include "tandem/client_hello.h"
#include "tandem/engine/reply.h"
#include "tandem/pem.h"

namespace tandem::conformance {
namespace {

using IdentityReply = engine::Reply<World::SharedIdentity>;

void ChoosesByServerName(World& w) {
  const auto other = w.ServerIdentity("server_other");
  const auto usual = w.ServerIdentity("server_p256");
  const auto choose = [&](const ClientHello& hello, IdentityReply reply) {
    reply.Answer(hello.server_name == "other.test" ? other : usual);
  };
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"other.test", "server_other"}, {"server.test", "server_p256"}, {"127.0.0.1", "server_p256"}};
  for (const auto& [name, identity] : cases) {
    if (!w.Connect(w.ClientRules(), w.ServerRules(choose), name)) return;
    const auto blocks = ReadPem(PkiText(identity));
    w.Equal(w.client().session().info()->peer_chain.front(), blocks->front().der, "the leaf");
    w.Exchange(Pattern(10, 1), Pattern(10, 2));
  }
}

template <typename T>
bool Contains(const std::vector<T>& values, T value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

void HookSeesTheOffer(World& w) {
  const auto identity = w.ServerIdentity("server_p256");
  ClientHello seen;
  int calls = 0;
  const auto choose = [&](const ClientHello& hello, IdentityReply reply) {
    seen = hello;
    ++calls;
    reply.Answer(identity);
  };
  const std::vector<std::string> protocols = {"h2", "http/1.1"};
  if (!w.Connect(w.ClientRules().Alpn(protocols), w.ServerRules(choose).Alpn({"http/1.1"}),
                 "Server.TEST.")) {
    return;
  }
  w.Equal(calls, 1, "calls of the hook");
  w.Equal(seen.server_name, std::string("server.test"), "SNI");
  w.Equal(seen.alpn.size(), protocols.size(), "names of protocols");
  w.That(seen.alpn == protocols, "ALPN is not as the client said it");
  w.That(Contains(seen.cipher_suites, w.client().session().info()->cipher_suite),
         "the suite that was taken had not been offered");
  w.That(Contains<SignatureScheme>(seen.signature_schemes, 0x0403), "ecdsa_secp256r1_sha256");
  w.Equal(Contains<std::uint16_t>(seen.supported_versions, 0x0304), w.tls13(), "offers TLS 1.3");
  w.Equal(w.server().session().info()->alpn, std::string("http/1.1"), "the protocol");
}

void Refused(World& w, ChooseIdentity choose, ErrorKind kind, Alert alert) {
  w.Open(w.ClientRules(), w.ServerRules(std::move(choose)));
  w.client().Send(BytesOf("secret"));
  w.RunUntilQuiet();
  w.Fails(w.server(), {.kind = kind, .sent = alert});
  w.Fails(w.client(), {.kind = ErrorKind::kPeerAlert, .received = alert});
  w.Happened(w.client(), {});
  w.Happened(w.server(), {});
  w.Got(w.server(), {});
}

void HookThatFails(World& w) {
  Refused(
      w, [](const ClientHello&, IdentityReply reply) { reply.Fail("no such name"); },
      ErrorKind::kIncompatible, Alert::kUnrecognizedName);
  const Error* error = w.server().error();
  w.That(error != nullptr && error->what.find("no such name") != std::string::npos,
         "the reason is not in the error");
}

void HookThatDropsItsReply(World& w) {
  Refused(
      w, [](const ClientHello&, IdentityReply) {}, ErrorKind::kIncompatible,
      Alert::kUnrecognizedName);
}

void HookThatKeepsItsReply(World& w) {
  std::optional<IdentityReply> kept;
  Refused(
      w, [&kept](const ClientHello&, IdentityReply reply) { kept.emplace(std::move(reply)); },
      ErrorKind::kMisuse, Alert::kInternalError);
  // Too late: nobody listens any more.
  if (kept) kept->Answer(nullptr);
  w.RunUntilQuiet();
}

void HookThatThrows(World& w) {
  Refused(
      w, [](const ClientHello&, IdentityReply) { throw std::runtime_error("out of luck"); },
      ErrorKind::kMisuse, Alert::kInternalError);
  Refused(
      w, [](const ClientHello&, IdentityReply) { throw 1; }, ErrorKind::kMisuse,
      Alert::kInternalError);
}

void HookThatAnswersWithNobody(World& w) {
  Refused(
      w, [](const ClientHello&, IdentityReply reply) { reply.Answer(nullptr); }, ErrorKind::kMisuse,
      Alert::kInternalError);
}

void IdentityOfAnotherBackend(World& w) {
  if (&w.client_backend() == &w.server_backend()) return;
  const auto foreign = w.ClientIdentity("server_p256");
  Refused(
      w, [&](const ClientHello&, IdentityReply reply) { reply.Answer(foreign); },
      ErrorKind::kMisuse, Alert::kInternalError);
  const auto config = w.ServerRules(foreign).Build();
  w.That(!config.ok() && config.error().kind == ErrorKind::kMisuse,
         "a config with another backend's identity");
}

void HookRunsOnceWhenTheHelloComesInPieces(World& w) {
  const auto identity = w.ServerIdentity("server_p256");
  int calls = 0;
  const auto choose = [&](const ClientHello&, IdentityReply reply) {
    ++calls;
    reply.Answer(identity);
  };
  w.Open(w.ClientRules(), w.ServerRules(choose));
  w.to_server().knobs.receive_chop = 1;
  w.to_server().knobs.capacity = 1;
  w.Handshake();
  w.Equal(calls, 1, "calls of the hook");
}

constexpr Scenario kScenarios[] = {
    {"IdentityIsChosenByServerName", kEach, ChoosesByServerName},
    {"HookSeesWhatTheClientOffers", kEach, HookSeesTheOffer},
    {"HookRunsOnceWhenTheHelloComesInPieces", kEach, HookRunsOnceWhenTheHelloComesInPieces},
    {"HookThatFailsIsUnrecognizedName", kEach, HookThatFails},
    {"HookThatDropsItsReplyIsUnrecognizedName", kEach, HookThatDropsItsReply},
    {"HookThatKeepsItsReplyWithoutARuntimeIsMisuse", kEach, HookThatKeepsItsReply},
    {"HookThatThrowsIsMisuse", kEach, HookThatThrows},
    {"HookThatAnswersWithNobodyIsMisuse", kEach, HookThatAnswersWithNobody},
    {"IdentityOfAnotherBackendIsMisuse", kEach, IdentityOfAnotherBackend},
};

}  // namespace

std::span<const Scenario> IdentityScenarios() { return kScenarios; }

}  // namespace tandem::conformance
