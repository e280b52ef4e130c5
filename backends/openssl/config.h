// Settings in OpenSSL's form: one SSL_CTX.

#ifndef TANDEM_BACKENDS_OPENSSL_CONFIG_H_
#define TANDEM_BACKENDS_OPENSSL_CONFIG_H_

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "backends/openssl/handles.h"
#include "backends/openssl/offer.h"
#include "tandem/backend.h"

namespace tandem::openssl {

/// What SSL_CTX_set_security_callback(3) takes.
using SecurityCallback = int (*)(const SSL* ssl, const SSL_CTX* context, int operation, int bits,
                                 int nid, void* other, void* extra);

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
  SSL_CTX* context() const { return context_.get(); }

  /// The library's own security rules.
  SecurityCallback library_security() const { return library_security_; }

 private:
  CompiledConfig(const Settings& settings, ContextHandle context);

  std::optional<Error> CheckSystemPolicy();
  void ForgetSystemConfig();
  std::optional<Error> SetVersions();
  std::optional<Error> SetCipherSuites();
  std::optional<Error> SetGroups();
  std::optional<Error> SetSignatureSchemes();
  std::optional<Error> SetTrust();
  std::optional<Error> NameRoots();
  std::optional<Error> SetAlpn();
  std::optional<Error> SetRawRules();
  std::optional<Error> ReadBack();
  void SetCallbacks();

  const Settings& settings_;
  ContextHandle context_;
  SecurityCallback library_security_;
  int security_level_ = 0;
  std::optional<Offer> allowed_;  // By the machine's policy, if it is honoured.
  StoreHandle roots_;
  StoreHandle paths_;  // Without certificates: how a path is looked at.
  std::vector<Certificate> intermediates_;
  CompiledRules compiled_;
};

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_CONFIG_H_
