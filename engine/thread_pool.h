// A key engine that does on other threads what would block the loop.

#ifndef TANDEM_ENGINE_THREAD_POOL_H_
#define TANDEM_ENGINE_THREAD_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tandem/engine/key_engine.h"
#include "tandem/engine/waker_queue.h"

namespace tandem::engine {

/// A key that is asked and answers at once, however long that takes. Wrap any signer in one.
class BlockingKey : public Key {
 public:
  /// Does `request`. Called from several threads at once. What it throws is a failure.
  virtual KeyOutcome Perform(const KeyRequest& request) const = 0;

  /// Does what `operation` asks, and answers it; what Perform() throws is a failure. False:
  /// somebody has answered before.
  bool Answer(Operation& operation) const noexcept;
};

/// Runs BlockingKeys on its threads. Other keys are rejected.
///
/// Its threads have a lower priority than the loop: on a core that both share the loop comes first.
class ThreadPool final : public KeyEngine {
 public:
  struct Options {
    std::size_t threads = 1;

    /// Operations that wait for a thread; more are answered kAgain. Room for a burst, and few
    /// enough that the last one is done before its peer gives up.
    std::size_t queue_limit = 1024;

    /// Added to the threads' nice value, setpriority(2); 0 to compete with the loop.
    int nice = 19;
  };

  struct Counters {
    std::size_t queued = 0;        ///< Taken into the queue since the beginning.
    std::size_t completed = 0;     ///< Done by a thread, or in its hands.
    std::size_t refused_full = 0;  ///< Submissions answered kAgain.
    std::size_t abandoned = 0;     ///< Not done, because nobody waited any more.
  };

  /// Starts its threads. It works with fewer where the machine refuses some, and rejects everything
  /// where it refuses all.
  explicit ThreadPool(const Options& options);
  ThreadPool() : ThreadPool(Options()) {}

  /// Fails what waits, and joins its threads: it blocks for as long as the operations in their
  /// hands take.
  ~ThreadPool() override;

  Submission Submit(const std::shared_ptr<Operation>& operation) noexcept override;
  void Cancel(const std::shared_ptr<Operation>& operation) noexcept override;
  void WhenReady(const Waker& waker) noexcept override;

  Counters counters() const;

 private:
  void Work();
  std::shared_ptr<Operation> NextOperation();  // Null: the end.
  bool Skip(const Operation& operation);
  bool HasRoom() const { return !stopping_ && queue_.size() < options_.queue_limit; }

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<std::shared_ptr<Operation>> queue_;
  WakerQueue waiting_;  // For room in the queue.
  Counters counters_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_THREAD_POOL_H_
