// The digests that keys are asked to sign, by OpenSSL's names.

#ifndef TANDEM_BACKENDS_OPENSSL_KEY_DIGEST_H_
#define TANDEM_BACKENDS_OPENSSL_KEY_DIGEST_H_

#include <optional>

#include <openssl/evp.h>

#include "tandem/engine/operation.h"

namespace tandem::openssl {

/// Returns the library's digest, null for kNone.
const EVP_MD* DigestOf(engine::KeyDigest digest);

/// Returns the digest of one of the library's names for it, in any case of letters; nothing for one
/// that keys are not asked to sign. Null and the empty name are kNone.
std::optional<engine::KeyDigest> DigestNamed(const char* name);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_KEY_DIGEST_H_
