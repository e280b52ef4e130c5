// Asking, and waiting for the answer, in the middle of a library's call.

#ifndef TANDEM_ENGINE_PERFORM_H_
#define TANDEM_ENGINE_PERFORM_H_

#include <chrono>
#include <memory>
#include <optional>

#include "tandem/engine/job.h"
#include "tandem/engine/key_engine.h"
#include "tandem/engine/reply.h"

namespace tandem::engine {

/// How long Perform() blocks a thread where it cannot pause: what nobody would call a slow key.
inline constexpr std::chrono::milliseconds kBlockingLimit{30'000};

/// Has `engine` do `request` with `key`, and waits for the answer.
///
/// In a job it waits by pausing it, as often as it takes; a job that is cancelled gets a failure at
/// once, and the operation is abandoned. Elsewhere, and where pauses are blocked, it waits by
/// blocking the thread, at most `blocking_limit`. The first failure is noted on the job. Want of
/// memory is a failure like any other.
KeyOutcome Perform(const std::shared_ptr<KeyEngine>& engine, std::shared_ptr<const Key> key,
                   KeyRequest request,
                   std::chrono::milliseconds blocking_limit = kBlockingLimit) noexcept;

/// Waits for an answer that a hook may give later, by pausing the job. Nothing: the answer is open,
/// and there is no job to pause. A cancelled job gets a failure.
template <typename T>
std::optional<ReplyOutcome<T>> Await(PendingAnswer<T>& answer) {
  if (auto outcome = answer.Take()) return outcome;
  Job* job = Job::current();
  if (job == nullptr || job->pause_blocked() || job->wait_context() == nullptr) return std::nullopt;
  WaitContext& wait = *job->wait_context();
  if (answer.Arm(wait.waker())) wait.set_status(AsyncStatus::kOk);
  for (;;) {
    auto outcome = answer.Take();
    if (!outcome.has_value() && job->cancelled()) outcome = ReplyFailure{"the call was given up"};
    if (outcome.has_value()) {
      wait.set_status(AsyncStatus::kUnsupported);
      return outcome;
    }
    job->Pause();
  }
}

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_PERFORM_H_
