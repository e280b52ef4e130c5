// Settings in GnuTLS's form: priorities and credentials.

#ifndef TANDEM_BACKENDS_GNUTLS_CONFIG_H_
#define TANDEM_BACKENDS_GNUTLS_CONFIG_H_

#include <memory>
#include <optional>
#include <string>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "backends/gnutls/handles.h"
#include "tandem/backend.h"

namespace tandem::gnutls {

/// Returns IANA's number of a group; 0 for one without a number here.
Group GroupNumber(gnutls_group_t group);

/// The rules, compiled once and not changed afterwards.
class CompiledConfig final : public BackendConfig {
 public:
  /// Compiles `settings`, which must outlive the result. Fails as Backend::Compile() does.
  static Result<std::shared_ptr<const BackendConfig>> Compile(const Settings& settings);

  Result<std::unique_ptr<BackendSession>> NewSession(const SessionParts& parts) const override;

  const Settings& settings() const { return settings_; }
  gnutls_priority_t priority() const { return priority_.get(); }
  gnutls_certificate_credentials_t credentials() const { return credentials_.get(); }

 private:
  CompiledConfig(const Settings& settings, CredentialsHandle credentials);

  std::optional<Error> SetVersions();
  std::optional<Error> SetCipherSuites();
  std::optional<Error> SetGroups();
  std::optional<Error> SetSignatureSchemes();
  std::optional<Error> SetTrust();
  std::optional<Error> AddSystemRoots();
  std::optional<Error> AddRoots();
  std::optional<Error> SetAlpn();
  void SetCallbacks();

  const Settings& settings_;
  CredentialsHandle credentials_;
  gnutls_x509_trust_list_t trust_ = nullptr;  // The credentials'.
  std::string priority_text_;
  PriorityHandle priority_;
};

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_CONFIG_H_
