// The backend that a build chose by a label, for programs that do not choose one by a value.

#ifndef TANDEM_DEFAULT_BACKEND_H_
#define TANDEM_DEFAULT_BACKEND_H_

#include "tandem/backend.h"

namespace tandem {

/// Returns the backend behind the flag --@tandem//backends:default_backend: OpenSSL unless the
/// build says otherwise. Only that one is linked.
const Backend& DefaultBackend();

}  // namespace tandem

#endif  // TANDEM_DEFAULT_BACKEND_H_
