// Calling what a program has written: it may throw, and it may answer later or never.

#ifndef TANDEM_HOOK_CALL_H_
#define TANDEM_HOOK_CALL_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "tandem/engine/perform.h"
#include "tandem/engine/reply.h"
#include "tandem/error.h"

namespace tandem {

/// Runs a hook that `does` something, on the stack of the program's own call. Nothing: it came
/// back. Else the Error of a hook that threw, which must not travel through a library written in C.
/// That memory ran out in it is nobody's misuse: std::bad_alloc is thrown on.
std::optional<Error> Guarded(const std::string& does, const std::function<void()>& hook);

/// Returns the Error of a hook that came back and kept its reply, where nobody can wait for it.
Error KeptOpen(const std::string& does);

/// Asks a hook that `does` something, and waits for its answer by suspending the job. A job that is
/// given up asks nobody any more.
template <typename T>
std::variant<engine::ReplyOutcome<T>, Error> Ask(
    const std::string& does, const std::function<void(engine::Reply<T>)>& hook) {
  using Asked = std::variant<engine::ReplyOutcome<T>, Error>;
  const engine::Job* job = engine::Job::current();
  if (job != nullptr && job->cancelled()) {
    return Asked(std::in_place_index<0>, engine::ReplyFailure{"the call was given up"});
  }
  auto [reply, answer] = engine::MakeReply<T>();
  if (auto error = Guarded(does, [&hook, &reply = reply] { hook(std::move(reply)); })) {
    return std::move(*error);
  }
  if (auto outcome = engine::Await(answer)) return Asked(std::in_place_index<0>, *outcome);
  return KeptOpen(does);
}

}  // namespace tandem

#endif  // TANDEM_HOOK_CALL_H_
