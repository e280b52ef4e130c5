// The digests that keys sign, as GnuTLS names them.

#ifndef TANDEM_BACKENDS_GNUTLS_KEY_DIGEST_H_
#define TANDEM_BACKENDS_GNUTLS_KEY_DIGEST_H_

#include <cstddef>

#include <gnutls/gnutls.h>

#include "tandem/engine/operation.h"

namespace tandem::gnutls {

/// Returns the library's digest, GNUTLS_DIG_UNKNOWN for kNone.
gnutls_digest_algorithm_t DigestOf(engine::KeyDigest digest);

/// Returns the digest that the library means; kNone for one that keys are not asked to sign.
engine::KeyDigest DigestNamed(gnutls_digest_algorithm_t algorithm);

/// Returns how long a digest is; 0 for kNone.
std::size_t DigestBytes(engine::KeyDigest digest);

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_KEY_DIGEST_H_
