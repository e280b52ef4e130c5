// GnuTLS as a Backend.

#include "backends/gnutls/backend.h"

#include <gnutls/gnutls.h>

#include "backends/gnutls/config.h"
#include "backends/gnutls/identity.h"
#include "tandem/gnutls.h"

namespace tandem {
namespace gnutls {

LibraryBackend::LibraryBackend()
    : capabilities_{.versions = {Version::kTls12, Version::kTls13}, .client_chooses_alert = true} {}

std::string_view LibraryBackend::name() const { return "gnutls"; }

std::string LibraryBackend::version() const {
  return std::string("GnuTLS ") + gnutls_check_version(nullptr);
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

}  // namespace gnutls

const Backend& GnuTls() {
  static const gnutls::LibraryBackend kBackend;
  return kBackend;
}

}  // namespace tandem
