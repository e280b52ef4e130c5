#include "tandem/identity.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "tandem/backend.h"
#include "tandem/out_of_memory.h"
#include "tandem/pem.h"

namespace tandem {
namespace {

struct KeyLabel {
  std::string_view label;
  IdentityMaterial::KeyFormat format;
};

constexpr std::array<KeyLabel, 3> kKeyLabels = {{
    {"PRIVATE KEY", IdentityMaterial::KeyFormat::kPkcs8},
    {"RSA PRIVATE KEY", IdentityMaterial::KeyFormat::kPkcs1Rsa},
    {"EC PRIVATE KEY", IdentityMaterial::KeyFormat::kSec1Ec},
}};

constexpr std::string_view kEncryptedLabel = "ENCRYPTED PRIVATE KEY";

std::optional<IdentityMaterial::KeyFormat> KeyFormatOf(std::string_view label) {
  for (const KeyLabel& candidate : kKeyLabels) {
    if (candidate.label == label) return candidate.format;
  }
  return std::nullopt;
}

std::optional<Error> ReadChain(std::string_view text, IdentityMaterial& material) {
  Result<std::vector<PemBlock>> blocks = ReadPem(text);
  if (!blocks.ok()) return std::move(blocks).error();
  for (PemBlock& block : *blocks) {
    if (block.label == "CERTIFICATE") material.chain.push_back(std::move(block.der));
  }
  return std::nullopt;
}

std::optional<Error> TakeEncryptedKey(const Backend& backend, const Der& encrypted,
                                      std::string_view passphrase, IdentityMaterial& material) {
  if (passphrase.empty()) {
    return MakeError(ErrorKind::kMisuse, "the private key is encrypted; give its passphrase");
  }
  Result<Der> key = backend.DecryptKey(encrypted, passphrase);
  if (!key.ok()) return std::move(key).error();
  material.key = std::move(key).value();
  material.key_format = IdentityMaterial::KeyFormat::kPkcs8;
  return std::nullopt;
}

std::optional<Error> ReadKey(const Backend& backend, std::string_view text,
                             std::string_view passphrase, IdentityMaterial& material) {
  Result<std::vector<PemBlock>> blocks = ReadPem(text);
  if (!blocks.ok()) return std::move(blocks).error();
  int keys = 0;
  for (PemBlock& block : *blocks) {
    if (block.label == kEncryptedLabel) {
      if (auto error = TakeEncryptedKey(backend, block.der, passphrase, material)) return error;
      ++keys;
    } else if (const auto format = KeyFormatOf(block.label)) {
      material.key = std::move(block.der);
      material.key_format = *format;
      ++keys;
    }
  }
  if (keys == 1) return std::nullopt;
  return MakeError(ErrorKind::kMisuse, keys == 0
                                           ? "the text for the private key holds no private key"
                                           : "the text for the private key holds several of them");
}

// Orders the certificates of a PKCS#12 file, where they come in any order: the leaf, then the
// issuer of each. What belongs to no chain is left out.
std::vector<Der> InOrder(std::vector<Der> certificates) {
  if (certificates.size() < 2) return certificates;
  std::vector<Der> chain;
  chain.push_back(std::move(certificates.front()));
  certificates.erase(certificates.begin());
  for (auto last = Certificate::Parse(chain.front()); last.has_value() && !last->self_issued();) {
    const auto issuer =
        std::find_if(certificates.begin(), certificates.end(), [&](const Der& candidate) {
          const auto parsed = Certificate::Parse(candidate);
          return parsed.has_value() && parsed->subject == last->issuer;
        });
    if (issuer == certificates.end()) break;
    chain.push_back(std::move(*issuer));
    certificates.erase(issuer);
    last = Certificate::Parse(chain.back());
  }
  return chain;
}

// How a key signs, as far as its type says.
struct SchemeUse {
  SignatureScheme scheme;
  KeyType key_type;
  unsigned key_bits;  // The curve that TLS 1.3 asks for; 0: any.
};

constexpr SchemeUse kSchemeUses[] = {
    {0x0401, KeyType::kRsa, 0},     {0x0501, KeyType::kRsa, 0},     {0x0601, KeyType::kRsa, 0},
    {0x0804, KeyType::kRsa, 0},     {0x0805, KeyType::kRsa, 0},     {0x0806, KeyType::kRsa, 0},
    {0x0809, KeyType::kRsaPss, 0},  {0x080A, KeyType::kRsaPss, 0},  {0x080B, KeyType::kRsaPss, 0},
    {0x0403, KeyType::kEcdsa, 256}, {0x0503, KeyType::kEcdsa, 384}, {0x0603, KeyType::kEcdsa, 521},
    {0x0807, KeyType::kEd25519, 0},
};

std::optional<Error> CheckExternal(const IdentityMaterial& material) {
  if (!material.external_key.has_value()) return std::nullopt;
  const ExternalKey& external = *material.external_key;
  if (external.engine != nullptr && external.key != nullptr) return std::nullopt;
  return MakeError(ErrorKind::kMisuse, external.engine == nullptr
                                           ? "the external key names no engine to use it"
                                           : "the external key names an engine and no key");
}

Error InFile(const std::string& path, Error error) {
  error.what = path + ": " + error.what;
  return error;
}

}  // namespace

Result<std::shared_ptr<const Identity>> Identity::FromPem(const Backend& backend,
                                                          std::string_view chain,
                                                          std::string_view key,
                                                          std::string_view passphrase) {
  return UnlessOutOfMemory([&]() -> Result<std::shared_ptr<const Identity>> {
    IdentityMaterial material;
    if (auto error = ReadChain(chain, material)) return std::move(*error);
    if (auto error = ReadKey(backend, key, passphrase, material)) return std::move(*error);
    return FromDer(backend, material);
  });
}

Result<std::shared_ptr<const Identity>> Identity::FromPemFiles(const Backend& backend,
                                                               const std::string& chain_path,
                                                               const std::string& key_path,
                                                               std::string_view passphrase) {
  return UnlessOutOfMemory([&]() -> Result<std::shared_ptr<const Identity>> {
    Result<std::string> chain = ReadTextFile(chain_path);
    if (!chain.ok()) return std::move(chain).error();
    Result<std::string> key = ReadTextFile(key_path);
    if (!key.ok()) return std::move(key).error();
    IdentityMaterial material;
    if (auto error = ReadChain(*chain, material)) return InFile(chain_path, std::move(*error));
    if (auto error = ReadKey(backend, *key, passphrase, material)) {
      return InFile(key_path, std::move(*error));
    }
    Result<std::shared_ptr<const Identity>> identity = FromDer(backend, material);
    if (identity.ok()) return identity;
    return InFile(chain_path, std::move(identity).error());
  });
}

Result<std::shared_ptr<const Identity>> Identity::FromDer(const Backend& backend,
                                                          const IdentityMaterial& material) {
  return UnlessOutOfMemory([&]() -> Result<std::shared_ptr<const Identity>> {
    if (material.chain.empty()) {
      return MakeError(ErrorKind::kMisuse, "an identity needs a certificate and none was given");
    }
    if (auto error = CheckExternal(material)) return std::move(*error);
    auto loaded = backend.LoadIdentity(material);
    if (!loaded.ok()) return std::move(loaded).error();
    // A library may be content with what every peer would call malformed.
    for (std::size_t i = 0; i < material.chain.size(); ++i) {
      if (Certificate::Parse(material.chain[i]).has_value()) continue;
      return MakeError(ErrorKind::kMisuse,
                       "certificate number " + std::to_string(i + 1) + " cannot be parsed");
    }
    const auto leaf = Certificate::Parse(material.chain.front());
    return std::shared_ptr<const Identity>(
        new Identity(backend, material, *leaf, std::move(loaded).value()));
  });
}

Result<std::shared_ptr<const Identity>> Identity::FromPkcs12(const Backend& backend,
                                                             std::span<const std::byte> content,
                                                             std::string_view passphrase) {
  return UnlessOutOfMemory([&]() -> Result<std::shared_ptr<const Identity>> {
    Result<IdentityMaterial> material = backend.OpenPkcs12(content, passphrase);
    if (!material.ok()) return std::move(material).error();
    material->chain = InOrder(std::move(material->chain));
    return FromDer(backend, *material);
  });
}

Result<std::shared_ptr<const Identity>> Identity::FromPkcs12File(const Backend& backend,
                                                                 const std::string& path,
                                                                 std::string_view passphrase) {
  return UnlessOutOfMemory([&]() -> Result<std::shared_ptr<const Identity>> {
    Result<std::string> content = ReadTextFile(path);
    if (!content.ok()) return std::move(content).error();
    auto identity = FromPkcs12(backend, std::as_bytes(std::span(*content)), passphrase);
    if (identity.ok()) return identity;
    return InFile(path, std::move(identity).error());
  });
}

Result<std::shared_ptr<const Identity>> Identity::FromExternalKey(const Backend& backend,
                                                                  std::string_view chain,
                                                                  ExternalKey key) {
  return UnlessOutOfMemory([&]() -> Result<std::shared_ptr<const Identity>> {
    IdentityMaterial material;
    if (auto error = ReadChain(chain, material)) return std::move(*error);
    material.external_key = std::move(key);
    return FromDer(backend, material);
  });
}

Result<std::shared_ptr<const Identity>> Identity::OnEngine(
    const std::shared_ptr<const Identity>& identity, std::shared_ptr<engine::KeyEngine> engine) {
  return UnlessOutOfMemory([&]() -> Result<std::shared_ptr<const Identity>> {
    if (identity == nullptr || identity->is_external()) {
      return MakeError(ErrorKind::kMisuse, identity == nullptr
                                               ? "there is no identity to put on an engine"
                                               : "the identity's key is on an engine already");
    }
    IdentityMaterial material;
    material.chain = identity->chain_;
    material.external_key = ExternalKey{std::move(engine), identity->loaded_->BlockingKey(), {}};
    return FromDer(identity->backend_, material);
  });
}

bool Identity::CanSign(SignatureScheme scheme) const {
  if (external_.has_value() && !external_->schemes.empty()) {
    const auto& able = external_->schemes;
    if (std::find(able.begin(), able.end(), scheme) == able.end()) return false;
  }
  return std::any_of(std::begin(kSchemeUses), std::end(kSchemeUses), [&](const SchemeUse& use) {
    return use.scheme == scheme && use.key_type == key_type_ &&
           (use.key_bits == 0 || use.key_bits == key_bits_);
  });
}

bool Identity::CanSignAny(std::span<const SignatureScheme> schemes, Version version) const {
  return std::any_of(schemes.begin(), schemes.end(), [&](SignatureScheme scheme) {
    const bool is_pkcs1 = (scheme & 0xFF) == 0x01;  // 0x0401 and the like
    return !(is_pkcs1 && version == Version::kTls13) && CanSign(scheme);
  });
}

Identity::Identity(const Backend& backend, const IdentityMaterial& material,
                   const Certificate& leaf, std::shared_ptr<const BackendIdentity> loaded)
    : backend_(backend),
      chain_(material.chain),
      names_(leaf.names()),
      key_type_(leaf.key_type),
      key_bits_(leaf.key_bits),
      external_(material.external_key),
      loaded_(std::move(loaded)) {}

}  // namespace tandem
