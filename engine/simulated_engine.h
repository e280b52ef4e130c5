// A key engine that misbehaves by one seed, for tests: slow, late, busy, out of order, twice.

#ifndef TANDEM_ENGINE_SIMULATED_ENGINE_H_
#define TANDEM_ENGINE_SIMULATED_ENGINE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tandem/engine/key_engine.h"
#include "tandem/engine/thread_pool.h"
#include "tandem/engine/waker_queue.h"

namespace tandem::engine {

/// What a SimulatedEngine does, each as a chance in 256, decided anew for each operation.
struct Misbehaviour {
  std::uint8_t early = 0;      ///< Completes before Submit() returns.
  std::uint8_t again = 0;      ///< Is busy, and says kAgain.
  std::uint8_t error = 0;      ///< Fails.
  std::uint8_t reject = 0;     ///< Rejects.
  std::uint8_t duplicate = 0;  ///< Completes twice.
  std::uint8_t spurious = 0;   ///< Wakes the waiter once before it has the answer.
  std::uint8_t never = 0;      ///< Takes it and forgets it.
  unsigned max_delay = 4;      ///< Poll() is called so often, at most, before it completes; 1 more
                               ///< where it is spurious.
};

/// Does operations with BlockingKeys on the thread that calls Poll(), in an order of its own. The
/// same seed and the same calls give the same behaviour. One thread only.
class SimulatedEngine final : public KeyEngine {
 public:
  struct Counters {
    std::size_t submitted = 0;  ///< Taken. All are completed, forgotten, or still held.
    std::size_t completed = 0;
    std::size_t failed = 0;  ///< Of the completed: by `error`.
    std::size_t again = 0;
    std::size_t duplicates_dropped = 0;  ///< Second answers, all of which were refused.
    std::size_t duplicates_taken = 0;    ///< Must stay 0.
    std::size_t cancelled = 0;
    std::size_t late = 0;       ///< Completed after they were cancelled.
    std::size_t forgotten = 0;  ///< By `never`; and some of those that were cancelled.
    std::size_t spurious = 0;   ///< Wakeups without an answer.
    std::size_t rejected = 0;
  };

  SimulatedEngine(std::uint64_t seed, const Misbehaviour& misbehaviour);
  ~SimulatedEngine() override;

  Submission Submit(const std::shared_ptr<Operation>& operation) noexcept override;
  void Cancel(const std::shared_ptr<Operation>& operation) noexcept override;
  void WhenReady(const Waker& waker) noexcept override;
  std::size_t Poll(std::size_t budget) noexcept override;

  /// Says whether Poll() has anything left to do.
  bool idle() const;
  const Counters& counters() const { return counters_; }

 private:
  struct Held;

  bool Chance(std::uint8_t of_256);
  std::size_t Below(std::size_t limit);
  Submission TakeAtOnce(const Held& held, bool never);
  Submission Hold(Held held);
  void Answer(const Held& held);

  std::uint64_t random_;
  const Misbehaviour misbehaviour_;
  std::vector<Held> held_;
  WakerQueue waiting_;
  Counters counters_;
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_SIMULATED_ENGINE_H_
