// OpenSSL as a Backend.

#include "backends/openssl/backend.h"

#include <openssl/crypto.h>

#include "backends/openssl/config.h"
#include "backends/openssl/identity.h"
#include "tandem/openssl.h"

namespace tandem {
namespace openssl {

LibraryBackend::LibraryBackend()
    : capabilities_{.versions = {Version::kTls12, Version::kTls13}, .client_chooses_alert = false} {
}

std::string_view LibraryBackend::name() const { return "openssl"; }

std::string LibraryBackend::version() const {
  return std::string("OpenSSL ") + OpenSSL_version(OPENSSL_VERSION_STRING);
}

const Capabilities& LibraryBackend::capabilities() const { return capabilities_; }

Result<std::shared_ptr<const BackendIdentity>> LibraryBackend::LoadIdentity(
    const IdentityMaterial& material) const {
  return LoadedIdentity::Load(material);
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

}  // namespace tandem
