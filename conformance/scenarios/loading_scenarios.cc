// Identities as people keep them: under lock, packed, renewed while the server runs.

#include <span>
#include <string>
#include <utility>

#include "conformance/pki/pki.h"
#include "conformance/scenarios/scenario.h"
#include "tandem/identity_store.h"
#include "tandem/pem.h"

namespace tandem::conformance {
namespace {

constexpr std::string_view kPassphrase = "open sesame";

Der Unwrapped(std::string_view name) { return (*ReadPem(PkiText(name))).front().der; }

void Serves(World& w, const Result<World::SharedIdentity>& identity, std::string_view what) {
  const Note note(w.checks(), std::string(what));
  if (!identity.ok()) {
    w.That(false, identity.error().ToString());
    return;
  }
  if (!w.Connect(w.ClientRules(), w.ServerRules(*identity))) return;
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
}

void IsRefused(World& w, const Result<World::SharedIdentity>& identity, ErrorKind kind,
               std::string_view what) {
  const Note note(w.checks(), std::string(what));
  if (!w.That(!identity.ok(), "it is loaded")) return;
  w.Equal(identity.error().kind, kind, identity.error().ToString());
}

Result<World::SharedIdentity> Unlock(World& w, std::string_view key, std::string_view chain,
                                     std::string_view passphrase = kPassphrase) {
  return Identity::FromPem(w.server_backend(), PkiText(chain), PkiText(key), passphrase);
}

Result<World::SharedIdentity> Unpack(World& w, std::string_view name,
                                     std::string_view passphrase = kPassphrase) {
  return Identity::FromPkcs12(w.server_backend(), Unwrapped(name), passphrase);
}

void LockedKeysServe(World& w) {
  Serves(w, Unlock(w, "locked_aes", "server_p256"), "AES");
  Serves(w, Unlock(w, "locked_3des", "server_rsa"), "3DES");
  Serves(w, Unlock(w, "locked_pkcs12_3des", "server_ed25519"), "3DES as in PKCS#12");
}

void KeysOfOldToolsServe(World& w) {
  Serves(w, Unlock(w, "locked_rc2", "server_p256"), "RC2");
  Serves(w, Unpack(w, "packed_rc2"), "RC2 in PKCS#12");
  for (const std::string_view passphrase : {"open barley", ""}) {
    IsRefused(w, Unlock(w, "locked_rc2", "server_p256", passphrase), ErrorKind::kMisuse, "RC2");
  }
}

void KeysUnderScryptServe(World& w) {
  const auto identity = Unlock(w, "locked_scrypt", "server_p256");
  if (!identity.ok()) w.Equal(identity.error().kind, ErrorKind::kUnsupported, "why it is refused");
  Serves(w, identity, "scrypt");
}

void WrongPassphrases(World& w) {
  for (const std::string_view name : {"locked_aes", "locked_3des", "locked_pkcs12_3des"}) {
    IsRefused(w, Unlock(w, name, "server_p256", "open barley"), ErrorKind::kMisuse, name);
    IsRefused(w, Unlock(w, name, "server_p256", ""), ErrorKind::kMisuse, name);
  }
  for (const std::string_view name : {"packed_aes", "packed_3des"}) {
    const auto wrong = Unpack(w, name, "open barley");
    IsRefused(w, wrong, ErrorKind::kMisuse, name);
    if (!wrong.ok()) {
      w.That(wrong.error().what.find("passphrase") != std::string::npos, wrong.error().what);
    }
    IsRefused(w, Unpack(w, name, ""), ErrorKind::kMisuse, name);
  }
  IsRefused(w, Unlock(w, "locked_aes", "server_rsa"), ErrorKind::kMisuse, "another's key");
}

void PackedIdentitiesServe(World& w) {
  const auto chained = Unpack(w, "packed_aes");
  Serves(w, chained, "AES");
  if (chained.ok()) {
    w.Equal((*chained)->chain().size(), std::size_t{3}, "certificates, the root among them");
    w.That((*chained)->chain().front() == (*ReadPem(PkiText("server_chained"))).front().der,
           "the first is not the key's");
  }
  Serves(w, Unpack(w, "packed_3des"), "3DES");
  Serves(w, Unpack(w, "packed_no_mac"), "without a MAC");
}

void BrokenPackagesAreMisuse(World& w) {
  IsRefused(w, Unpack(w, "packed_no_key"), ErrorKind::kMisuse, "no key");
  Der package = Unwrapped("packed_aes");
  IsRefused(w, Identity::FromPkcs12(w.server_backend(), {}, kPassphrase), ErrorKind::kMisuse,
            "nothing");
  for (std::size_t size = 1; size < package.size(); size += 1 + size / 7) {
    IsRefused(w,
              Identity::FromPkcs12(w.server_backend(), std::span(package).first(size), kPassphrase),
              ErrorKind::kMisuse, "cut at " + std::to_string(size));
  }
  package[package.size() / 2] ^= std::byte{1};
  const auto damaged = Identity::FromPkcs12(w.server_backend(), package, kPassphrase);
  w.That(!damaged.ok(), "a damaged one is loaded");
}

void StoreChoosesByScheme(World& w) {
  const auto store =
      IdentityStore::Make({{w.ServerIdentity("server_rsa")}, {w.ServerIdentity("server_p256")}});
  struct Case {
    std::vector<SignatureScheme> schemes;
    std::string_view identity;
  };
  const Case cases[] = {{{0x0804, 0x0401, 0x0403}, "server_rsa"}, {{0x0403}, "server_p256"}};
  for (const Case& c : cases) {
    const Note note(w.checks(), std::string(c.identity));
    if (!w.Connect(w.ClientRules().SignatureSchemes(c.schemes), w.ServerRules(store->Chooser()))) {
      return;
    }
    w.That(w.client().session().info()->peer_chain.front() ==
               (*ReadPem(PkiText(c.identity))).front().der,
           "another was chosen");
  }
}

void RenewalDropsNobody(World& w) {
  const auto store = IdentityStore::Make({{w.ServerIdentity("server_p256")}});
  const auto server = w.Build(w.ServerRules(store->Chooser()));
  const auto client = w.Build(w.ClientRules());
  w.Open(client, server);
  if (!w.Handshake()) return;
  store->Replace({{w.ServerIdentity("server_rsa")}});
  if (!w.Exchange(Pattern(100, 1), Pattern(100, 2))) return;
  const Der before = w.client().session().info()->peer_chain.front();

  w.Open(client, server);
  if (!w.Handshake()) return;
  w.That(w.client().session().info()->peer_chain.front() != before, "the old one is still served");
  w.Exchange(Pattern(100, 1), Pattern(100, 2));
}

constexpr Needs kOldCiphers = {
    .versions = Versions::kMixed,
    .capable = [](const Capabilities& has) { return has.legacy_pkcs12; }};

constexpr Scenario kScenarios[] = {
    {"KeysUnderLockServe", kMixed, LockedKeysServe},
    {"KeysOfOldToolsServe", kOldCiphers, KeysOfOldToolsServe},
    {"KeysUnderScryptServe", kMixed, KeysUnderScryptServe},
    {"WrongPassphrasesAreMisuse", kMixed, WrongPassphrases},
    {"PackedIdentitiesServe", kMixed, PackedIdentitiesServe},
    {"BrokenPackagesAreMisuse", kMixed, BrokenPackagesAreMisuse},
    {"StoreChoosesByWhatTheClientCanVerify", kEach, StoreChoosesByScheme},
    {"RenewedIdentityServesNewSessionsAndDropsNone", kEach, RenewalDropsNobody},
};

}  // namespace

std::span<const Scenario> LoadingScenarios() { return kScenarios; }

}  // namespace tandem::conformance
