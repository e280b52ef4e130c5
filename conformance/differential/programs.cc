#include "conformance/differential/programs.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/pki/pki.h"
#include "tandem/backend.h"
#include "tandem/pem.h"
#include "tandem/trust.h"

namespace tandem::conformance {
namespace {

using engine::Reply;
using Suites = std::vector<CipherSuite>;
using SharedIdentity = std::shared_ptr<const Identity>;

template <typename Numbers>
std::vector<typename Numbers::value_type> Backwards(const Numbers& numbers) {
  return {numbers.rbegin(), numbers.rend()};
}

// Sets that every backend can enforce: one cipher with every key exchange.
Suites SuitesOf(std::string_view word) {
  if (word == "aes128") return {0x1301, 0xC02B, 0xC02F};
  if (word == "aes256") return {0x1302, 0xC02C, 0xC030};
  if (word == "chacha20") return {0x1303, 0xCCA9, 0xCCA8};
  return Backwards(kDefaultCipherSuites);
}

std::vector<Group> GroupsOf(std::string_view word) {
  if (word == "x25519") return {0x001D};
  if (word == "p256") return {0x0017};
  if (word == "p384") return {0x0018};
  if (word == "p521") return {0x0019};
  return Backwards(kDefaultGroups);
}

std::vector<SignatureScheme> SchemesOf(std::string_view word) {
  if (word == "ecdsa") return {0x0403, 0x0503};
  if (word == "rsa_pss") return {0x0804, 0x0805};
  if (word == "rsa_pkcs1") return {0x0401, 0x0403};
  if (word == "ed25519") return {0x0807, 0x0403, 0x0401};
  return Backwards(kDefaultSignatureSchemes);
}

std::vector<std::string> ProtocolsOf(std::string_view word) {
  if (word == "h2") return {"h2"};
  if (word == "h2,http/1.1") return {"h2", "http/1.1"};
  if (word == "http/1.1,h2") return {"http/1.1", "h2"};
  return {"imap"};
}

AlpnPolicy AlpnPolicyOf(std::string_view word) {
  if (word == "ignore") return AlpnPolicy::kIgnore;
  return word == "present" ? AlpnPolicy::kMustPresent : AlpnPolicy::kMustMatch;
}

// Answers as `word` says: "answers", "fails", "drops", "throws" or "waits".
template <typename T>
void AnswerAs(std::string_view word, T value, Reply<T> reply, std::vector<Reply<T>>& waiting) {
  if (word == "throws") throw std::runtime_error("a hook of the script");
  if (word == "drops") return;
  if (word == "fails") return reply.Fail("as the script says");
  if (word == "waits") return waiting.push_back(std::move(reply));
  reply.Answer(std::move(value));
}

Trust WithVerifier(Trust trust, std::string_view word) {
  if (word == "none") return trust;
  auto waiting = std::make_shared<std::vector<Reply<PeerOpinion>>>();
  trust.FurtherVerifier([word, waiting](const PeerCertificates&, Reply<PeerOpinion> reply) {
    PeerOpinion opinion;
    if (word == "refuses") opinion.refused = Verdict::kRevoked;
    AnswerAs(word, std::move(opinion), std::move(reply), *waiting);
  });
  return trust;
}

Trust TrustOf(const Setup& setup, const Backend& backend) {
  const std::string_view word = setup[Field::kTrust];
  if (word == "anybody") return Trust::DangerNone();
  if (word == "nobody") return Trust::FromDer({});
  if (word == "root_b") return World::Roots("root_b");
  if (word == "root_b_and_a") {
    auto both = Trust::FromPem(std::string(PkiText("root_b")) + std::string(PkiText("root_a")));
    return both.ok() ? *std::move(both) : Trust::FromDer({});
  }
  if (word != "right_pin" && word != "wrong_pin") return World::Roots();
  Pin pin{.of = Pin::Of::kCertificate};
  const auto leaf = ReadPem(PkiLeafText(setup[Field::kIdentity]));
  if (word == "right_pin" && leaf.ok() && !leaf->empty()) {
    const Bytes digest = backend.Digest(Hash::kSha256, leaf->front().der);
    std::copy_n(digest.begin(), std::min(digest.size(), pin.sha256.size()), pin.sha256.begin());
  }
  return Trust::FromPins({pin});
}

// The fields that a client and a server each have.
struct SideFields {
  Field versions;
  Field suites;
  Field groups;
  Field schemes;
  Field alpn;
  Field alpn_policy;
};

void ApplySide(const Setup& setup, const SideFields& fields, World::Rules& rules) {
  const std::string_view versions = setup[fields.versions];
  rules.Versions(versions == "1.3" ? Version::kTls13 : Version::kTls12,
                 versions == "1.2" ? Version::kTls12 : Version::kTls13);
  if (!setup.IsPlain(fields.suites)) rules.CipherSuites(SuitesOf(setup[fields.suites]));
  if (!setup.IsPlain(fields.groups)) rules.Groups(GroupsOf(setup[fields.groups]));
  if (!setup.IsPlain(fields.schemes)) rules.SignatureSchemes(SchemesOf(setup[fields.schemes]));
  if (!setup.IsPlain(fields.alpn)) {
    rules.Alpn(ProtocolsOf(setup[fields.alpn]), AlpnPolicyOf(setup[fields.alpn_policy]));
  }
  int timeout = 0;
  const std::string_view text = setup[Field::kTimeout];
  std::from_chars(text.data(), text.data() + text.size(), timeout);
  rules.HandshakeTimeout(std::chrono::milliseconds(timeout));
}

World::Rules StartServer(const Setup& setup, World& world) {
  SharedIdentity identity = world.ServerIdentity(setup[Field::kIdentity]);
  const std::string_view word = setup[Field::kChooser];
  if (word == "none") return world.ServerRules(std::move(identity));
  auto waiting = std::make_shared<std::vector<Reply<SharedIdentity>>>();
  return world.ServerRules(
      [word, identity, waiting](const ClientHello&, Reply<SharedIdentity> reply) {
        AnswerAs(word, identity, std::move(reply), *waiting);
      });
}

}  // namespace

void SetDate(const Setup& setup, World& world) {
  int year = 0;
  const std::string_view text = setup[Field::kYear];
  std::from_chars(text.data(), text.data() + text.size(), year);
  world.SetDate(std::chrono::sys_days{std::chrono::year{year} / 6 / 15});
}

Result<World::SharedConfig> BuildClient(const Setup& setup, World& world) {
  Trust trust = WithVerifier(TrustOf(setup, world.client_backend()), setup[Field::kVerifier]);
  World::Rules rules = world.ClientRules(std::move(trust));
  ApplySide(setup,
            {Field::kClientVersions, Field::kClientSuites, Field::kClientGroups,
             Field::kClientSchemes, Field::kClientAlpn, Field::kClientAlpnPolicy},
            rules);
  if (!setup.IsPlain(Field::kShow)) rules.ClientIdentity(world.ClientIdentity(setup[Field::kShow]));
  return rules.Build();
}

Result<World::SharedConfig> BuildServer(const Setup& setup, World& world) {
  World::Rules rules = StartServer(setup, world);
  ApplySide(setup,
            {Field::kServerVersions, Field::kServerSuites, Field::kServerGroups,
             Field::kServerSchemes, Field::kServerAlpn, Field::kServerAlpnPolicy},
            rules);
  const std::string_view ask = setup[Field::kAsk];
  if (ask != "none") {
    rules.ClientCertificates(
        ask == "required" ? ClientCertificate::kRequired : ClientCertificate::kOptional,
        WithVerifier(World::Roots(), setup[Field::kShownVerifier]));
  }
  return rules.Build();
}

}  // namespace tandem::conformance
