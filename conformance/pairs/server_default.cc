#include "conformance/pairs/pair.h"
#include "tandem/default_backend.h"

namespace tandem::conformance {

const Backend& ServerBackend() { return DefaultBackend(); }

}  // namespace tandem::conformance
