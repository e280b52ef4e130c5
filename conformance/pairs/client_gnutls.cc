#include "conformance/pairs/pair.h"
#include "tandem/gnutls.h"

namespace tandem::conformance {

const Backend& ClientBackend() { return GnuTls(); }

}  // namespace tandem::conformance
