// The GnuTLS backend: GnuTLS 3.7 or later.

#ifndef TANDEM_BACKENDS_GNUTLS_GNUTLS_H_
#define TANDEM_BACKENDS_GNUTLS_GNUTLS_H_

#include "tandem/backend.h"

namespace tandem {

/// Returns the backend that runs on GnuTLS. Valid for the life of the program; any thread.
const Backend& GnuTls();

}  // namespace tandem

#endif  // TANDEM_BACKENDS_GNUTLS_GNUTLS_H_
