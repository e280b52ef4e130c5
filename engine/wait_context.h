// What a suspended call waits for: fds, a callback and a status. After ASYNC_WAIT_CTX_new(3).

#ifndef TANDEM_ENGINE_WAIT_CONTEXT_H_
#define TANDEM_ENGINE_WAIT_CONTEXT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "tandem/engine/waker.h"

namespace tandem::engine {

/// How the last submission to an engine ended, after ASYNC_WAIT_CTX_get_status(3).
enum class AsyncStatus : std::uint8_t {
  kUnsupported = 0,  ///< No callback will come: nothing was submitted, or the engine has none.
  kError = 1,        ///< The engine refused for good.
  kOk = 2,           ///< Submitted; the callback will come.
  kAgain = 3,        ///< The engine is busy; resume to submit once more.
};

/// Tells one piece of code that suspends from another: any value that is unique to it.
using WaitKey = std::uintptr_t;

/// An fd to wait on, and a value of whoever set it.
struct WaitFd {
  int fd = -1;
  std::uintptr_t custom = 0;
};

/// Which fds came and went since the last pause.
struct ChangedFds {
  std::vector<int> added;
  std::vector<int> deleted;
};

/// Belongs to one waiter, such as a session, for its life; jobs use it one after the other. Use it
/// on the waiter's own thread; what other threads may do is in waker().
class WaitContext {
 public:
  /// Runs when the context goes, for an fd that has not been cleared.
  using Cleanup = std::function<void(WaitKey key, const WaitFd& fd)>;

  /// Wakes into `ready`; null: only the fd and the callback tell.
  explicit WaitContext(std::shared_ptr<ReadyList> ready = nullptr);
  WaitContext(const WaitContext&) = delete;
  WaitContext& operator=(const WaitContext&) = delete;

  /// Calls the cleanup of every fd that is still set, and detaches waker().
  ~WaitContext();

  /// Sets an fd to wait on, readable when it is worth resuming. A second one with the same key
  /// hides the first until it is cleared.
  void SetFd(WaitKey key, WaitFd fd, Cleanup cleanup = nullptr);

  /// Returns the newest fd of `key`.
  std::optional<WaitFd> Fd(WaitKey key) const;

  /// Clears the newest fd of `key` without its cleanup; false if there is none.
  bool ClearFd(WaitKey key);

  /// Returns all fds, the newest first.
  std::vector<int> fds() const;

  /// Returns what changed since the last return from a pause.
  ChangedFds changed_fds() const;

  /// Begins a new list of changes. Called where a job goes on after a pause.
  void ForgetChanges() {
    if (!entries_.empty()) DropChanges();
  }

  void set_status(AsyncStatus status) { status_ = status; }
  AsyncStatus status() const { return status_; }

  /// What wakes this waiter.
  Waker waker() const { return Waker(target_); }
  WakeTarget& target() { return *target_; }
  const WakeTarget& target() const { return *target_; }

 private:
  struct Entry {
    WaitKey key;
    WaitFd fd;
    Cleanup cleanup;
    bool added;
    bool deleted;
  };

  void DropChanges();

  std::vector<Entry> entries_;  // The newest last.
  AsyncStatus status_ = AsyncStatus::kUnsupported;
  std::shared_ptr<WakeTarget> target_;
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_WAIT_CONTEXT_H_
