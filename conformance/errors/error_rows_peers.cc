// The error table: two sessions of ours that share nothing, or do not trust each other.

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/errors/error_table.h"
#include "conformance/pki/pki.h"
#include "tandem/engine/reply.h"
#include "tandem/pem.h"

namespace tandem::conformance {
namespace {

using IdentityReply = engine::Reply<std::shared_ptr<const Identity>>;

// --- Sharing nothing ----------------------------------------------------------------------------

void Versions12And13(World& w) {
  w.Open(w.ClientRules().Versions(Version::kTls12, Version::kTls12),
         w.ServerRules().Versions(Version::kTls13, Version::kTls13));
}

void Versions13And12(World& w) {
  w.Open(w.ClientRules().Versions(Version::kTls13, Version::kTls13),
         w.ServerRules().Versions(Version::kTls12, Version::kTls12));
}

void NoSuite(World& w) {
  w.Open(w.ClientRules().CipherSuites({0x1301, 0xC02B}),
         w.ServerRules().CipherSuites({0x1302, 0xC02C}));
}

void SuiteOfAnotherKey(World& w) {
  w.Open(w.ClientRules().CipherSuites({0xC02F}), w.ServerRules());
}

void NoGroup(World& w) {
  w.Open(w.ClientRules().Groups({0x001D}), w.ServerRules("server_rsa").Groups({0x0018}));
}

void NoScheme(World& w) {
  w.Open(w.ClientRules().SignatureSchemes({0x0804, 0x0401}), w.ServerRules());
}

void NoProtocol(World& w) {
  w.Open(w.ClientRules().Alpn({"h2"}), w.ServerRules().Alpn({"http/1.1"}));
}

void ProtocolRequired(World& w) {
  w.Open(w.ClientRules(), w.ServerRules().Alpn({"h2"}, AlpnPolicy::kMustPresent));
}

void ProtocolRequiredByClient(World& w) {
  w.Open(w.ClientRules().Alpn({"h2"}, AlpnPolicy::kMustPresent), w.ServerRules());
}

void Chosen(World& w, ChooseIdentity choose) {
  w.Open(w.ClientRules(), w.ServerRules(std::move(choose)));
}

void NoIdentity(World& w) {
  Chosen(w, [](const ClientHello&, IdentityReply reply) { reply.Fail("no such name"); });
}

void NullIdentity(World& w) {
  Chosen(w, [](const ClientHello&, IdentityReply reply) { reply.Answer(nullptr); });
}

void HookThrows(World& w) {
  Chosen(w, [](const ClientHello&, const IdentityReply&) { throw std::runtime_error("oops"); });
}

void HookDropsReply(World& w) {
  Chosen(w, [](const ClientHello&, const IdentityReply&) {});
}

void HookKeepsReply(World& w) {
  auto kept = std::make_shared<std::vector<IdentityReply>>();
  Chosen(w, [kept](const ClientHello&, IdentityReply reply) { kept->push_back(std::move(reply)); });
}

constexpr ErrorRow kIncompatible[] = {
    {"OldClientNewServer",
     "client speaks TLS 1.2 only, server 1.3 only",
     Versions::kMixed,
     Versions12And13,
     {Told(Alert::kProtocolVersion), Fails(ErrorKind::kIncompatible, Alert::kProtocolVersion)}},
    {"NewClientOldServer",
     "client speaks TLS 1.3 only, server 1.2 only",
     Versions::kMixed,
     Versions13And12,
     {Told(Alert::kProtocolVersion), Fails(ErrorKind::kIncompatible, Alert::kProtocolVersion)}},
    {"NoSuite",
     "no common cipher suite",
     Versions::kEach,
     NoSuite,
     {Told(Alert::kHandshakeFailure), Fails(ErrorKind::kIncompatible, Alert::kHandshakeFailure)}},
    {"SuiteOfAnotherKey",
     "the client's suites are for another kind of key than the server's",
     Versions::kTls12,
     SuiteOfAnotherKey,
     {Told(Alert::kHandshakeFailure), Fails(ErrorKind::kIncompatible, Alert::kHandshakeFailure)}},
    {"NoGroup",
     "no common group",
     Versions::kEach,
     NoGroup,
     {Told(Alert::kHandshakeFailure), Fails(ErrorKind::kIncompatible, Alert::kHandshakeFailure)}},
    {"NoScheme",
     "the client reads no signature of the server's key",
     Versions::kEach,
     NoScheme,
     {Told(Alert::kHandshakeFailure), Fails(ErrorKind::kIncompatible, Alert::kHandshakeFailure)}},
    {"NoProtocol",
     "both name protocols (ALPN) and share none",
     Versions::kEach,
     NoProtocol,
     {Told(Alert::kNoApplicationProtocol),
      Fails(ErrorKind::kIncompatible, Alert::kNoApplicationProtocol)}},
    {"ProtocolRequired",
     "the server requires ALPN, the client names none",
     Versions::kEach,
     ProtocolRequired,
     {Told(Alert::kNoApplicationProtocol),
      Fails(ErrorKind::kIncompatible, Alert::kNoApplicationProtocol)}},
    {"ProtocolRequiredByClient",
     "the client requires ALPN, the server selects none",
     Versions::kEach,
     ProtocolRequiredByClient,
     {Fails(ErrorKind::kIncompatible), kLives}},
    {"NoIdentity",
     "the server's hook has no identity for the name",
     Versions::kEach,
     NoIdentity,
     {Told(Alert::kUnrecognizedName), Fails(ErrorKind::kIncompatible, Alert::kUnrecognizedName)}},
    {"NullIdentity",
     "the server's hook answers with no identity",
     Versions::kEach,
     NullIdentity,
     {Told(Alert::kInternalError), Fails(ErrorKind::kMisuse, Alert::kInternalError)}},
    {"HookThrows",
     "the server's hook throws",
     Versions::kEach,
     HookThrows,
     {Told(Alert::kInternalError), Fails(ErrorKind::kMisuse, Alert::kInternalError)}},
    {"HookDropsReply",
     "the server's hook drops its reply",
     Versions::kEach,
     HookDropsReply,
     {Told(Alert::kUnrecognizedName), Fails(ErrorKind::kIncompatible, Alert::kUnrecognizedName)}},
    {"HookKeepsReply",
     "the server's hook keeps its reply open",
     Versions::kEach,
     HookKeepsReply,
     {Told(Alert::kInternalError), Fails(ErrorKind::kMisuse, Alert::kInternalError)}},
};

// --- Trust --------------------------------------------------------------------------------------

void Shows(World& w, std::string_view identity, std::string_view name = "server.test") {
  w.Open(w.ClientRules(), w.ServerRules(identity), name);
}

void Judges(World& w, Trust trust, std::string_view identity = "server_p256") {
  w.Open(w.ClientRules(std::move(trust)), w.ServerRules(identity));
}

// An identity whose certificate's signature has been changed.
World::SharedIdentity Forged(World& w, const Backend& backend, std::string_view name) {
  IdentityMaterial material;
  if (auto chain = ReadPemCertificates(PkiText(name)); chain.ok()) material.chain = *chain;
  if (auto key = ReadPem(PkiText(std::string(name) + ".key")); key.ok()) {
    material.key = key->front().der;
  }
  if (w.That(!material.chain.empty(), "no certificate"))
    material.chain.front().back() ^= std::byte{1};
  auto identity = Identity::FromDer(backend, material);
  if (identity.ok()) return *std::move(identity);
  w.That(false, "cannot load a forged certificate: " + identity.error().ToString());
  return nullptr;
}

Pin OtherPin() {
  Pin pin;
  pin.of = Pin::Of::kPublicKey;
  pin.sha256.fill(std::byte{7});
  return pin;
}

template <Verdict kVerdict>
Trust Further() {
  Trust trust = World::Roots();
  trust.FurtherVerifier(
      [](const PeerCertificates&, engine::Reply<PeerOpinion> reply) { reply.Answer({kVerdict}); });
  return trust;
}

template <Verdict kVerdict>
void ServerRefusedAs(World& w) {
  Judges(w, Further<kVerdict>());
}

void Expired(World& w) { Shows(w, "server_expired"); }
void NotYetValid(World& w) { Shows(w, "server_not_yet_valid"); }
void WrongName(World& w) { Shows(w, "server_p256", "other.test"); }
void OtherRoot(World& w) { Shows(w, "server_root_b"); }
void SelfSigned(World& w) { Shows(w, "server_self_signed"); }
void WrongPurpose(World& w) { Shows(w, "server_wrong_purpose"); }
void WeakKey(World& w) { Shows(w, "server_weak"); }
void Constrained(World& w) { Shows(w, "server_constrained"); }
void UnderLeaf(World& w) { Shows(w, "server_under_leaf"); }
void TooDeep(World& w) { Judges(w, World::Roots().MaxIntermediates(0), "server_chained"); }
void RevocationUnknown(World& w) {
  Judges(w, World::Roots().RevocationLists({}, Revocation::kLeaf));
}
void NotPinned(World& w) { Judges(w, World::Roots().RequirePin({OtherPin()})); }
void NotPinnedAlone(World& w) { Judges(w, Trust::FromPins({OtherPin()})); }
void BadSignature(World& w) {
  w.Open(w.ClientRules(), w.ServerRules(Forged(w, w.server_backend(), "server_p256")));
}

// --- Client certificates ------------------------------------------------------------------------

// The client has something to say, and would read: it must hear of the refusal.
void ClientShows(World& w, const World::SharedIdentity& identity, Trust trust) {
  auto client = w.ClientRules();
  if (identity != nullptr) client.ClientIdentity(identity);
  w.Open(client,
         w.ServerRules().ClientCertificates(ClientCertificate::kRequired, std::move(trust)));
}

void ClientShows(World& w, std::string_view identity) {
  ClientShows(w, w.ClientIdentity(identity), World::Roots());
}

void ClientWithout(World& w) { ClientShows(w, nullptr, World::Roots()); }
void ClientExpired(World& w) { ClientShows(w, "client_expired"); }
void ClientOtherRoot(World& w) { ClientShows(w, "client_root_b"); }
void ClientWrongPurpose(World& w) { ClientShows(w, "server_p256"); }
void ClientNotYetValid(World& w) { ClientShows(w, "server_not_yet_valid"); }
void ClientWeak(World& w) { ClientShows(w, "server_weak"); }
void ClientBadSignature(World& w) {
  ClientShows(w, Forged(w, w.client_backend(), "client_good"), World::Roots());
}
void ClientNotPinned(World& w) {
  ClientShows(w, w.ClientIdentity("client_good"), World::Roots().RequirePin({OtherPin()}));
}
void ClientRevocationUnknown(World& w) {
  ClientShows(w, w.ClientIdentity("client_good"),
              World::Roots().RevocationLists({}, Revocation::kLeaf));
}
template <Verdict kVerdict>
void ClientRefusedAs(World& w) {
  ClientShows(w, w.ClientIdentity("client_good"), Further<kVerdict>());
}

constexpr ErrorRow kCertificates[] = {
    {"Expired",
     "the server's certificate has expired",
     Versions::kEach,
     Expired,
     {Distrusts(Verdict::kExpired, Alert::kCertificateExpired), Told(Alert::kCertificateExpired)}},
    {"NotYetValid",
     "the server's certificate is not valid yet",
     Versions::kEach,
     NotYetValid,
     {Distrusts(Verdict::kNotYetValid, Alert::kBadCertificate), Told(Alert::kBadCertificate)}},
    {"WrongName",
     "the server's certificate is for another name",
     Versions::kEach,
     WrongName,
     {Distrusts(Verdict::kWrongName, Alert::kBadCertificate), Told(Alert::kBadCertificate)}},
    {"OtherRoot",
     "the server's certificate has a root that is not trusted",
     Versions::kEach,
     OtherRoot,
     {Distrusts(Verdict::kUnknownIssuer, Alert::kUnknownCa), Told(Alert::kUnknownCa)}},
    {"SelfSigned",
     "the server's certificate has signed itself",
     Versions::kEach,
     SelfSigned,
     {Distrusts(Verdict::kUnknownIssuer, Alert::kUnknownCa), Told(Alert::kUnknownCa)}},
    {"BadSignature",
     "the server's certificate has a wrong signature",
     Versions::kEach,
     BadSignature,
     {Distrusts(Verdict::kBadSignature, Alert::kDecryptError), Told(Alert::kDecryptError)}},
    {"WrongPurpose",
     "the server's certificate is for clients",
     Versions::kEach,
     WrongPurpose,
     {Distrusts(Verdict::kWrongPurpose, Alert::kUnsupportedCertificate),
      Told(Alert::kUnsupportedCertificate)}},
    {"WeakKey",
     "the server's key is too short",
     Versions::kEach,
     WeakKey,
     {Distrusts(Verdict::kWeak, Alert::kBadCertificate), Told(Alert::kBadCertificate)}},
    {"Constrained",
     "the server's CA may not speak for the name",
     Versions::kEach,
     Constrained,
     {Distrusts(Verdict::kNameConstraint, Alert::kBadCertificate), Told(Alert::kBadCertificate)}},
    {"UnderLeaf",
     "the server's certificate was issued by one that is no CA",
     Versions::kEach,
     UnderLeaf,
     {Distrusts(Verdict::kWrongPurpose, Alert::kUnsupportedCertificate),
      Told(Alert::kUnsupportedCertificate)}},
    {"TooDeep",
     "the server's chain is longer than the client allows",
     Versions::kEach,
     TooDeep,
     {Distrusts(Verdict::kTooDeep, Alert::kUnknownCa), Told(Alert::kUnknownCa)}},
    {"RevocationUnknown",
     "the client demands revocation lists and has none",
     Versions::kEach,
     RevocationUnknown,
     {Distrusts(Verdict::kRevocationUnknown, Alert::kCertificateUnknown),
      Told(Alert::kCertificateUnknown)}},
    {"NotPinned",
     "the server's key is not pinned",
     Versions::kEach,
     NotPinned,
     {Distrusts(Verdict::kNotPinned, Alert::kBadCertificate), Told(Alert::kBadCertificate)}},
    {"NotPinnedAlone",
     "the server's key is not pinned, and nothing else counts",
     Versions::kEach,
     NotPinnedAlone,
     {Distrusts(Verdict::kNotPinned, Alert::kBadCertificate), Told(Alert::kBadCertificate)}},
    {"ServerMalformed",
     "the client's verifier says: malformed",
     Versions::kEach,
     ServerRefusedAs<Verdict::kMalformed>,
     {Distrusts(Verdict::kMalformed, Alert::kBadCertificate), Told(Alert::kBadCertificate)}},
    {"ServerRevoked",
     "the client's verifier says: revoked",
     Versions::kEach,
     ServerRefusedAs<Verdict::kRevoked>,
     {Distrusts(Verdict::kRevoked, Alert::kCertificateRevoked), Told(Alert::kCertificateRevoked)}},
    {"ServerCritical",
     "the client's verifier says: critical extension",
     Versions::kEach,
     ServerRefusedAs<Verdict::kCriticalExtension>,
     {Distrusts(Verdict::kCriticalExtension, Alert::kCertificateUnknown),
      Told(Alert::kCertificateUnknown)}},
    {"ServerRefused",
     "the client's verifier says: refused",
     Versions::kEach,
     ServerRefusedAs<Verdict::kRefused>,
     {Distrusts(Verdict::kRefused, Alert::kCertificateUnknown), Told(Alert::kCertificateUnknown)}},
    {"ServerOther",
     "the client's verifier says: other",
     Versions::kEach,
     ServerRefusedAs<Verdict::kOther>,
     {Distrusts(Verdict::kOther, Alert::kCertificateUnknown), Told(Alert::kCertificateUnknown)}},
    {"ClientWithout",
     "the client has no certificate and one is required",
     Versions::kTls12,
     ClientWithout,
     {Told(Alert::kHandshakeFailure),
      Distrusts(Verdict::kNoCertificate, Alert::kHandshakeFailure)}},
    {"ClientWithout",
     "the client has no certificate and one is required",
     Versions::kTls13,
     ClientWithout,
     {Told(Alert::kCertificateRequired),
      Distrusts(Verdict::kNoCertificate, Alert::kCertificateRequired)}},
    {"ClientExpired",
     "the client's certificate has expired",
     Versions::kEach,
     ClientExpired,
     {Told(Alert::kCertificateExpired), Distrusts(Verdict::kExpired, Alert::kCertificateExpired)}},
    {"ClientNotYetValid",
     "the client's certificate is not valid yet, and for servers",
     Versions::kEach,
     ClientNotYetValid,
     {Told(Alert::kBadCertificate), Distrusts(Verdict::kNotYetValid, Alert::kBadCertificate)}},
    {"ClientOtherRoot",
     "the client's certificate has a root that is not trusted",
     Versions::kEach,
     ClientOtherRoot,
     {Told(Alert::kUnknownCa), Distrusts(Verdict::kUnknownIssuer, Alert::kUnknownCa)}},
    {"ClientBadSignature",
     "the client's certificate has a wrong signature",
     Versions::kEach,
     ClientBadSignature,
     {Told(Alert::kDecryptError), Distrusts(Verdict::kBadSignature, Alert::kDecryptError)}},
    {"ClientWrongPurpose",
     "the client's certificate is for servers",
     Versions::kEach,
     ClientWrongPurpose,
     {Told(Alert::kUnsupportedCertificate),
      Distrusts(Verdict::kWrongPurpose, Alert::kUnsupportedCertificate)}},
    {"ClientWeak",
     "the client's key is too short, and for servers",
     Versions::kEach,
     ClientWeak,
     {Told(Alert::kUnsupportedCertificate),
      Distrusts(Verdict::kWrongPurpose, Alert::kUnsupportedCertificate)}},
    {"ClientNotPinned",
     "the client's key is not pinned",
     Versions::kEach,
     ClientNotPinned,
     {Told(Alert::kBadCertificate), Distrusts(Verdict::kNotPinned, Alert::kBadCertificate)}},
    {"ClientRevocationUnknown",
     "the server demands revocation lists and has none",
     Versions::kEach,
     ClientRevocationUnknown,
     {Told(Alert::kCertificateUnknown),
      Distrusts(Verdict::kRevocationUnknown, Alert::kCertificateUnknown)}},
    {"ClientMalformed",
     "the server's verifier says: malformed",
     Versions::kEach,
     ClientRefusedAs<Verdict::kMalformed>,
     {Told(Alert::kBadCertificate), Distrusts(Verdict::kMalformed, Alert::kBadCertificate)}},
    {"ClientRevoked",
     "the server's verifier says: revoked",
     Versions::kEach,
     ClientRefusedAs<Verdict::kRevoked>,
     {Told(Alert::kCertificateRevoked), Distrusts(Verdict::kRevoked, Alert::kCertificateRevoked)}},
    {"ClientTooDeep",
     "the server's verifier says: too deep",
     Versions::kEach,
     ClientRefusedAs<Verdict::kTooDeep>,
     {Told(Alert::kUnknownCa), Distrusts(Verdict::kTooDeep, Alert::kUnknownCa)}},
    {"ClientConstrained",
     "the server's verifier says: name constraint",
     Versions::kEach,
     ClientRefusedAs<Verdict::kNameConstraint>,
     {Told(Alert::kBadCertificate), Distrusts(Verdict::kNameConstraint, Alert::kBadCertificate)}},
    {"ClientCritical",
     "the server's verifier says: critical extension",
     Versions::kEach,
     ClientRefusedAs<Verdict::kCriticalExtension>,
     {Told(Alert::kCertificateUnknown),
      Distrusts(Verdict::kCriticalExtension, Alert::kCertificateUnknown)}},
    {"ClientRefused",
     "the server's verifier says: refused",
     Versions::kEach,
     ClientRefusedAs<Verdict::kRefused>,
     {Told(Alert::kCertificateUnknown), Distrusts(Verdict::kRefused, Alert::kCertificateUnknown)}},
    {"ClientOther",
     "the server's verifier says: other",
     Versions::kEach,
     ClientRefusedAs<Verdict::kOther>,
     {Told(Alert::kCertificateUnknown), Distrusts(Verdict::kOther, Alert::kCertificateUnknown)}},
};

}  // namespace

std::span<const ErrorRow> IncompatibleRows() { return kIncompatible; }

std::span<const ErrorRow> CertificateRows() { return kCertificates; }

}  // namespace tandem::conformance
