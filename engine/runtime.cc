#include "tandem/engine/runtime.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <utility>

namespace tandem::engine {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How long the destructor sleeps between two looks at what cannot wake it.
constexpr milliseconds kDrainInterval{1};

// What the destructor asks a driven engine at most in one go.
constexpr std::size_t kDrainBudget = 64;

// Ends the process, before what still runs comes back to memory that is gone.
[[noreturn]] void Refuse(const char* where) {
  fprintf(stderr, "tandem: a Runtime must not be destroyed %s\n", where);
  abort();
}

// Says that something runs, until the end of the block, however that comes.
class Running {
 public:
  explicit Running(bool& flag) : flag_(flag) { flag_ = true; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { flag_ = false; }

 private:
  bool& flag_;
};

}  // namespace

Runtime::Runtime(const Options& options)
    : options_(options),
      ready_(std::make_shared<ReadyList>()),
      watch_(ready_),
      orphanage_(ready_, watch_),
      jobs_(JobPool::Limits{options.max_jobs, 0}, this) {}

Runtime::~Runtime() {
  if (running_) Refuse("from inside its RunReady()");
  if (Job::current() != nullptr) Refuse("from inside a job");
  if (!jobs_.on_own_thread()) Refuse("on another thread than its suspended sessions'");
  running_ = true;
  while (owners_ != nullptr) {
    JobOwner& owner = *owners_;
    Forget(owner);
    owner.OnRuntimeGone();
  }
  // First those who have jobs and know more of them than that they are to be cancelled.
  orphanage_.ReapAll();
  jobs_.CancelAll();
  // All that were paused have ended.
  if (jobs_.in_flight() > 0) Refuse("from inside a hook or transport of its sessions");
  Drain();
  while (!waiting_.empty()) waiting_.Pop().Wake();
  counters_.orphans_abandoned = orphanage_.LetGo();
  if (counters_.orphans_abandoned > 0 && options_.on_abandoned) options_.on_abandoned(counters());
}

int Runtime::fd() { return watch_.fd(); }

std::size_t Runtime::RunReady(std::size_t budget) {
  if (running_ || Job::current() != nullptr) return 0;
  assert(jobs_.on_own_thread());
  const Running running(running_);
  PollEngines(budget);
  watch_.WakeReadable();
  orphanage_.ReapPolled();
  const std::size_t called = CallHandlers(budget);
  FlushEngines();
  // Who was woken because a job had ended may be gone, or want none any more.
  if (ready_->empty() && jobs_.in_flight() < refused_at_) WakeWaiter();
  return called;
}

bool Runtime::has_ready() const { return !ready_->empty() || watch_.has_readable(); }

void Runtime::Drive(std::shared_ptr<KeyEngine> engine) { engines_.push_back(std::move(engine)); }

RuntimeCounters Runtime::counters() const {
  RuntimeCounters now = counters_;
  now.jobs_in_flight = jobs_.in_flight();
  now.stacks = jobs_.stacks().made();
  now.orphans = orphanage_.size();
  return now;
}

void Runtime::WaitForJob(const Waker& waker) noexcept {
  ++counters_.no_jobs;
  refused_at_ = jobs_.in_flight();
  // Where there is no job that could end, trying again is all that is left.
  if (refused_at_ == 0 || !waiting_.Push(waker)) waker.Wake();
}

void Runtime::JobEnded() noexcept { WakeWaiter(); }

void Runtime::StopWaiting(const Waker& waker) noexcept {
  waiting_.Remove(waker);
  if (jobs_.in_flight() < refused_at_) WakeWaiter();
}

void Runtime::Register(JobOwner& owner) noexcept {
  assert(jobs_.on_own_thread());
  if (std::exchange(owner.registered_, true)) return;
  owner.next_ = owners_;
  if (owners_ != nullptr) owners_->previous_ = &owner;
  owners_ = &owner;
}

void Runtime::Forget(JobOwner& owner) noexcept {
  assert(jobs_.on_own_thread());
  if (!std::exchange(owner.registered_, false)) return;
  if (owner.next_ != nullptr) owner.next_->previous_ = owner.previous_;
  JobOwner*& link = owner.previous_ != nullptr ? owner.previous_->next_ : owners_;
  link = owner.next_;
  owner.previous_ = nullptr;
  owner.next_ = nullptr;
}

void Runtime::Adopt(std::unique_ptr<Orphan> orphan) noexcept {
  orphanage_.Adopt(std::move(orphan));
}

bool Runtime::Watch(int fd, std::shared_ptr<WakeTarget> target) noexcept {
  return watch_.Watch(fd, std::move(target));
}

void Runtime::Unwatch(int fd, const WakeTarget& target) noexcept { watch_.Unwatch(fd, &target); }

// By index: what an engine's operation comes to may have the program drive one more.
void Runtime::PollEngines(std::size_t budget) {
  for (std::size_t i = 0; i < engines_.size(); ++i) engines_[i]->Poll(budget);
}

void Runtime::FlushEngines() {
  for (std::size_t i = 0; i < engines_.size(); ++i) engines_[i]->Flush();
}

std::size_t Runtime::CallHandlers(std::size_t budget) {
  std::size_t called = 0;
  // Not those who come meanwhile: an engine that is busy, and wakes at once who asks when it will
  // not be, would keep the loop here.
  for (std::size_t left = ready_->size(); left > 0 && called < budget; --left) {
    const std::shared_ptr<WakeTarget> target = ready_->Take();
    if (target == nullptr) break;
    const std::uint64_t ours = orphanage_.handlers_called();
    if (!target->CallReadyHandler() || ours != orphanage_.handlers_called()) continue;
    ++counters_.wakeups;
    ++called;
  }
  return called;
}

void Runtime::WakeWaiter() noexcept { waiting_.Pop().Wake(); }

void Runtime::Drain() {
  const steady_clock::time_point end = steady_clock::now() + options_.drain_limit;
  for (;;) {
    PollEngines(kDrainBudget);
    FlushEngines();
    while (ready_->Take() != nullptr) {
      // Who belongs to a session is not called any more; orphans are all looked at below.
    }
    orphanage_.ReapAll();
    if (orphanage_.size() == 0) return;
    const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
    if (left <= milliseconds::zero()) return;
    AwaitWakeup(left);
  }
}

void Runtime::AwaitWakeup(milliseconds at_most) {
  const bool can_be_woken = fd() >= 0 && engines_.empty() && !orphanage_.must_be_polled();
  const milliseconds timeout = can_be_woken ? at_most : std::min(at_most, kDrainInterval);
  pollfd wait{fd(), POLLIN, 0};  // poll() passes over an fd of -1.
  static_cast<void>(poll(&wait, 1, static_cast<int>(timeout.count())));
}

}  // namespace tandem::engine
