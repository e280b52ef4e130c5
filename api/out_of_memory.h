// What a call comes to in which operator new throws.

#ifndef TANDEM_OUT_OF_MEMORY_H_
#define TANDEM_OUT_OF_MEMORY_H_

#include <new>

#include "tandem/error.h"

namespace tandem {

/// Makes the Error of a call in which memory ran out. It takes none itself.
Error OutOfMemory() noexcept;

/// Returns what `call` returns, which is a Result; OutOfMemory() if memory runs out in it.
template <typename Call>
auto UnlessOutOfMemory(Call call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::bad_alloc&) {
    return OutOfMemory();
  }
}

}  // namespace tandem

#endif  // TANDEM_OUT_OF_MEMORY_H_
