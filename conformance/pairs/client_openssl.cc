#include "conformance/pairs/pair.h"
#include "tandem/openssl.h"

namespace tandem::conformance {

const Backend& ClientBackend() { return OpenSsl(); }

}  // namespace tandem::conformance
