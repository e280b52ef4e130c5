// What holds private keys: an HSM, another thread, a remote signer, a batcher.

#ifndef TANDEM_ENGINE_KEY_ENGINE_H_
#define TANDEM_ENGINE_KEY_ENGINE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "tandem/engine/operation.h"

namespace tandem::engine {

/// How an engine took an operation.
enum class Submission : std::uint8_t {
  kPending,   ///< It will complete it, exactly once; or has already.
  kAgain,     ///< It is busy: submit once more after WhenReady() has woken.
  kRejected,  ///< It never will. Say why by Operation::Fail() first, if there is more to say.
};

/// Does what keys are asked to do. Called from the threads of all sessions that use its keys, at
/// once; it must not call a session. It outlives its operations: they keep its keys, and a key
/// belongs to an engine that is kept beside it.
class KeyEngine {
 public:
  virtual ~KeyEngine() = default;

  /// Takes `operation`, which may be complete before this returns. Does not block.
  virtual Submission Submit(const std::shared_ptr<Operation>& operation) noexcept = 0;

  /// Learns that nobody waits for `operation` any more: an advice. Does not block. Complete it all
  /// the same, at any time, or let it go.
  virtual void Cancel(const std::shared_ptr<Operation>& operation) noexcept {
    static_cast<void>(operation);
  }

  /// Wakes `waker` when a submission that was kAgain is worth repeating. At once by default: the
  /// loop then tries again each turn.
  virtual void WhenReady(const Waker& waker) noexcept { waker.Wake(); }

  /// Goes on with `operation`: called on the thread that has submitted it, whenever its waiter has
  /// been resumed and finds it open. For engines that have work to do on that very thread.
  virtual void Continue(const std::shared_ptr<Operation>& operation) noexcept {
    static_cast<void>(operation);
  }

  /// Completes what is ready, at most `budget` operations, and returns how many. For engines
  /// without a thread of their own; Runtime::Drive() has it called.
  virtual std::size_t Poll(std::size_t budget) noexcept {
    static_cast<void>(budget);
    return 0;
  }

  /// The loop is about to sleep: starts what was held back to make a batch.
  virtual void Flush() noexcept {}

  /// Says whether a cancelled operation must still be gone on with by Continue() until it is done:
  /// the Runtime's reaper does it then. False: Cancel() is enough.
  virtual bool must_be_continued() const noexcept { return false; }

  /// Returns the fds that are readable when it is worth going on with `operation`, for that reaper:
  /// he has no WaitContext that they could be set on. Asked after each Continue().
  virtual std::vector<int> wait_fds(const std::shared_ptr<Operation>& operation) const {
    static_cast<void>(operation);
    return {};
  }
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_KEY_ENGINE_H_
