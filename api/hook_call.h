// Calling what a program has written: it may throw, and it may not answer.

#ifndef TANDEM_HOOK_CALL_H_
#define TANDEM_HOOK_CALL_H_

#include <functional>
#include <optional>
#include <string>

#include "tandem/error.h"

namespace tandem {

/// Runs a hook that `does` something. Nothing: it came back. Else the Error of a hook that threw,
/// which must not travel through a library written in C. That memory ran out in it is nobody's
/// misuse: std::bad_alloc is thrown on.
std::optional<Error> Guarded(const std::string& does, const std::function<void()>& hook);

/// Returns the Error of a hook that came back and kept its reply.
Error KeptOpen(const std::string& does);

}  // namespace tandem

#endif  // TANDEM_HOOK_CALL_H_
