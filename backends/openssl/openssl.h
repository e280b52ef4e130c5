// The OpenSSL backend: OpenSSL 3.0 or later.

#ifndef TANDEM_BACKENDS_OPENSSL_OPENSSL_H_
#define TANDEM_BACKENDS_OPENSSL_OPENSSL_H_

#include "tandem/backend.h"

namespace tandem {

/// Returns the backend that runs on OpenSSL. Valid for the life of the program; any thread.
const Backend& OpenSsl();

}  // namespace tandem

#endif  // TANDEM_BACKENDS_OPENSSL_OPENSSL_H_
