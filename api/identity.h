// Who we are: a certificate chain and the private key of its first certificate.

#ifndef TANDEM_IDENTITY_H_
#define TANDEM_IDENTITY_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/algorithms.h"
#include "tandem/certificate.h"
#include "tandem/external_key.h"
#include "tandem/result.h"
#include "tandem/version.h"

namespace tandem {

class Backend;
class BackendIdentity;

/// What an identity is made of, as DER. The backend parses it.
struct IdentityMaterial {
  enum class KeyFormat { kPkcs8, kPkcs1Rsa, kSec1Ec };

  std::vector<Der> chain;  ///< Leaf first, then the intermediates in order.
  Der key;
  KeyFormat key_format = KeyFormat::kPkcs8;

  /// Used in place of `key`, which is empty then.
  std::optional<ExternalKey> external_key;
};

/// Proves who we are: RSA, ECDSA or Ed25519. Loaded once for one backend, immutable, and shared by
/// any number of Configs, sessions and threads.
class Identity {
 public:
  /// Loads a chain (leaf first) and a key from PEM text; both may be in one text given twice.
  ///
  /// An encrypted key (PKCS#8, RFC 5958 section 3) is opened with `passphrase`. kMisuse when the
  /// text is not PEM, holds no certificate or not exactly one key, when the passphrase is wrong or
  /// missing, or when the key is not the leaf's: the mistake is found here, not in the first
  /// handshake. kUnsupported for a key type or a way of encrypting that the backend lacks.
  static Result<std::shared_ptr<const Identity>> FromPem(const Backend& backend,
                                                         std::string_view chain,
                                                         std::string_view key,
                                                         std::string_view passphrase = {});

  /// Loads as FromPem() does, from two files, which may be the same.
  static Result<std::shared_ptr<const Identity>> FromPemFiles(const Backend& backend,
                                                              const std::string& chain_path,
                                                              const std::string& key_path,
                                                              std::string_view passphrase = {});

  /// Loads as FromPem() does, from DER. The key is PKCS#8 (RFC 5958) unless `material` says else.
  static Result<std::shared_ptr<const Identity>> FromDer(const Backend& backend,
                                                         const IdentityMaterial& material);

  /// Loads as FromPem() does, from a PKCS#12 file's content (RFC 7292): its only key, the
  /// certificate of that key, and the certificates that continue the chain. kUnsupported when it is
  /// encrypted in a way that the backend lacks; see Capabilities::legacy_pkcs12.
  static Result<std::shared_ptr<const Identity>> FromPkcs12(const Backend& backend,
                                                            std::span<const std::byte> content,
                                                            std::string_view passphrase);

  /// Loads as FromPkcs12() does, from a file.
  static Result<std::shared_ptr<const Identity>> FromPkcs12File(const Backend& backend,
                                                                const std::string& path,
                                                                std::string_view passphrase);

  /// Is who `chain` says (leaf first, PEM) by a key that lives elsewhere. Sessions with it need a
  /// Runtime: their handshakes wait for the key's answers.
  ///
  /// kMisuse when the text holds no certificate, or the key no engine; kUnsupported for a key type
  /// that the backend lacks. Whether the key is the leaf's is not asked of the engine: one that is
  /// not fails the first handshake.
  static Result<std::shared_ptr<const Identity>> FromExternalKey(const Backend& backend,
                                                                 std::string_view chain,
                                                                 ExternalKey key);

  /// Is who `identity` is, with its key on `engine`, an engine::ThreadPool or one like it: what the
  /// library would do in the middle of a handshake is done there. kMisuse if the identity's key is
  /// external already.
  static Result<std::shared_ptr<const Identity>> OnEngine(
      const std::shared_ptr<const Identity>& identity, std::shared_ptr<engine::KeyEngine> engine);

  /// Says whether the key lives elsewhere, so that sessions must be able to wait for it.
  bool is_external() const { return external_.has_value(); }

  const Backend& backend() const { return backend_; }

  /// Returns the certificates, leaf first.
  const std::vector<Der>& chain() const { return chain_; }

  /// Returns the names that the leaf speaks for.
  const CertificateNames& names() const { return names_; }

  /// Says whether the key can sign in that way.
  bool CanSign(SignatureScheme scheme) const;

  /// Says whether the key can sign a handshake of `version` by one of `schemes`: in TLS 1.3 by none
  /// of PKCS#1 v1.5 (RFC 8446 section 4.2.3).
  bool CanSignAny(std::span<const SignatureScheme> schemes, Version version) const;

  /// The backend's own form of it.
  const BackendIdentity& loaded() const { return *loaded_; }

 private:
  Identity(const Backend& backend, const IdentityMaterial& material, const Certificate& leaf,
           std::shared_ptr<const BackendIdentity> loaded);

  const Backend& backend_;
  std::vector<Der> chain_;
  CertificateNames names_;
  KeyType key_type_;
  unsigned key_bits_;
  std::optional<ExternalKey> external_;
  std::shared_ptr<const BackendIdentity> loaded_;
};

}  // namespace tandem

#endif  // TANDEM_IDENTITY_H_
