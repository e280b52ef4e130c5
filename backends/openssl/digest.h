// Hashes, and who has signed a revocation list.

#ifndef TANDEM_BACKENDS_OPENSSL_DIGEST_H_
#define TANDEM_BACKENDS_OPENSSL_DIGEST_H_

#include <cstddef>
#include <span>
#include <vector>

#include "tandem/backend.h"

namespace tandem::openssl {

/// Does what Backend::Digest() promises. Empty if the library refuses the hash.
std::vector<std::byte> Digest(Hash hash, std::span<const std::byte> content);

/// Does what Backend::HasSigned() promises.
bool HasSigned(std::span<const std::byte> issuer, std::span<const std::byte> list);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_DIGEST_H_
