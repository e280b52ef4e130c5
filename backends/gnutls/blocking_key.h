// A private key that the library uses at once.

#ifndef TANDEM_BACKENDS_GNUTLS_BLOCKING_KEY_H_
#define TANDEM_BACKENDS_GNUTLS_BLOCKING_KEY_H_

#include <cstddef>
#include <utility>

#include <gnutls/abstract.h>

#include "backends/gnutls/handles.h"
#include "tandem/engine/thread_pool.h"

namespace tandem::gnutls {

/// What an RSA key exchange decrypts, RFC 5246 section 7.4.7.1.
inline constexpr std::size_t kPremasterBytes = 48;

/// Does what a key is asked to do with the library, on the caller's thread.
class LibraryKey final : public engine::BlockingKey {
 public:
  /// Uses `key`, a private key that GnuTLS holds itself.
  explicit LibraryKey(SharedKey key) : key_(std::move(key)) {}

  /// Any number of threads at once: GnuTLS only reads the key, and keeps nothing of an operation.
  /// What does not decrypt comes back as random bytes, as many as a premaster secret has.
  engine::KeyOutcome Perform(const engine::KeyRequest& request) const override;

 private:
  SharedKey key_;
};

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_BLOCKING_KEY_H_
