#include "conformance/pairs/pair.h"
#include "tandem/openssl.h"

namespace tandem::conformance {

const Backend& ServerBackend() { return OpenSsl(); }

}  // namespace tandem::conformance
