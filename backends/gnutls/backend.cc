// GnuTLS as a Backend.

#include "backends/gnutls/backend.h"

#include <utility>

#include <gnutls/gnutls.h>

#include "backends/gnutls/algorithms.h"
#include "backends/gnutls/config.h"
#include "backends/gnutls/digest.h"
#include "backends/gnutls/identity.h"
#include "backends/gnutls/pkcs.h"
#include "tandem/gnutls.h"

namespace tandem {
namespace gnutls {

LibraryBackend::LibraryBackend()
    : capabilities_{.versions = {Version::kTls12, Version::kTls13},
                    .client_chooses_alert = true,
                    .any_set_of_suites = false,
                    .datagrams = true,
                    .srtp = {SrtpProfile::kAes128CmHmacSha1_80, SrtpProfile::kAes128CmHmacSha1_32},
                    .cipher_suites = CipherSuites(),
                    .groups = Groups(),
                    .signature_schemes = SignatureSchemes(),
                    .legacy_pkcs12 = true} {}

std::string_view LibraryBackend::name() const { return "gnutls"; }

std::string LibraryBackend::version() const {
  return std::string("GnuTLS ") + gnutls_check_version(nullptr);
}

const Capabilities& LibraryBackend::capabilities() const { return capabilities_; }

Result<std::shared_ptr<const BackendIdentity>> LibraryBackend::LoadIdentity(
    const IdentityMaterial& material) const {
  return LoadedIdentity::Load(material);
}

Result<Der> LibraryBackend::DecryptKey(std::span<const std::byte> encrypted,
                                       std::string_view passphrase) const {
  return gnutls::DecryptKey(encrypted, passphrase);
}

Result<IdentityMaterial> LibraryBackend::OpenPkcs12(std::span<const std::byte> content,
                                                    std::string_view passphrase) const {
  return gnutls::OpenPkcs12(content, passphrase);
}

std::vector<std::byte> LibraryBackend::Digest(Hash hash, std::span<const std::byte> content) const {
  return gnutls::Digest(hash, content);
}

bool LibraryBackend::HasSigned(std::span<const std::byte> issuer,
                               std::span<const std::byte> list) const {
  return gnutls::HasSigned(issuer, list);
}

Result<std::shared_ptr<const BackendConfig>> LibraryBackend::Compile(
    const Settings& settings) const {
  return CompiledConfig::Compile(settings);
}

}  // namespace gnutls

const Backend& GnuTls() {
  static const gnutls::LibraryBackend kBackend;
  return kBackend;
}

RawRules GnuTlsPriority(std::string modifiers) { return {GnuTls().name(), std::move(modifiers)}; }

}  // namespace tandem
