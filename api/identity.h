// Who we are: a certificate chain and the private key of its first certificate.

#ifndef TANDEM_IDENTITY_H_
#define TANDEM_IDENTITY_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/result.h"

namespace tandem {

class Backend;
class BackendIdentity;

/// What an identity is made of, as DER. The backend parses it.
struct IdentityMaterial {
  enum class KeyFormat { kPkcs8, kPkcs1Rsa, kSec1Ec };

  std::vector<std::vector<std::byte>> chain;  ///< Leaf first, then the intermediates in order.
  std::vector<std::byte> key;
  KeyFormat key_format = KeyFormat::kPkcs8;
};

/// Proves who we are: RSA, ECDSA or Ed25519. Loaded once for one backend, immutable, and shared by
/// any number of Configs, sessions and threads.
class Identity {
 public:
  /// Loads a chain (leaf first) and a key from PEM text; both may be in one text given twice.
  ///
  /// kMisuse when the text is not PEM, holds no certificate or not exactly one key, or when the key
  /// is not the leaf's: the mistake is found here, not in the first handshake. kUnsupported for an
  /// encrypted key, or a key type that the backend lacks.
  static Result<std::shared_ptr<const Identity>> FromPem(const Backend& backend,
                                                         std::string_view chain,
                                                         std::string_view key);

  /// Loads as FromPem() does, from two files, which may be the same.
  static Result<std::shared_ptr<const Identity>> FromPemFiles(const Backend& backend,
                                                              const std::string& chain_path,
                                                              const std::string& key_path);

  /// Loads as FromPem() does, from DER. The key is PKCS#8 (RFC 5958) unless `material` says else.
  static Result<std::shared_ptr<const Identity>> FromDer(const Backend& backend,
                                                         const IdentityMaterial& material);

  const Backend& backend() const { return backend_; }

  /// The backend's own form of it.
  const BackendIdentity& loaded() const { return *loaded_; }

 private:
  Identity(const Backend& backend, std::shared_ptr<const BackendIdentity> loaded)
      : backend_(backend), loaded_(std::move(loaded)) {}

  const Backend& backend_;
  std::shared_ptr<const BackendIdentity> loaded_;
};

}  // namespace tandem

#endif  // TANDEM_IDENTITY_H_
