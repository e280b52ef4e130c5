#include "tandem/engine/waker.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace tandem::engine {
namespace {

int MakeEventFd(bool readable) { return eventfd(readable ? 1 : 0, EFD_NONBLOCK | EFD_CLOEXEC); }

// Neither can fail: who calls them knows that the count is 0 or 1, and they never block.
void MakeReadable(int fd) {
  if (fd >= 0) eventfd_write(fd, 1);
}

void MakeUnreadable(int fd) {
  eventfd_t count = 0;
  if (fd >= 0) eventfd_read(fd, &count);
}

}  // namespace

ReadyList::~ReadyList() {
  // One by one: each holds the next, and a long chain that frees itself would need a long stack.
  while (first_ != nullptr) Unlink(*first_);
  if (fd_ >= 0) close(fd_);
}

void ReadyList::Add(std::shared_ptr<WakeTarget> target, std::uint32_t phase) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  // Who changes the phase goes on to Remove(): either that finds the target, or this the change.
  if (target->listed_ || target->phase_.load(std::memory_order_relaxed) != phase) return;
  target->listed_ = true;
  WakeTarget* const added = target.get();
  if (first_ == nullptr) {
    first_ = std::move(target);
    MakeReadable(fd_);
  } else {
    target->previous_ = last_;
    last_->next_ = std::move(target);
  }
  last_ = added;
  ++size_;
}

void ReadyList::Remove(WakeTarget& target) noexcept {
  std::shared_ptr<WakeTarget> removed;  // Outlives the lock: it may be the last one.
  const std::lock_guard<std::mutex> lock(mutex_);
  if (target.listed_) removed = Unlink(target);
}

// Returns what has kept it alive.
std::shared_ptr<WakeTarget> ReadyList::Unlink(WakeTarget& target) noexcept {
  auto& link = target.previous_ != nullptr ? target.previous_->next_ : first_;
  std::shared_ptr<WakeTarget> unlinked = std::move(link);
  link = std::move(target.next_);
  (link != nullptr ? link->previous_ : last_) = target.previous_;
  target.previous_ = nullptr;
  target.listed_ = false;
  --size_;
  if (first_ == nullptr) MakeUnreadable(fd_);
  return unlinked;
}

std::shared_ptr<WakeTarget> ReadyList::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return first_ != nullptr ? Unlink(*first_) : nullptr;
}

std::size_t ReadyList::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return size_;
}

int ReadyList::fd() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (fd_ < 0) fd_ = MakeEventFd(first_ != nullptr);
  return fd_;
}

WakeTarget::~WakeTarget() {
  if (fd_ >= 0) close(fd_);
}

void WakeTarget::Wake() noexcept {
  // What is called here may let go of whoever holds this.
  const std::shared_ptr<WakeTarget> self = shared_from_this();
  std::shared_ptr<ReadyList> ready;
  std::uint32_t phase = 0;
  {
    const Lock lock(mutex_);
    if (detached_ || rests()) return;
    if (!woken_.exchange(true, std::memory_order_release)) MakeReadable(fd_);
    ready = ready_.lock();
    may_be_listed_ = ready != nullptr;
    phase = phase_.load(std::memory_order_relaxed);
  }
  if (ready != nullptr) ready->Add(self, phase);
  Lock lock(mutex_);
  if (callback_ == nullptr || phase_.load(std::memory_order_relaxed) != phase) return;
  ++callbacks_due_;
  MakeDueCalls(lock);
}

// One thread at a time calls, for the others too. Were two to call at once, and both to detach the
// waiter from inside, each would wait for the other.
void WakeTarget::MakeDueCalls(Lock& lock) {
  if (callback_calls_.depth > 0) return;
  while (callbacks_due_ > 0) {
    --callbacks_due_;
    std::shared_ptr<const AsyncCallback> callback = callback_;
    const std::uintptr_t argument = argument_;
    Begin(callback_calls_);
    lock.unlock();
    (*callback)(argument);
    callback.reset();  // It may be the last, and what it holds must be gone when others go on.
    lock.lock();
    End(callback_calls_);
  }
}

void WakeTarget::Begin(Calls& calls) {
  ++calls.depth;
  calls.thread = std::this_thread::get_id();
}

