// Private keys that live elsewhere: what they are asked for, and what they may not be able to do.

#include <memory>
#include <string>
#include <utility>

#include "conformance/pki/pki.h"
#include "conformance/scenarios/scenario.h"
#include "conformance/scenarios/suspension.h"
#include "tandem/backend.h"

namespace tandem::conformance {
namespace {

using engine::KeyDigest;
using engine::KeyUse;
using engine::SignatureForm;

// RSA key exchange, and the newest suite without it.
constexpr CipherSuite kRsaExchange = 0x009C;
constexpr CipherSuite kEphemeral = 0xC02F;

constexpr SignatureScheme kPkcs1Sha256 = 0x0401;
constexpr SignatureScheme kPssSha256 = 0x0804;
// The chains' own signatures.
constexpr SignatureScheme kEcdsaSha256 = 0x0403;

std::size_t SizeOf(KeyDigest digest) {
  switch (digest) {
    case KeyDigest::kNone: return 0;
    case KeyDigest::kSha1: return 20;
    case KeyDigest::kSha224: return 28;
    case KeyDigest::kSha256: return 32;
    case KeyDigest::kSha384: return 48;
    case KeyDigest::kSha512: return 64;
  }
  return 0;
}

// An engine needs nothing but the request to know what to do.
void RequestMakesSense(World& w, const engine::KeyRequest& request, std::string_view identity) {
  w.That(request.use == KeyUse::kSign, "it was not asked to sign");
  const std::size_t digest = SizeOf(request.digest);
  if (identity == "server_ed25519") {
    w.That(request.form == SignatureForm::kEd25519, "not the form of Ed25519");
    w.Equal(digest, std::size_t{0}, "bytes of a digest");
    w.That(request.input.size() > 64, "the message is not whole");
    return;
  }
  w.Equal(request.input.size(), digest, "bytes to sign");
  if (identity == "server_p256" || identity == "client_good") {
    w.That(request.form == SignatureForm::kEcdsa, "not the form of ECDSA");
  } else if (w.tls13()) {
    w.That(request.form == SignatureForm::kRsaPss, "not the form that TLS 1.3 wants of RSA");
  }
}

void EachKindOfKeyMayBeElsewhere(World& w) {
  const auto desk = Questions::Make(w);
  desk->SetAll(Manner::kLater);
  for (const std::string_view identity : {"server_rsa", "server_p256", "server_ed25519"}) {
    const Note note(w.checks(), std::string(identity));
    const auto server =
        w.ServerRules(desk->External(w.ServerIdentity(identity), Point::kServerKey));
    if (!ConnectAndTalk(w, {w.Build(w.ClientRules()), w.Build(server)})) return;
    RequestMakesSense(w, desk->last_request(), identity);
  }
  for (const std::string_view identity : {"client_good", "client_rsa"}) {
    const Note note(w.checks(), std::string(identity));
    const auto client = w.ClientRules().ClientIdentity(
        desk->External(w.ClientIdentity(identity), Point::kClientKey));
    const auto server =
        w.ServerRules().ClientCertificates(ClientCertificate::kRequired, World::Roots());
    if (!ConnectAndTalk(w, {w.Build(client), w.Build(server)})) return;
    RequestMakesSense(w, desk->last_request(), identity);
  }
}

// --- Decryption ----------------------------------------------------------------------------------

ExchangeConfigs BuildDecrypting(World& w, Questions& desk) {
  const auto identity = desk.External(w.ServerIdentity("server_rsa"), Point::kServerKey);
  return {w.Build(w.ClientRules().CipherSuites({kRsaExchange})),
          w.Build(w.ServerRules(identity).CipherSuites({kRsaExchange}))};
}

void WaitsForDecryption(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = BuildDecrypting(w, *desk);
  for (const Manner manner : {Manner::kAtOnce, Manner::kLater, Manner::kElsewhere}) {
    desk->SetAll(manner);
    EachWay(w, [&] { ConnectAndTalk(w, configs); });
    w.That(desk->last_request().use == KeyUse::kDecrypt, "it was not asked to decrypt");
    w.Equal(desk->last_request().input.size(), std::size_t{256}, "bytes of the ciphertext");
  }
}

// The alert is the libraries' own.
void EngineThatCannotDecryptIsReported(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = BuildDecrypting(w, *desk);
  for (const Manner manner : {Manner::kFails, Manner::kThrows}) {
    desk->SetAll(manner);
    w.Open(configs.client, configs.server);
    FailsAt(w, Point::kServerKey, {.kind = ErrorKind::kInternal, .sent = Alert::kDecryptError});
  }
}

// RFC 5246 section 7.4.7.1: who sends a bad ciphertext learns nothing from what comes of it.
void BadCiphertextLooksLikeAWrongKey(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = BuildDecrypting(w, *desk);
  for (const auto answer : {Question::Answer::kNothing, Question::Answer::kGarbage}) {
    const auto question = WaitForPoint(w, desk, configs, Point::kServerKey);
    if (!question) return;
    const std::size_t before = w.to_client().sent();
    question->Settle(answer);
    FailsAt(w, Point::kServerKey, {.kind = ErrorKind::kProtocol, .sent = Alert::kBadRecordMac});
    w.Equal(w.to_client().sent() - before, std::size_t{7}, "bytes that the client is told");
  }
}

// --- What an engine lacks ------------------------------------------------------------------------

// The certificate of `name`, and the key of `whose`.
World::SharedIdentity Named(World& w, std::string_view name, std::string_view whose,
                            ExternalKey key) {
  const auto own = w.ServerIdentity(whose);
  if (own == nullptr) return nullptr;
  const auto desk = Questions::Make(w);
  desk->SetAll(Manner::kLater);
  key.engine = desk->EngineOf(Point::kServerKey);
  key.key = own->loaded().BlockingKey();
  auto identity = Identity::FromExternalKey(w.server_backend(), PkiText(name), std::move(key));
  if (!w.That(identity.ok(), "an external key cannot be named")) return nullptr;
  return *std::move(identity);
}

void SchemesOfTheEngineAreNegotiated(World& w) {
  for (const SignatureScheme scheme : {kPssSha256, kPkcs1Sha256}) {
    const Note note(w.checks(), SignatureSchemeName(scheme));
    const auto identity = Named(w, "server_rsa", "server_rsa", {nullptr, nullptr, {scheme}});
    const auto client =
        w.ClientRules().SignatureSchemes({kPkcs1Sha256, kPssSha256, 0x0805, kEcdsaSha256});
    w.Open(client, w.ServerRules(identity));
    if (w.tls13() && scheme == kPkcs1Sha256) {
      FailsAt(w, Point::kServerKey,
              {.kind = ErrorKind::kIncompatible, .sent = Alert::kHandshakeFailure});
      continue;
    }
    if (!w.Handshake()) return;
    w.Equal(w.client().session().info()->peer_signature, scheme, "the scheme");
  }
}

void NothingIsLeftWhereSchemesDoNotFit(World& w) {
  const auto identity = Named(w, "server_rsa", "server_rsa", {nullptr, nullptr, {kEcdsaSha256}});
  w.Open(w.ClientRules(), w.ServerRules(identity));
  FailsAt(w, Point::kServerKey,
          {.kind = ErrorKind::kIncompatible, .sent = Alert::kHandshakeFailure});
}

// A client signs by what its engine can, too.
void ClientsSchemesAreNegotiated(World& w) {
  const auto desk = Questions::Make(w);
  desk->SetAll(Manner::kLater);
  const auto own = w.ClientIdentity("client_rsa");
  for (const SignatureScheme scheme : {kPssSha256, SignatureScheme{0x0806}}) {
    const Note note(w.checks(), SignatureSchemeName(scheme));
    const auto identity = Identity::FromExternalKey(
        w.client_backend(), PkiText("client_rsa"),
        {desk->EngineOf(Point::kClientKey), own->loaded().BlockingKey(), {scheme}});
    if (!w.That(identity.ok(), "an external key cannot be named")) return;
    const auto server =
        w.ServerRules().ClientCertificates(ClientCertificate::kRequired, World::Roots());
    if (!ConnectAndTalk(w, {w.Build(w.ClientRules().ClientIdentity(*identity)), w.Build(server)})) {
      return;
    }
    w.Equal(w.server().session().info()->peer_signature, scheme, "the client's signature");
  }
}

void KeyThatCannotDecryptIsNotAskedTo(World& w) {
  const auto identity = Named(w, "server_rsa", "server_rsa", {nullptr, nullptr, {}, false});
  const auto server = w.ServerRules(identity).CipherSuites({kRsaExchange, kEphemeral});
  w.Open(w.ClientRules().CipherSuites({kRsaExchange}), server);
  FailsAt(w, Point::kServerKey,
          {.kind = ErrorKind::kIncompatible, .sent = Alert::kHandshakeFailure});
  w.Open(w.ClientRules().CipherSuites({kRsaExchange, kEphemeral}), server);
  if (!w.Handshake()) return;
  w.Equal(w.client().session().info()->cipher_suite, kEphemeral, "the suite");
}

// --- Answers that are wrong ----------------------------------------------------------------------

void WrongSignatureIsNoProof(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  for (const Point point : {Point::kServerKey, Point::kClientKey}) {
    for (const auto answer : {Question::Answer::kNothing, Question::Answer::kGarbage}) {
      const Note note(w.checks(), Show(point));
      const auto question = WaitForPoint(w, desk, configs, point);
      if (!question) return;
      question->Settle(answer);
      w.RunUntilQuiet();
      w.That(EndOf(w, point).error() != nullptr, "it lives; " + EndOf(w, point).Describe());
      w.That(PeerOf(w, point).error() != nullptr, "it lives; " + PeerOf(w, point).Describe());
      w.That(!PeerOf(w, point).handshake_done(), "its peer believes it");
    }
  }
}

// The certificate of one server, and the key of another.
void KeyOfAnotherCertificateProvesNothing(World& w) {
  const auto identity = Named(w, "server_p256", "server_other", {});
  w.Open(w.ClientRules(), w.ServerRules(identity));
  w.RunUntilQuiet();
  w.That(w.client().error() != nullptr && w.server().error() != nullptr, "they live");
  w.That(!w.client().handshake_done(), "the client believes it");
}

// --- Misuse --------------------------------------------------------------------------------------

void ExternalKeyWithoutRuntimeIsMisuse(World& w) {
  const auto desk = Questions::Make(w);
  const auto server_config =
      w.Build(w.ServerRules(desk->External(w.ServerIdentity("server_p256"), Point::kServerKey)));
  const auto client_config = w.Build(desk->ClientRules());
  w.Open(nullptr, nullptr);
  const auto server = Session::Server(server_config, w.server().transport());
  const auto client =
      Session::Client(client_config, *ServerName::Dns("server.test"), w.client().transport());
  w.That(!server.ok() && server.error().kind == ErrorKind::kMisuse, "a server without a Runtime");
  w.That(!client.ok() && client.error().kind == ErrorKind::kMisuse, "a client without a Runtime");
}

// What is chosen is not known before.
void ChosenExternalKeyWithoutRuntimeIsMisuse(World& w) {
  const auto desk = Questions::Make(w);
  const auto external = desk->External(w.ServerIdentity("server_p256"), Point::kServerKey);
  const auto choose = desk->Choosing(external);
  w.loop().DropRuntime();
  w.Open(w.ClientRules(), w.ServerRules(choose));
  FailsAt(w, Point::kServerKey, {.kind = ErrorKind::kMisuse, .sent = Alert::kInternalError});
}

void ExternalKeysThatMakeNoSenseAreMisuse(World& w) {
  const auto own = w.ServerIdentity("server_p256");
  const auto elsewhere = Questions::Make(w)->EngineOf(Point::kServerKey);
  const auto key = own->loaded().BlockingKey();
  const auto is_misuse = [&](const Result<World::SharedIdentity>& made, std::string_view what) {
    w.That(!made.ok() && made.error().kind == ErrorKind::kMisuse, what);
  };
  const auto named = [&](ExternalKey external, std::string_view text) {
    return Identity::FromExternalKey(w.server_backend(), text, std::move(external));
  };
  is_misuse(named({nullptr, key, {}}, PkiText("server_p256")), "a key without an engine");
  is_misuse(named({elsewhere, nullptr, {}}, PkiText("server_p256")), "an engine without a key");
  is_misuse(named({elsewhere, key, {}}, "nothing"), "a key without a certificate");
  is_misuse(Identity::OnEngine(nullptr, elsewhere), "nobody's key");
  is_misuse(Identity::OnEngine(own, nullptr), "no engine");
  const auto external = w.OnEngine(own, elsewhere);
  is_misuse(Identity::OnEngine(external, elsewhere), "a key that is on an engine already");
  w.That(external != nullptr && external->is_external() && !own->is_external(), "is_external()");
}

constexpr Scenario kScenarios[] = {
    {"EachKindOfKeyMayBeElsewhere", kEach, EachKindOfKeyMayBeElsewhere},
    {"HandshakeWaitsForTheServersDecryption", kTls12, WaitsForDecryption},
    {"EngineThatFailsToDecryptEndsTheHandshake", kTls12, EngineThatCannotDecryptIsReported},
    {"BadCiphertextLooksLikeAWrongKey", kTls12, BadCiphertextLooksLikeAWrongKey},
    {"SchemesOfTheEngineAreNegotiatedAndNoOthers", kEach, SchemesOfTheEngineAreNegotiated},
    {"SchemesThatDoNotFitTheKeyLeaveNothing", kEach, NothingIsLeftWhereSchemesDoNotFit},
    {"SchemesOfTheClientsEngineAreNegotiated", kEach, ClientsSchemesAreNegotiated},
    {"KeyThatCannotDecryptIsNotAskedTo", kTls12, KeyThatCannotDecryptIsNotAskedTo},
    {"WrongSignatureIsNoProof", kEach, WrongSignatureIsNoProof},
    {"KeyOfAnotherCertificateProvesNothing", kEach, KeyOfAnotherCertificateProvesNothing},
    {"ExternalKeyWithoutRuntimeIsMisuse", kEach, ExternalKeyWithoutRuntimeIsMisuse},
    {"ChosenExternalKeyWithoutRuntimeIsMisuse", kEach, ChosenExternalKeyWithoutRuntimeIsMisuse},
    {"ExternalKeysThatMakeNoSenseAreMisuse", kMixed, ExternalKeysThatMakeNoSenseAreMisuse},
};

}  // namespace

std::span<const Scenario> SuspensionKeyScenarios() { return kScenarios; }

}  // namespace tandem::conformance
