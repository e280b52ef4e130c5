// The GnuTLS backend: GnuTLS 3.7 or later.

#ifndef TANDEM_BACKENDS_GNUTLS_GNUTLS_H_
#define TANDEM_BACKENDS_GNUTLS_GNUTLS_H_

#include <string>

#include "tandem/backend.h"

namespace tandem {

/// Returns the backend that runs on GnuTLS. Valid for the life of the program; any thread.
const Backend& GnuTls();

/// Makes rules for Config::Builder::Raw(): what is appended to the priority string
/// (gnutls_priority_init(3)), such as "-CIPHER-ALL:+AES-256-GCM".
RawRules GnuTlsPriority(std::string modifiers);

}  // namespace tandem

#endif  // TANDEM_BACKENDS_GNUTLS_GNUTLS_H_
