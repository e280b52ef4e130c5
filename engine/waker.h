// How an answer that comes later, from any thread, reaches the one who waits for it.
//
//     completing thread                        the waiter's own thread
//     =================                        =======================
//     Waker::Wake()  ----> WakeTarget  ----->  ReadyList: Runtime::RunReady() finds it
//                             |         `--->  a wait fd, if somebody asked for one
//                             `------------->  the async callback, on the completing thread

#ifndef TANDEM_ENGINE_WAKER_H_
#define TANDEM_ENGINE_WAKER_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace tandem::engine {

class WakeTarget;

/// Tells that what was waited for may have come. Runs on the thread where it came, be that the
/// session's own, in the middle of its call and on a job's small stack. So it must be small, must
/// not block, must not throw, and must only signal. `argument` is the program's own.
using AsyncCallback = std::function<void(std::uintptr_t argument)>;

/// Collects those who were woken, from any thread, until their own thread asks. Who is detached or
/// rests is listed no longer.
class ReadyList {
 public:
  ReadyList() = default;
  ReadyList(const ReadyList&) = delete;
  ReadyList& operator=(const ReadyList&) = delete;
  ~ReadyList();

  /// Takes the one that was woken first; null if there is none.
  std::shared_ptr<WakeTarget> Take();

  /// Says that nobody is listed.
  bool empty() const { return size() == 0; }

  /// Returns how many are listed now, each once.
  std::size_t size() const;

  /// Returns an fd that is readable while the list is not empty, made at the first call; -1 if the
  /// machine has none left (errno says why). The list closes it.
  int fd();

 private:
  friend class WakeTarget;

  // Adds `target` if it is still in `phase`. Any thread. Needs no memory: a wakeup is never lost
  // for want of it.
  void Add(std::shared_ptr<WakeTarget> target, std::uint32_t phase) noexcept;
  void Remove(WakeTarget& target) noexcept;
  std::shared_ptr<WakeTarget> Unlink(WakeTarget& target) noexcept;

  mutable std::mutex mutex_;
  std::shared_ptr<WakeTarget> first_;  // Linked through the targets themselves.
  WakeTarget* last_ = nullptr;
  std::size_t size_ = 0;
  int fd_ = -1;
};

/// The thread-safe half of a waiter. It outlives the waiter, for late wakeups to find nobody. Lives
/// in a shared_ptr.
class WakeTarget : public std::enable_shared_from_this<WakeTarget> {
 public:
  /// Wakes into `ready`, which it does not keep alive, or nowhere if that is null.
  explicit WakeTarget(const std::shared_ptr<ReadyList>& ready) : ready_(ready) {}
  WakeTarget(const WakeTarget&) = delete;
  WakeTarget& operator=(const WakeTarget&) = delete;
  ~WakeTarget();

  /// Notes a wakeup, and passes it on to the ready list, the fd and the callback. Any thread.
  void Wake() noexcept;

  /// Says whether it was woken since the last Rearm().
  bool woken() const { return woken_.load(std::memory_order_acquire); }

  /// Forgets wakeups, and makes the fd unreadable: the waiter looks for itself now. Ends a rest.
  /// Own thread only.
  void Rearm() {
    // A wakeup that comes between this look and the waiter's own stays noted, or is seen there.
    if (woken() || rests()) ForgetAndListen();
  }

  /// Waits for nothing until the next Rearm(): forgets wakeups, makes the fd unreadable, leaves the
  /// ready list, and ignores who wakes it meanwhile. Does not wait for a callback that runs at this
  /// moment on another thread. Own thread only. A new target does not rest.
  void Rest();

  /// Returns a fd that is readable from a wakeup until Rearm() or Rest(); made at the first call
  /// and stable afterwards; -1 if the machine has none left, or after Detach(), which closes it.
  int fd();
  bool has_fd() const;

  /// Sets what is called once for each wakeup from now on, on the thread where it came, or where an
  /// earlier call of it still runs: two never run at once. An empty one unsets it. When this
  /// returns no earlier one runs any more, unless this is called from inside it. Any thread.
  void SetCallback(AsyncCallback callback);
  void SetArgument(std::uintptr_t argument);
  bool has_callback() const;

  /// Sets what RunReady() calls on the waiter's own thread. Own thread only.
  void SetReadyHandler(std::function<void()> handler);

  /// Calls that handler, from where it may even end the waiter; false if there is none. Own thread
  /// only.
  bool CallReadyHandler();

  /// Cuts the waiter off: when this returns nothing is called any more, now or later. Waits at most
  /// for a callback or handler that runs at this moment on another thread.
  void Detach();

 private:
  friend class ReadyList;

  using Lock = std::unique_lock<std::mutex>;
  using Handler = std::function<void()>;

  // Calls out of this object, made without the lock, that others may have to wait for.
  struct Calls {
    unsigned depth = 0;
    std::uint64_t ended = 0;
    std::thread::id thread;
  };

  bool rests() const { return phase_.load(std::memory_order_relaxed) % 2 != 0; }
  void ChangePhase(std::uint32_t by);
  void ForgetWakeup();
  void ForgetAndListen();
  std::shared_ptr<ReadyList> TakeListing();
  void MakeDueCalls(Lock& lock);
  void Begin(Calls& calls);
  void End(Calls& calls);
  void AwaitEnd(const Calls& calls, Lock& lock);
  void EndHandler(std::shared_ptr<const Handler> handler);

  mutable std::mutex mutex_;  // Never held where the ReadyList's is taken, nor the other way round.
  std::condition_variable call_ended_;
  std::weak_ptr<ReadyList> ready_;
  bool may_be_listed_ = false;        // Since the last rest.
  std::shared_ptr<WakeTarget> next_;  // Guarded by the ReadyList's mutex.
  WakeTarget* previous_ = nullptr;    // Likewise.
  bool listed_ = false;               // Likewise.
  bool detached_ = false;
  // Odd while it rests. A wakeup is passed on only in the phase in which it came. Changed under the
  // lock.
  std::atomic<std::uint32_t> phase_ = 0;
  std::atomic<bool> woken_ = false;  // Changed under the lock, so that the fd agrees with it.
  int fd_ = -1;
  std::shared_ptr<const AsyncCallback> callback_;  // Shared, for a copy needs no memory then.
  std::uintptr_t argument_ = 0;
  std::size_t callbacks_due_ = 0;
  Calls callback_calls_;
  std::shared_ptr<const Handler> ready_handler_;
  Calls handler_calls_;
};

/// Wakes one waiter, from any thread and at any time, even after it is gone. Cheap to copy.
class Waker {
 public:
  /// Wakes nobody.
  Waker() = default;
  explicit Waker(std::shared_ptr<WakeTarget> target) : target_(std::move(target)) {}

  void Wake() const noexcept {
    if (target_ != nullptr) target_->Wake();
  }

  /// Tells whom it wakes, to compare; null: nobody.
  const WakeTarget* target() const { return target_.get(); }

 private:
  std::shared_ptr<WakeTarget> target_;
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_WAKER_H_
