#include "tandem/engine/thread_pool.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>
#include <variant>

namespace tandem::engine {
namespace {

// A thread takes the mask of the one who makes it. The program's handlers run on its own threads.
class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

// On Linux a nice value belongs to a thread. One that cannot be set is no reason not to work.
void LowerOwnPriority(int nice) {
  if (nice == 0) return;
  const auto self = static_cast<id_t>(syscall(SYS_gettid));
  const int before = getpriority(PRIO_PROCESS, self);
  static_cast<void>(setpriority(PRIO_PROCESS, self, before + nice));
}

const BlockingKey* BlockingKeyOf(const Operation& operation) {
  return dynamic_cast<const BlockingKey*>(&operation.key());
}

KeyOutcome Ask(const BlockingKey& key, const KeyRequest& request) {
  try {
    return key.Perform(request);
  } catch (const std::bad_alloc&) {
    return ReplyFailure{"out of memory"};  // Short enough to need none.
  } catch (const std::exception& thrown) {
    return ReplyFailure{thrown.what()};
  } catch (...) {
    return ReplyFailure{"the key threw what is no std::exception"};
  }
}

}  // namespace

bool BlockingKey::Answer(Operation& operation) const noexcept {
  try {
    KeyOutcome outcome = Ask(*this, operation.request());
    if (auto* output = std::get_if<0>(&outcome)) return operation.Complete(std::move(*output));
    return operation.Fail(std::get<1>(outcome).reason);
  } catch (const std::bad_alloc&) {
    return operation.Fail("out of memory");  // There was none even for the reason.
  }
}

ThreadPool::ThreadPool(const Options& options) : options_(options) {
  const std::size_t wanted = std::max<std::size_t>(options.threads, 1);
  threads_.reserve(wanted);
  const AllSignalsBlocked blocked;
  try {
    while (threads_.size() < wanted) threads_.emplace_back([this] { Work(); });
  } catch (const std::exception&) {
    // Fewer threads than wanted do the work too; Submit() sees to it if there is none.
  }
}

ThreadPool::~ThreadPool() {
  std::deque<std::shared_ptr<Operation>> left;
  WakerQueue waiting;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    left.swap(queue_);
    std::swap(waiting, waiting_);
  }
  work_.notify_all();
  for (const auto& operation : left) operation->Fail("the key engine has stopped");
  while (!waiting.empty()) waiting.Pop().Wake();
  for (std::thread& thread : threads_) thread.join();
}

Submission ThreadPool::Submit(const std::shared_ptr<Operation>& operation) noexcept {
  if (BlockingKeyOf(*operation) == nullptr) {
    operation->Fail("the thread pool needs a BlockingKey");
    return Submission::kRejected;
  }
  if (threads_.empty()) {
    operation->Fail("the machine has no thread for the thread pool");
    return Submission::kRejected;
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!HasRoom()) {
      ++counters_.refused_full;
      return Submission::kAgain;
    }
    try {
      queue_.push_back(operation);
    } catch (const std::bad_alloc&) {
      return Submission::kAgain;
    }
    ++counters_.queued;
  }
  work_.notify_one();
  return Submission::kPending;
}

void ThreadPool::Cancel(const std::shared_ptr<Operation>& operation) noexcept {
  std::shared_ptr<Operation> taken;  // Goes without the lock: its key goes with it.
  Waker waker;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = std::find(queue_.begin(), queue_.end(), operation);
    if (found == queue_.end()) return;
    taken = std::move(*found);
    queue_.erase(found);
    ++counters_.abandoned;
    waker = waiting_.Pop();
  }
  waker.Wake();
}

void ThreadPool::WhenReady(const Waker& waker) noexcept {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!HasRoom() && !stopping_ && waiting_.Push(waker)) return;
  }
  waker.Wake();
}

ThreadPool::Counters ThreadPool::counters() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return counters_;
}

void ThreadPool::Work() {
  LowerOwnPriority(options_.nice);
  while (const std::shared_ptr<Operation> operation = NextOperation()) {
    if (Skip(*operation)) continue;
    BlockingKeyOf(*operation)->Answer(*operation);
  }
}

std::shared_ptr<Operation> ThreadPool::NextOperation() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    if (stopping_) return nullptr;
    if (!queue_.empty()) break;
    if (waiting_.empty()) {
      work_.wait(lock);
      continue;
    }
    // Who was woken before may be gone: an idle thread leaves nobody waiting.
    const Waker waker = waiting_.Pop();
    lock.unlock();
    waker.Wake();
    lock.lock();
  }
  std::shared_ptr<Operation> operation = std::move(queue_.front());
  queue_.pop_front();
  const Waker waker = waiting_.Pop();
  lock.unlock();
  waker.Wake();
  return operation;
}

bool ThreadPool::Skip(const Operation& operation) {
  const bool abandoned = operation.abandoned();
  const std::lock_guard<std::mutex> lock(mutex_);
  ++(abandoned ? counters_.abandoned : counters_.completed);
  return abandoned;
}

}  // namespace tandem::engine
