// Keys and certificates for the tests of keys.

#ifndef TANDEM_BACKENDS_GNUTLS_KEY_PAIR_H_
#define TANDEM_BACKENDS_GNUTLS_KEY_PAIR_H_

#include <memory>

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "backends/gnutls/blocking_key.h"
#include "backends/gnutls/handles.h"

namespace tandem::gnutls {

inline constexpr int kP256Bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
inline constexpr int kEd25519Bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519);
inline constexpr int kRsaBits = 2048;

/// A key pair, the library's own form of it, and a certificate.
class Pair {
 public:
  /// Makes a key of `bits`, or on the curve that they stand for.
  Pair(gnutls_pk_algorithm_t type, int bits);
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() { gnutls_pcert_deinit(&leaf_); }

  /// Returns it as one that the library uses at once.
  std::shared_ptr<const LibraryKey> library_key() const {
    return std::make_shared<const LibraryKey>(own_);
  }
  const gnutls_pcert_st& leaf() const { return leaf_; }
  gnutls_pubkey_t public_key() const { return leaf_.pubkey; }

 private:
  SharedKey own_;
  gnutls_pcert_st leaf_{};
};

/// Returns an RSA key of kRsaBits, made once.
const Pair& Rsa();

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_KEY_PAIR_H_
