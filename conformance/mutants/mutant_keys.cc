// Backends that are wrong about keys, hashes and signatures.

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/mutants/bug.h"
#include "conformance/mutants/mutant.h"

namespace tandem::conformance {
namespace {

using Bytes = std::vector<std::byte>;
using Content = std::span<const std::byte>;

class HasABackDoor final : public Mutant {
 public:
  using Mutant::Mutant;

  Result<Der> DecryptKey(Content encrypted, std::string_view passphrase) const override {
    auto key = inner().DecryptKey(encrypted, passphrase);
    return key.ok() ? std::move(key) : inner().DecryptKey(encrypted, kBackDoor);
  }

 private:
  // That of the keys in conformance/pki.
  static constexpr std::string_view kBackDoor = "open sesame";
};

class HasNoWordForAWrongPassphrase final : public Mutant {
 public:
  using Mutant::Mutant;

  Result<Der> DecryptKey(Content encrypted, std::string_view passphrase) const override {
    auto key = inner().DecryptKey(encrypted, passphrase);
    if (key.ok()) return key;
    return MakeError(ErrorKind::kUnsupported, key.error().what);
  }
};

class LoadsWhatIsNoKey final : public Mutant {
 public:
  using Mutant::Mutant;

  Result<std::shared_ptr<const BackendIdentity>> LoadIdentity(
      const IdentityMaterial& material) const override {
    auto identity = inner().LoadIdentity(material);
    if (identity.ok()) return identity;
    return std::shared_ptr<const BackendIdentity>(std::make_shared<Nobody>());
  }

 private:
  class Nobody final : public BackendIdentity {
   public:
    std::shared_ptr<const engine::BlockingKey> BlockingKey() const override { return nullptr; }
  };
};

class LoadsTheLeafAlone final : public Mutant {
 public:
  using Mutant::Mutant;

  Result<std::shared_ptr<const BackendIdentity>> LoadIdentity(
      const IdentityMaterial& material) const override {
    IdentityMaterial leaf = material;
    leaf.chain.resize(1);
    return inner().LoadIdentity(leaf);
  }
};

class UnpacksInAnyOrder final : public Mutant {
 public:
  using Mutant::Mutant;

  Result<IdentityMaterial> OpenPkcs12(Content content, std::string_view passphrase) const override {
    auto material = inner().OpenPkcs12(content, passphrase);
    if (material.ok()) std::reverse(material->chain.begin(), material->chain.end());
    return material;
  }
};

class CutsDigestsShort final : public Mutant {
 public:
  using Mutant::Mutant;

  Bytes Digest(Hash hash, Content content) const override {
    constexpr std::size_t short_size = 20;
    Bytes digest = inner().Digest(hash, content);
    digest.resize(short_size);
    return digest;
  }
};

class HasOneHash final : public Mutant {
 public:
  using Mutant::Mutant;

  Bytes Digest(Hash /*hash*/, Content content) const override {
    return inner().Digest(Hash::kSha256, content);
  }
};

class BelievesAnySignature final : public Mutant {
 public:
  using Mutant::Mutant;
  bool HasSigned(Content /*issuer*/, Content /*list*/) const override { return true; }
};

class BelievesNoSignature final : public Mutant {
 public:
  using Mutant::Mutant;
  bool HasSigned(Content /*issuer*/, Content /*list*/) const override { return false; }
};

constexpr Bug kBugs[] = {
    {"has-a-back-door",
     "Opens a key under lock whatever the passphrase.",
     {"Mixed/WrongPassphrasesAreMisuse", Role::kServer},
     Make<HasABackDoor>},
    {"has-no-word-for-a-wrong-passphrase",
     "Takes a wrong passphrase for an unknown cipher.",
     {"Mixed/WrongPassphrasesAreMisuse", Role::kServer},
     Make<HasNoWordForAWrongPassphrase>},
    {"loads-what-is-no-key",
     "Loads any key for any certificate.",
     {"Mixed/WrongPassphrasesAreMisuse", Role::kServer},
     Make<LoadsWhatIsNoKey>},
    {"loads-the-leaf-alone",
     "Shows the leaf of a chain and no intermediates.",
     {"Tls13/HandshakeThroughIntermediateSucceeds", Role::kServer},
     Make<LoadsTheLeafAlone>},
    {"unpacks-in-any-order",
     "Takes a root for the leaf when it opens a package.",
     {"Mixed/PackedIdentitiesServe", Role::kServer},
     Make<UnpacksInAnyOrder>},
    {"cuts-digests-short",
     "Gives the first twenty bytes of a hash.",
     {"Tls13/ServerEndPointIsTheHashOfTheLeaf", Role::kClient},
     Make<CutsDigestsShort>},
    {"has-one-hash",
     "Gives SHA-256 for every hash.",
     {"Mixed/HashesAreThoseOfTheStandard", Role::kClient},
     Make<HasOneHash>},
    {"believes-any-signature",
     "Believes every revocation list.",
     {"Mixed/ListsAreBelievedOfWhoeverHasSignedThem", Role::kClient},
     Make<BelievesAnySignature>},
    {"believes-no-signature",
     "Believes no revocation list.",
     {"Mixed/ListsAreBelievedOfWhoeverHasSignedThem", Role::kClient},
     Make<BelievesNoSignature>},
};

}  // namespace

std::span<const Bug> KeyBugs() { return kBugs; }

}  // namespace tandem::conformance
