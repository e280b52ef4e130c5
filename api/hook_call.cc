#include "api/hook_call.h"

#include <exception>
#include <new>

namespace tandem {

std::optional<Error> Guarded(const std::string& does, const std::function<void()>& hook) {
  try {
    engine::CallOutside(hook);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& thrown) {
    return MakeError(ErrorKind::kMisuse, "the hook that " + does + " threw: " + thrown.what());
  } catch (...) {
    return MakeError(ErrorKind::kMisuse, "the hook that " + does + " threw");
  }
  return std::nullopt;
}

Error KeptOpen(const std::string& does) {
  return MakeError(ErrorKind::kMisuse,
                   "the hook that " + does +
                       " kept its reply, and the session has no Runtime to wait for it with");
}

}  // namespace tandem
