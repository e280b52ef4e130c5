// Settings in GnuTLS's form: priorities and credentials.

#ifndef TANDEM_BACKENDS_GNUTLS_CONFIG_H_
#define TANDEM_BACKENDS_GNUTLS_CONFIG_H_

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gnutls/gnutls.h>

#include "backends/gnutls/handles.h"
#include "backends/gnutls/roots.h"
#include "tandem/backend.h"

namespace tandem::gnutls {

/// The rules, compiled once and not changed afterwards.
class CompiledConfig final : public BackendConfig {
 public:
  /// Compiles `settings`, which must outlive the result. Fails as Backend::Compile() does.
  static Result<std::shared_ptr<const BackendConfig>> Compile(const Settings& settings);

  CompiledRules Compiled() const override { return compiled_; }

  /// Runs in verify.cc. Needs no session.
  ChainFindings Examine(std::span<const Der> sent, std::chrono::sys_seconds now) const override;

  Result<std::unique_ptr<BackendSession>> NewSession(const SessionParts& parts) const override;

  const Settings& settings() const { return settings_; }
  gnutls_priority_t priority() const { return priority_.get(); }
  gnutls_certificate_credentials_t credentials() const { return credentials_.get(); }

  /// Takes key exchange by RSA encryption from `session`, in which nobody can decrypt. Returns 0,
  /// or the GNUTLS_E_... that ends the handshake.
  int ForbidDecryption(gnutls_session_t session) const;

 private:
  CompiledConfig(const Settings& settings, CredentialsHandle credentials);

  std::optional<Error> CheckSystemPolicy();
  std::optional<Error> SetVersions();
  std::optional<Error> SetCipherSuites();
  std::optional<Error> SetGroups();
  std::optional<Error> SetSignatureSchemes();
  std::optional<Error> SetTrust();
  std::optional<Error> NameRoots();
  std::optional<Error> SetAlpn();
  std::optional<Error> SetRawRules();
  std::optional<Error> SetSigningRules();
  std::optional<Error> ReadBack();
  void SetCallbacks();

  const Settings& settings_;
  CredentialsHandle credentials_;
  std::string priority_text_;
  PriorityHandle priority_;
  bool decrypts_ = false;            // By `priority_` there is key exchange by RSA encryption.
  PriorityHandle signing_priority_;  // The same without it; null if that leaves nothing.
  Roots roots_;
  TrustListHandle machine_;           // Trust::System() only.
  mutable std::mutex machine_mutex_;  // Before 3.7.3, GnuTLS adds to a list that it is asked about.
  std::vector<Certificate> intermediates_;
  CompiledRules compiled_;
};

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_CONFIG_H_
