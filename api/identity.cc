#include "tandem/identity.h"

#include <array>
#include <optional>
#include <utility>

#include "tandem/backend.h"
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

std::optional<Error> ReadKey(std::string_view text, IdentityMaterial& material) {
  Result<std::vector<PemBlock>> blocks = ReadPem(text);
  if (!blocks.ok()) return std::move(blocks).error();
  int keys = 0;
  for (PemBlock& block : *blocks) {
    if (block.label == "ENCRYPTED PRIVATE KEY") {
      return MakeError(ErrorKind::kUnsupported,
                       "the private key is encrypted; decrypt it first, for example with: "
                       "openssl pkey -in KEY -out PLAIN");
    }
    const auto format = KeyFormatOf(block.label);
    if (!format.has_value()) continue;
    material.key = std::move(block.der);
    material.key_format = *format;
    ++keys;
  }
  if (keys == 1) return std::nullopt;
  return MakeError(ErrorKind::kMisuse, keys == 0
                                           ? "the text for the private key holds no private key"
                                           : "the text for the private key holds several of them");
}

Error InFile(const std::string& path, Error error) {
  error.what = path + ": " + error.what;
  return error;
}

}  // namespace

Result<std::shared_ptr<const Identity>> Identity::FromPem(const Backend& backend,
                                                          std::string_view chain,
                                                          std::string_view key) {
  IdentityMaterial material;
  if (auto error = ReadChain(chain, material)) return std::move(*error);
  if (auto error = ReadKey(key, material)) return std::move(*error);
  return FromDer(backend, material);
}

Result<std::shared_ptr<const Identity>> Identity::FromPemFiles(const Backend& backend,
                                                               const std::string& chain_path,
                                                               const std::string& key_path) {
  Result<std::string> chain = ReadTextFile(chain_path);
  if (!chain.ok()) return std::move(chain).error();
  Result<std::string> key = ReadTextFile(key_path);
  if (!key.ok()) return std::move(key).error();
  IdentityMaterial material;
  if (auto error = ReadChain(*chain, material)) return InFile(chain_path, std::move(*error));
  if (auto error = ReadKey(*key, material)) return InFile(key_path, std::move(*error));
  Result<std::shared_ptr<const Identity>> identity = FromDer(backend, material);
  if (identity.ok()) return identity;
  return InFile(chain_path, std::move(identity).error());
}

Result<std::shared_ptr<const Identity>> Identity::FromDer(const Backend& backend,
                                                          const IdentityMaterial& material) {
  if (material.chain.empty()) {
    return MakeError(ErrorKind::kMisuse, "an identity needs a certificate and none was given");
  }
  auto loaded = backend.LoadIdentity(material);
  if (!loaded.ok()) return std::move(loaded).error();
  return std::shared_ptr<const Identity>(new Identity(backend, std::move(loaded).value()));
}

}  // namespace tandem
