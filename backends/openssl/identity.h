// A chain and a key in OpenSSL's form.

#ifndef TANDEM_BACKENDS_OPENSSL_IDENTITY_H_
#define TANDEM_BACKENDS_OPENSSL_IDENTITY_H_

#include <memory>
#include <optional>

#include "backends/openssl/handles.h"
#include "tandem/backend.h"

namespace tandem::openssl {

/// Parsed once; sessions share it by reference counts.
class LoadedIdentity final : public BackendIdentity {
 public:
  /// Parses `material`. Fails as Backend::LoadIdentity() does.
  static Result<std::shared_ptr<const BackendIdentity>> Load(const IdentityMaterial& material);

  std::shared_ptr<const engine::BlockingKey> BlockingKey() const override;

  /// Makes `ssl` be this identity. False if the library refuses.
  bool Apply(SSL* ssl) const;

  /// Says whether its key signs by `scheme`, as far as its engine has a say in it.
  bool MaySign(SignatureScheme scheme) const;

  /// Says whether its key decrypts, likewise.
  bool MayDecrypt() const { return !external_.has_value() || external_->decrypts; }

 private:
  LoadedIdentity(CertificateHandle leaf, ChainHandle chain, KeyHandle key,
                 std::optional<ExternalKey> external);

  CertificateHandle leaf_;
  ChainHandle chain_;  // Without the leaf.
  KeyHandle key_;
  std::optional<ExternalKey> external_;  // Nothing: the key is the library's own.
};

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_IDENTITY_H_
