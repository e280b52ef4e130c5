#include "tandem/engine/waker_queue.h"

#include <algorithm>
#include <new>
#include <utility>

namespace tandem::engine {

bool WakerQueue::Push(const Waker& waker) noexcept {
  if (waker.target() == nullptr) return true;
  try {
    if (!members_.insert(waker.target()).second) return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
  try {
    queue_.push_back(waker);
  } catch (const std::bad_alloc&) {
    members_.erase(waker.target());
    return false;
  }
  return true;
}

Waker WakerQueue::Pop() noexcept {
  if (queue_.empty()) return Waker();
  Waker first = std::move(queue_.front());
  queue_.pop_front();
  members_.erase(first.target());
  return first;
}

void WakerQueue::Remove(const Waker& waker) noexcept {
  if (members_.erase(waker.target()) == 0) return;
  const auto found = std::find_if(queue_.begin(), queue_.end(), [&](const Waker& each) {
    return each.target() == waker.target();
  });
  queue_.erase(found);
}

}  // namespace tandem::engine
