// What an ASYNC_JOB of OpenSSL's waits with.

#include "backends/openssl/leaf_wait.h"

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <new>
#include <utility>

namespace tandem::openssl {

// What code that pauses jobs is given to call. It may do so at any time, even when the engine is
// gone, and cannot be asked whether it still will: so a bell is used again and never freed. There
// are as many as operations have been under way at once.
class LeafBell {
 public:
  /// Throws std::bad_alloc.
  static LeafBell& Take();
  static void GiveBack(LeafBell& bell) noexcept;

  void Serve(std::shared_ptr<engine::Operation> operation) noexcept;
  static int Ring(void* bell) noexcept;

 private:
  struct Idle {
    std::mutex mutex;
    LeafBell* first = nullptr;
  };
  static Idle& IdleBells();

  std::mutex mutex_;
  std::condition_variable last_call_ended_;
  std::shared_ptr<engine::Operation> operation_;
  std::size_t calls_ = 0;     // Of Ring(), which are waking it.
  LeafBell* next_ = nullptr;  // Of those that are idle.
};

LeafBell::Idle& LeafBell::IdleBells() {
  static Idle& idle = *new Idle;  // Engines may be static objects themselves.
  return idle;
}

LeafBell& LeafBell::Take() {
  Idle& idle = IdleBells();
  const std::lock_guard<std::mutex> lock(idle.mutex);
  if (idle.first == nullptr) return *new LeafBell;
  LeafBell& bell = *idle.first;
  idle.first = bell.next_;
  return bell;
}

void LeafBell::GiveBack(LeafBell& bell) noexcept {
  bell.Serve(nullptr);
  Idle& idle = IdleBells();
  const std::lock_guard<std::mutex> lock(idle.mutex);
  bell.next_ = idle.first;
  idle.first = &bell;
}

void LeafBell::Serve(std::shared_ptr<engine::Operation> operation) noexcept {
  // The last reference to an operation, and with it to a key, must not go on the thread of
  // somebody else's completion: it goes here, and without the lock.
  std::shared_ptr<engine::Operation> before;
  std::unique_lock<std::mutex> lock(mutex_);
  before = std::exchange(operation_, nullptr);
  last_call_ended_.wait(lock, [this] { return calls_ == 0; });
  operation_ = std::move(operation);
}

int LeafBell::Ring(void* bell) noexcept {
  auto& self = *static_cast<LeafBell*>(bell);
  engine::Operation* operation = nullptr;
  {
    const std::lock_guard<std::mutex> lock(self.mutex_);
    operation = self.operation_.get();
    if (operation == nullptr) return 1;
    ++self.calls_;
  }
  operation->Wake();  // Without the lock: it leads to a callback of the program's.
  const std::lock_guard<std::mutex> lock(self.mutex_);
  if (--self.calls_ == 0) self.last_call_ended_.notify_all();
  return 1;
}

LeafWait::LeafWait() : bell_(LeafBell::Take()), context_(ASYNC_WAIT_CTX_new()) {
  if (context_ != nullptr && ASYNC_WAIT_CTX_set_callback(context_, LeafBell::Ring, &bell_) == 1) {
    return;
  }
  LeafBell::GiveBack(bell_);
  ASYNC_WAIT_CTX_free(context_);
  throw std::bad_alloc();
}

LeafWait::~LeafWait() {
  ASYNC_WAIT_CTX_free(context_);
  LeafBell::GiveBack(bell_);
}

void LeafWait::Serve(std::shared_ptr<engine::Operation> operation) noexcept {
  // It stays from the job before.
  ASYNC_WAIT_CTX_set_status(context_, ASYNC_STATUS_UNSUPPORTED);
  bell_.Serve(std::move(operation));
}

std::vector<int> LeafWait::fds() const {
  std::size_t count = 0;
  if (ASYNC_WAIT_CTX_get_all_fds(context_, nullptr, &count) != 1) return {};
  std::vector<int> fds(count);
  if (count > 0) ASYNC_WAIT_CTX_get_all_fds(context_, fds.data(), &count);
  return fds;
}

std::vector<int> LeafWait::deleted_fds() const {
  std::size_t added = 0;
  std::size_t deleted = 0;
  if (ASYNC_WAIT_CTX_get_changed_fds(context_, nullptr, &added, nullptr, &deleted) != 1) return {};
  std::vector<int> fds(deleted, -1);
  if (deleted > 0) {
    ASYNC_WAIT_CTX_get_changed_fds(context_, nullptr, &added, fds.data(), &deleted);
  }
  return fds;
}

}  // namespace tandem::openssl
