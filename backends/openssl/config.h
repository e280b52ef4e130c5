// Settings in OpenSSL's form: one SSL_CTX.

#ifndef TANDEM_BACKENDS_OPENSSL_CONFIG_H_
#define TANDEM_BACKENDS_OPENSSL_CONFIG_H_

#include <memory>
#include <optional>

#include "backends/openssl/handles.h"
#include "tandem/backend.h"

namespace tandem::openssl {

/// What SSL_CTX_set_security_callback(3) takes.
using SecurityCallback = int (*)(const SSL* ssl, const SSL_CTX* context, int operation, int bits,
                                 int nid, void* other, void* extra);

/// Returns IANA's number of a group that OpenSSL names by `nid`; 0 for one without a number here.
Group GroupNumber(int nid);

/// The rules, compiled once and not changed afterwards.
class CompiledConfig final : public BackendConfig {
 public:
  /// Compiles `settings`, which must outlive the result. Fails as Backend::Compile() does.
  static Result<std::shared_ptr<const BackendConfig>> Compile(const Settings& settings);

  Result<std::unique_ptr<BackendSession>> NewSession(const SessionParts& parts) const override;

  const Settings& settings() const { return settings_; }
  SSL_CTX* context() const { return context_.get(); }

  /// The library's own security rules.
  SecurityCallback library_security() const { return library_security_; }

 private:
  CompiledConfig(const Settings& settings, ContextHandle context);

  void ForgetSystemConfig();
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
  ContextHandle context_;
  SecurityCallback library_security_;
};

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_CONFIG_H_