void WakeTarget::End(Calls& calls) {
  if (--calls.depth > 0) return;
  ++calls.ended;
  call_ended_.notify_all();
}

void WakeTarget::AwaitEnd(const Calls& calls, Lock& lock) {
  if (calls.thread == std::this_thread::get_id()) return;
  // Not for one that began later: it is not what the caller has just replaced.
  const std::uint64_t ended = calls.ended;
  call_ended_.wait(lock, [&] { return calls.depth == 0 || calls.ended != ended; });
}

void WakeTarget::ForgetAndListen() {
  const Lock lock(mutex_);
  if (rests()) ChangePhase(1);
  ForgetWakeup();
}

void WakeTarget::Rest() {
  if (rests()) return;
  std::shared_ptr<ReadyList> ready;
  {
    const Lock lock(mutex_);
    ChangePhase(1);
    callbacks_due_ = 0;
    ForgetWakeup();
    ready = TakeListing();
  }
  if (ready != nullptr) ready->Remove(*this);
}

// Under the lock, as all writes are: no need of what the processor makes exact.
void WakeTarget::ChangePhase(std::uint32_t by) {
  phase_.store(phase_.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

void WakeTarget::ForgetWakeup() {
  if (!woken()) return;
  woken_.store(false, std::memory_order_relaxed);
  MakeUnreadable(fd_);
}

// Returns the list that this must be removed from when the lock is gone; null if it is on none.
std::shared_ptr<ReadyList> WakeTarget::TakeListing() {
  return std::exchange(may_be_listed_, false) ? ready_.lock() : nullptr;
}

int WakeTarget::fd() {
  const Lock lock(mutex_);
  if (fd_ < 0 && !detached_) fd_ = MakeEventFd(woken());
  return fd_;
}

bool WakeTarget::has_fd() const {
  const Lock lock(mutex_);
  return fd_ >= 0;
}

void WakeTarget::SetCallback(AsyncCallback callback) {
  std::shared_ptr<const AsyncCallback> next;
  if (callback) next = std::make_shared<const AsyncCallback>(std::move(callback));
  Lock lock(mutex_);
  if (detached_) return;
  callback_.swap(next);
  if (callback_ == nullptr) callbacks_due_ = 0;
  AwaitEnd(callback_calls_, lock);
  lock.unlock();  // The old one goes now, and may be long about it.
}

void WakeTarget::SetArgument(std::uintptr_t argument) {
  const Lock lock(mutex_);
  argument_ = argument;
}

bool WakeTarget::has_callback() const {
  const Lock lock(mutex_);
  return callback_ != nullptr;
}

void WakeTarget::SetReadyHandler(Handler handler) {
  std::shared_ptr<const Handler> next;
  if (handler) next = std::make_shared<const Handler>(std::move(handler));
  Lock lock(mutex_);
  if (!detached_) ready_handler_.swap(next);
  lock.unlock();
}

bool WakeTarget::CallReadyHandler() {
  const std::shared_ptr<WakeTarget> self = shared_from_this();
  std::shared_ptr<const Handler> handler;
  {
    const Lock lock(mutex_);
    handler = ready_handler_;
    if (handler == nullptr) return false;
    Begin(handler_calls_);
  }
  try {
    (*handler)();
  } catch (...) {
    EndHandler(std::move(handler));
    throw;
  }
  EndHandler(std::move(handler));
  return true;
}

void WakeTarget::EndHandler(std::shared_ptr<const Handler> handler) {
  handler.reset();  // As above.
  const Lock lock(mutex_);
  End(handler_calls_);
}

void WakeTarget::Detach() {
  std::shared_ptr<const AsyncCallback> callback;
  std::shared_ptr<const Handler> handler;
  Lock lock(mutex_);
  detached_ = true;
  ChangePhase(2);
  callback.swap(callback_);
  handler.swap(ready_handler_);
  callbacks_due_ = 0;
  const std::shared_ptr<ReadyList> ready = TakeListing();
  ready_.reset();
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  AwaitEnd(callback_calls_, lock);
  AwaitEnd(handler_calls_, lock);
  lock.unlock();
  if (ready != nullptr) ready->Remove(*this);
}

}  // namespace tandem::engine
