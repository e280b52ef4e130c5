// A chain and a key in GnuTLS's form.

#ifndef TANDEM_BACKENDS_GNUTLS_IDENTITY_H_
#define TANDEM_BACKENDS_GNUTLS_IDENTITY_H_

#include <memory>
#include <optional>

#include <gnutls/abstract.h>

#include "backends/gnutls/handles.h"
#include "tandem/backend.h"

namespace tandem::gnutls {

/// Parsed once; sessions point to it.
class LoadedIdentity final : public BackendIdentity {
 public:
  /// Parses `material`. Fails as Backend::LoadIdentity() does.
  static Result<std::shared_ptr<const BackendIdentity>> Load(const IdentityMaterial& material);

  std::shared_ptr<const engine::BlockingKey> BlockingKey() const override;

  /// Answers the library's question for an identity with this one, which must outlive the session.
  void Apply(gnutls_pcert_st** chain, unsigned int* chain_size, gnutls_privkey_t* key) const;

  /// Says whether its key signs by `scheme`, as far as its engine has a say in it.
  bool MaySign(SignatureScheme scheme) const;

  /// Says whether its key decrypts, likewise.
  bool MayDecrypt() const { return !external_.has_value() || external_->decrypts; }

 private:
  LoadedIdentity(ChainHandle chain, KeyHandle key, std::optional<ExternalKey> external);

  ChainHandle chain_;                    // With the leaf.
  SharedKey key_;                        // With the BlockingKeys.
  std::optional<ExternalKey> external_;  // Nothing: the key is the library's own.
};

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_IDENTITY_H_
