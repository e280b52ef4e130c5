// GnuTLS as the backend of programs that do not choose one by a value.

#include "tandem/default_backend.h"

#include "tandem/gnutls.h"

namespace tandem {

const Backend& DefaultBackend() { return GnuTls(); }

}  // namespace tandem
