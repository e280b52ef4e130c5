// OpenSSL as the backend of programs that do not choose one by a value.

#include "tandem/default_backend.h"

#include "tandem/openssl.h"

namespace tandem {

const Backend& DefaultBackend() { return OpenSsl(); }

}  // namespace tandem
