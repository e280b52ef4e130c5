// A chain and a key in GnuTLS's form.

#ifndef TANDEM_BACKENDS_GNUTLS_IDENTITY_H_
#define TANDEM_BACKENDS_GNUTLS_IDENTITY_H_

#include <memory>

#include <gnutls/abstract.h>

#include "backends/gnutls/handles.h"
#include "tandem/backend.h"

namespace tandem::gnutls {

/// Parsed once; sessions point to it.
class LoadedIdentity final : public BackendIdentity {
 public:
  /// Parses `material`. Fails as Backend::LoadIdentity() does.
  static Result<std::shared_ptr<const BackendIdentity>> Load(const IdentityMaterial& material);

  /// Answers the library's question for an identity with this one, which must outlive the session.
  void Apply(gnutls_pcert_st** chain, unsigned int* chain_size, gnutls_privkey_t* key) const;

 private:
  LoadedIdentity(ChainHandle chain, KeyHandle key);

  ChainHandle chain_;  // With the leaf.
  KeyHandle key_;
};

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_IDENTITY_H_
