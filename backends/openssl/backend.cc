// OpenSSL as a Backend.

#include "backends/openssl/backend.h"

#include <utility>

#include <openssl/crypto.h>

#include "backends/openssl/algorithms.h"
#include "backends/openssl/config.h"
#include "backends/openssl/digest.h"
#include "backends/openssl/identity.h"
#include "backends/openssl/leaf_engine.h"
#include "backends/openssl/pkcs.h"
#include "tandem/openssl.h"

namespace tandem {
namespace openssl {

LibraryBackend::LibraryBackend()
    : capabilities_{.versions = {Version::kTls12, Version::kTls13},
                    .client_chooses_alert = false,
                    .any_set_of_suites = true,
                    .datagrams = true,
                    .srtp = {SrtpProfile::kAes128CmHmacSha1_80, SrtpProfile::kAes128CmHmacSha1_32,
                             SrtpProfile::kAeadAes128Gcm, SrtpProfile::kAeadAes256Gcm},
                    .cipher_suites = CipherSuites(),
                    .groups = Groups(),
                    .signature_schemes = SignatureSchemes(),
                    .legacy_pkcs12 = HasLegacyCiphers()} {}

std::string_view LibraryBackend::name() const { return "openssl"; }

std::string LibraryBackend::version() const {
  return std::string("OpenSSL ") + OpenSSL_version(OPENSSL_VERSION_STRING);
}

const Capabilities& LibraryBackend::capabilities() const { return capabilities_; }

Result<std::shared_ptr<const BackendIdentity>> LibraryBackend::LoadIdentity(
    const IdentityMaterial& material) const {
  return LoadedIdentity::Load(material);
}

Result<Der> LibraryBackend::DecryptKey(std::span<const std::byte> encrypted,
                                       std::string_view passphrase) const {
  return openssl::DecryptKey(encrypted, passphrase);
}

Result<IdentityMaterial> LibraryBackend::OpenPkcs12(std::span<const std::byte> content,
                                                    std::string_view passphrase) const {
  return openssl::OpenPkcs12(content, passphrase);
}

std::vector<std::byte> LibraryBackend::Digest(Hash hash, std::span<const std::byte> content) const {
  return openssl::Digest(hash, content);
}

bool LibraryBackend::HasSigned(std::span<const std::byte> issuer,
                               std::span<const std::byte> list) const {
  return openssl::HasSigned(issuer, list);
}

Result<std::shared_ptr<const BackendConfig>> LibraryBackend::Compile(
    const Settings& settings) const {
  return CompiledConfig::Compile(settings);
}

}  // namespace openssl

const Backend& OpenSsl() {
  static const openssl::LibraryBackend kBackend;
  return kBackend;
}

RawRules OpenSslCommands(std::string commands) { return {OpenSsl().name(), std::move(commands)}; }

ExternalKey OpenSslKey(evp_pkey_st* key, std::string properties) {
  ExternalKey external;
  external.engine = std::make_shared<openssl::LeafEngine>();
  if (key == nullptr || EVP_PKEY_up_ref(key) != 1) return external;
  external.key = std::make_shared<openssl::LeafKey>(openssl::KeyHandle(key), std::move(properties));
  return external;
}

}  // namespace tandem
