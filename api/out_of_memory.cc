#include "tandem/out_of_memory.h"

namespace tandem {

Error OutOfMemory() noexcept {
  Error error;
  error.kind = ErrorKind::kInternal;
  error.what = "out of memory";  // Short enough to lie in the string itself.
  return error;
}

}  // namespace tandem
