#include "conformance/pairs/pair.h"
#include "tandem/gnutls.h"

namespace tandem::conformance {

const Backend& ServerBackend() { return GnuTls(); }

}  // namespace tandem::conformance
