// A step of the handshake that can stop in the middle: the library's call in a job of a Runtime.

#ifndef TANDEM_HANDSHAKE_JOB_H_
#define TANDEM_HANDSHAKE_JOB_H_

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tandem/backend.h"
#include "tandem/engine/runtime.h"
#include "tandem/engine/wait_context.h"
#include "tandem/settings.h"

namespace tandem {

/// Says whether something in `settings` may answer later: a hook, or a key that lives elsewhere.
bool CanSuspend(const Settings& settings);

/// Takes the handshake's steps for one session: in jobs, if it can be suspended; as plain calls
/// otherwise, and inside a job of somebody else's (as OpenSSL does with SSL_MODE_ASYNC).
class HandshakeJob {
 public:
  enum class Turn : std::uint8_t {
    kStepped,      ///< The step has ended; step() says how.
    kSuspended,    ///< It waits for an answer.
    kNoRoom,       ///< It waits for another session's job to end.
    kRuntimeGone,  ///< Nothing was done: there is no Runtime any more.
    kElsewhere,    ///< Nothing was done: the Runtime's jobs are another thread's, or around us.
  };

  /// `runtime` may be null; it and `owner` must outlive what is suspended.
  HandshakeJob(engine::Runtime* runtime, engine::JobOwner& owner, const Settings& settings);
  HandshakeJob(const HandshakeJob&) = delete;
  HandshakeJob& operator=(const HandshakeJob&) = delete;
  ~HandshakeJob();

  /// Takes a step of `backend`, or goes on with the one that is suspended. What is thrown in the
  /// step is thrown here.
  Turn Advance(BackendSession& backend);
  const Step& step() const { return step_; }

  /// Returns why a key has failed in the step, or an empty text.
  const std::string& key_failure() const { return key_failure_; }

  /// Brings a suspended step to its end at once: nothing in it waits any more.
  void Cancel();

  bool suspended() const { return static_cast<bool>(job_); }

  /// Says whether a call would have to wait for an answer or for room.
  bool waiting() const { return suspended() || waits_for_room_; }

  /// Says whether a suspended step can be gone on with here and now.
  bool on_own_thread() const;

  /// Says whether a wakeup has come since the last turn.
  bool woken() const { return wait_.has_value() && wait_->target().woken(); }

  engine::Runtime* runtime() const { return runtime_; }

  /// Cuts off the callbacks: nothing is called any more.
  void Detach();

  /// As Session has them. Without a Runtime nothing is ever suspended, and these do nothing.
  void OnReady(std::function<void()> handler);
  void SetCallback(engine::AsyncCallback callback);
  void SetArgument(std::uintptr_t argument);
  engine::AsyncStatus status() const;
  std::vector<int> wait_fds();
  engine::ChangedFds changed_wait_fds();

 private:
  void StepHere(BackendSession& backend);
  Turn Settle(engine::JobRun run);
  void Register();
  void WatchFds();
  void Ended();
  void RepeatWakeup();
  void PublishFd();

  engine::Runtime* runtime_;
  std::weak_ptr<engine::ReadyList> runtime_lives_;
  engine::JobOwner& owner_;
  std::optional<engine::WaitContext> wait_;  // Where something can be suspended.
  BackendSession* backend_ = nullptr;        // While a step is under way.
  engine::JobId job_;
  std::vector<int> watched_;  // Of engines.
  bool registered_ = false;
  std::thread::id thread_;  // Where it waits.
  bool waits_for_room_ = false;
  Step step_;
  std::exception_ptr thrown_;
  std::string key_failure_;
};

}  // namespace tandem

#endif  // TANDEM_HANDSHAKE_JOB_H_
