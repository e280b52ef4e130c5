// A private key that lives elsewhere, as the library's own kind of key.

#ifndef TANDEM_BACKENDS_OPENSSL_EXTERNAL_KEY_H_
#define TANDEM_BACKENDS_OPENSSL_EXTERNAL_KEY_H_

#include "backends/openssl/handles.h"
#include "tandem/backend.h"
#include "tandem/external_key.h"

namespace tandem::openssl {

/// Makes a key that asks `external`'s engine whenever it is used, and whose public half is that of
/// `leaf`. kUnsupported for a type that the library has no engines for; nothing is asked yet.
Result<KeyHandle> MakeExternalKey(const ExternalKey& external, X509* leaf);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_EXTERNAL_KEY_H_
