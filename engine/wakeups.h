// For tests: counts the wakeups of a target of its own, and waits for them.

#ifndef TANDEM_ENGINE_WAKEUPS_H_
#define TANDEM_ENGINE_WAKEUPS_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include "tandem/engine/waker.h"

namespace tandem::engine {

/// A waiter that does nothing but count. Its wakeups may come from any thread.
class Wakeups {
 public:
  Wakeups() {
    target_->SetCallback([this](std::uintptr_t) {
      const std::lock_guard<std::mutex> lock(mutex_);
      ++count_;
      changed_.notify_all();
    });
  }
  Wakeups(const Wakeups&) = delete;
  Wakeups& operator=(const Wakeups&) = delete;
  ~Wakeups() { target_->Detach(); }

  Waker waker() const { return Waker(target_); }

  int count() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return count_;
  }

  /// Waits until there have been `count` of them.
  void Await(int count) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return count_ >= count; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
  std::shared_ptr<WakeTarget> target_ = std::make_shared<WakeTarget>(nullptr);
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_WAKEUPS_H_
