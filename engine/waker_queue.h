// Waiters in the order in which they came, each once.

#ifndef TANDEM_ENGINE_WAKER_QUEUE_H_
#define TANDEM_ENGINE_WAKER_QUEUE_H_

#include <cstddef>
#include <deque>
#include <unordered_set>

#include "tandem/engine/waker.h"

namespace tandem::engine {

/// Holds who waits for room. One thread at a time.
class WakerQueue {
 public:
  /// Adds `waker` at the end, unless it is there already. False: there is no memory for it.
  bool Push(const Waker& waker) noexcept;

  /// Takes the first one; it wakes nobody if there is none.
  Waker Pop() noexcept;

  /// Takes `waker` out, wherever it is.
  void Remove(const Waker& waker) noexcept;

  bool empty() const { return queue_.empty(); }
  std::size_t size() const { return queue_.size(); }

 private:
  std::deque<Waker> queue_;
  std::unordered_set<const WakeTarget*> members_;
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_WAKER_QUEUE_H_
