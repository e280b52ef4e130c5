// A chain and a key in OpenSSL's form.

#ifndef TANDEM_BACKENDS_OPENSSL_IDENTITY_H_
#define TANDEM_BACKENDS_OPENSSL_IDENTITY_H_

#include <memory>

#include "backends/openssl/handles.h"
#include "tandem/backend.h"

namespace tandem::openssl {

/// Parsed once; sessions share it by reference counts.
class LoadedIdentity final : public BackendIdentity {
 public:
  /// Parses `material`. Fails as Backend::LoadIdentity() does.
  static Result<std::shared_ptr<const BackendIdentity>> Load(const IdentityMaterial& material);

  /// Makes `ssl` be this identity. False if the library refuses.
  bool Apply(SSL* ssl) const;

 private:
  LoadedIdentity(CertificateHandle leaf, ChainHandle chain, KeyHandle key);

  CertificateHandle leaf_;
  ChainHandle chain_;  // Without the leaf.
  KeyHandle key_;
};

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_IDENTITY_H_
