// A private key that the library uses at once.

#ifndef TANDEM_BACKENDS_OPENSSL_BLOCKING_KEY_H_
#define TANDEM_BACKENDS_OPENSSL_BLOCKING_KEY_H_

#include <utility>

#include "backends/openssl/handles.h"
#include "tandem/engine/thread_pool.h"

namespace tandem::openssl {

/// An identity's own key, for engines that have threads to use it on.
class LibraryKey final : public engine::BlockingKey {
 public:
  explicit LibraryKey(KeyHandle key) : key_(std::move(key)) {}

  /// Signs; or decrypts, which always comes to 48 bytes: the premaster secret or random ones. Any
  /// thread, several at once.
  engine::KeyOutcome Perform(const engine::KeyRequest& request) const override;

 private:
  KeyHandle key_;
};

/// Does what LibraryKey::Perform() promises with `key`, by implementations that have `properties`,
/// a query of property(7); null: any.
engine::KeyOutcome UseKey(EVP_PKEY* key, const char* properties, const engine::KeyRequest& request);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_BLOCKING_KEY_H_
