// What the suite, and a program with --@tandem//backends:default_backend=//:metered, will use.

#include "own/metered_backend.h"
#include "tandem/default_backend.h"
#include "tandem/openssl.h"

namespace tandem {

const Backend& DefaultBackend() {
  static own::Meter meter;
  static const own::MeteredBackend backend(OpenSsl(), meter);
  return backend;
}

}  // namespace tandem
