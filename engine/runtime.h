// What an event loop has one of: stacks for jobs, and one fd for all that may answer later.
//
//     poll({sockets..., runtime.fd()})
//     if runtime.fd() is readable:  runtime.RunReady()   calls the ready handlers of sessions
//
// Sessions that are given a Runtime use it from the thread of their calls; all sessions of one
// Runtime belong to one thread while any of them is suspended.

#ifndef TANDEM_ENGINE_RUNTIME_H_
#define TANDEM_ENGINE_RUNTIME_H_

#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "tandem/engine/fd_watch.h"
#include "tandem/engine/job.h"
#include "tandem/engine/key_engine.h"
#include "tandem/engine/orphanage.h"
#include "tandem/engine/reaper.h"
#include "tandem/engine/waker.h"
#include "tandem/engine/waker_queue.h"

namespace tandem::engine {

/// Somebody with a paused job, as the Runtime knows him.
class JobOwner {
 public:
  JobOwner() = default;
  JobOwner(const JobOwner&) = delete;
  JobOwner& operator=(const JobOwner&) = delete;

  /// The Runtime goes away: cancel the job and forget the Runtime, which has forgotten this
  /// already. May destroy this, and other owners. Own thread.
  virtual void OnRuntimeGone() noexcept = 0;

 protected:
  ~JobOwner() { assert(!registered_); }

 private:
  friend class Runtime;

  bool registered_ = false;
  JobOwner* previous_ = nullptr;
  JobOwner* next_ = nullptr;
};

/// Counts since the beginning, but for what is said to be now.
struct RuntimeCounters {
  std::size_t jobs_in_flight = 0;       ///< Now.
  std::size_t stacks = 0;               ///< Now.
  std::size_t orphans = 0;              ///< Now.
  std::uint64_t wakeups = 0;            ///< Ready handlers that RunReady() has called.
  std::uint64_t no_jobs = 0;            ///< Starts that found the limit reached.
  std::uint64_t orphans_abandoned = 0;  ///< By the destructor, which had waited for them.
};

class Runtime final : public Reaper {
 public:
  struct Options {
    /// Calls that are suspended at once; more are told kWantAsync and are woken when there is room.
    /// 0: as many as there are stacks, see StackPool. Each costs the stack that it has touched
    /// and what the library holds for a handshake. Default: more than one loop serves.
    std::size_t max_jobs = 100'000;

    /// The stacks of sessions. kLarge costs nothing but address space, until it is touched.
    StackClass stack_class = StackClass::kUsual;

    /// How long the destructor waits for what a third party's engine has not ended.
    std::chrono::milliseconds drain_limit{1000};

    /// Told by the destructor, if it has to let go of what has not ended in that time: such memory
    /// stays taken. Must not throw.
    std::function<void(const RuntimeCounters&)> on_abandoned;
  };

  /// Handlers that one RunReady() calls at most, so that a storm of answers does not keep the loop
  /// from its sockets.
  static constexpr std::size_t kReadyPerTurn = 64;

  explicit Runtime(const Options& options);
  Runtime() : Runtime(Options()) {}
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// Cancels what is suspended; its sessions end as kMisuse. What an engine still completes finds
  /// nobody. Calls no ready handlers.
  ///
  /// Not from inside RunReady() or a call of one of its sessions, that is a hook, a transport or a
  /// callback, nor on another thread than that of what is suspended: that ends the process.
  ~Runtime();

  /// Returns the fd that is readable while RunReady() has something to do, -1 if the machine has
  /// none left (errno says why). Level-triggered; the Runtime closes it.
  int fd();

  /// Polls the driven engines, runs the reaper, and calls the ready handlers of at most `budget`
  /// sessions; returns how many. Flushes the driven engines at the end. Own thread.
  ///
  /// An orphan that nothing can wake is looked at whenever this is called, and only then.
  ///
  /// A handler may do what it likes, but for destroying the Runtime. From inside a handler or a job
  /// this does nothing, and returns 0. Who is woken while it runs is called by the next one.
  std::size_t RunReady(std::size_t budget = kReadyPerTurn);

  /// Says whether RunReady() would call a handler at once: do not sleep then. Orphans that nothing
  /// can wake do not count: the loop would not sleep until the last has ended.
  bool has_ready() const;

  /// Has RunReady() poll and flush `engine`, which has no threads of its own, from now on. Such an
  /// engine makes no fd readable: call RunReady() at each turn, before the loop sleeps.
  void Drive(std::shared_ptr<KeyEngine> engine);

  RuntimeCounters counters() const;

  // --- For sessions -----------------------------------------------------------------------------

  JobPool& jobs() { return jobs_; }
  const Options& options() const { return options_; }
  const std::shared_ptr<ReadyList>& ready() const override { return ready_; }

  /// Counts a start that was answered kNoJobs, and wakes `waker` when a job has ended: those who
  /// wait in the order in which they came, each once. Own thread, and so are the next two.
  void WaitForJob(const Waker& waker) noexcept;

  /// Wakes the next one who waits for a job. Called whenever a job of a session has ended.
  void JobEnded() noexcept;

  /// Says that `waker` wants no job any more; if it was woken for one the next one is.
  void StopWaiting(const Waker& waker) noexcept;

  /// Keeps `owner` informed until Forget(). Own thread.
  void Register(JobOwner& owner) noexcept;
  void Forget(JobOwner& owner) noexcept;

  /// Takes over what is left of somebody, from any thread; it is reaped on the Runtime's own.
  void Adopt(std::unique_ptr<Orphan> orphan) noexcept override;

  /// Watches `fd`, which somebody else owns, and wakes `target` while it is readable; for waiters
  /// whose engine has nothing but an fd. An fd wakes all its targets. False if the machine refuses.
  /// Own thread.
  bool Watch(int fd, std::shared_ptr<WakeTarget> target) noexcept;
  void Unwatch(int fd, const WakeTarget& target) noexcept;

 private:
  void PollEngines(std::size_t budget);
  void FlushEngines();
  std::size_t CallHandlers(std::size_t budget);
  void WakeWaiter() noexcept;
  void Drain();
  void AwaitWakeup(std::chrono::milliseconds at_most);

  const Options options_;
  const std::shared_ptr<ReadyList> ready_;
  FdWatch watch_;
  Orphanage orphanage_;
  JobPool jobs_;
  std::vector<std::shared_ptr<KeyEngine>> engines_;
  JobOwner* owners_ = nullptr;
  WakerQueue waiting_;          // For a job to end.
  std::size_t refused_at_ = 0;  // Jobs in flight when a start was refused the last time.
  RuntimeCounters counters_;
  bool running_ = false;
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_RUNTIME_H_
