#include "tandem/engine/job.h"

#include <cassert>
#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <utility>

#include "engine/fiber.h"
#include "engine/return_by_jump.h"

namespace tandem::engine {
namespace {

thread_local Job* current_job = nullptr;

JobRun Refusal(JobFault fault) { return {.fault = fault}; }

}  // namespace

struct Job::Parts final : Fiber::Body {
  // Noexcept: what a body throws ends the process here, with its frames still on the stack.
  void Run() noexcept override {
    result = body();
    body = nullptr;
  }

  // On the stack of whoever entered the fiber. Cold: a pause is what must be fast.
  [[gnu::cold]] void RunOutside() noexcept {
    try {
      (*outside)();
    } catch (...) {
      thrown = std::current_exception();
    }
  }

  std::function<int()> body;
  int result = 0;
  Stack stack;
  std::optional<Fiber> fiber;
  ThreadState* thread_state = nullptr;
  const std::function<void()>* outside = nullptr;
  std::exception_ptr thrown;
};

Job::Job(Reaper* reaper) : reaper_(reaper), parts_(std::make_unique<Parts>()) {}

Job::~Job() = default;

Job* Job::current() { return current_job; }

inline void Job::LeaveThread() {
  if (parts_->thread_state != nullptr) parts_->thread_state->Leave();
  parts_->fiber->Leave();
  if (parts_->thread_state != nullptr) parts_->thread_state->Enter();
}

TANDEM_RETURNS_BY_JUMP void Job::Pause() {
  if (current_job != this || pause_blocked() || cancelled_) return;
  state_ = State::kPaused;
  LeaveThread();
  if (wait_context_ == nullptr) return;
  // Before the job looks for itself: a wakeup that comes after that look must stay noted.
  wait_context_->target().Rearm();
  wait_context_->ForgetChanges();
}

void Job::UnblockPause() {
  assert(blocked_ > 0);
  if (blocked_ > 0) --blocked_;
}

void Job::CallOutside(const std::function<void()>& call) {
  assert(current() == this && "from inside only");
  state_ = State::kOutside;
  parts_->outside = &call;
  LeaveThread();
  if (parts_->thrown == nullptr) return;
  std::rethrow_exception(std::exchange(parts_->thrown, nullptr));
}

void Job::NoteFailure(std::string_view reason) noexcept {
  if (!failure_.empty()) return;
  try {
    failure_ = reason;
  } catch (const std::bad_alloc&) {
    failure_ = "out of memory";  // Short enough to need none.
  }
}

void CallOutside(const std::function<void()>& call) {
  Job* const job = Job::current();
  if (job == nullptr) return call();
  job->CallOutside(call);
}

JobPool::JobPool(const Limits& limits, Reaper* reaper) : limits_(limits), reaper_(reaper) {
  assert(limits.sensible());
  while (slots_.size() < limits.initial_jobs) MakeJob();
  stacks_.Prepare(StackClass::kUsual, limits.initial_jobs);
}

// Enters the job until it pauses or ends. What it wants to have called outside is called here.
TANDEM_RETURNS_BY_JUMP JobRun JobPool::Run(Job& job) {
  Job::Parts& parts = *job.parts_;
  for (;;) {
    job.state_ = Job::State::kRunning;
    current_job = &job;
    parts.fiber->Enter();
    current_job = nullptr;
    if (job.state_ == Job::State::kPaused) break;
    if (job.state_ == Job::State::kRunning) return Finish(job);
    parts.RunOutside();
  }
  job.named_ = true;
  return {.outcome = JobOutcome::kPaused, .job = {job.slot_, job.generation_}};
}

JobRun JobPool::Finish(Job& job) {
  assert(job.parts_->fiber->finished());
  assert(!job.pause_blocked() && "a job must unblock as often as it blocks");
  job.failure_.clear();
  job.blocked_ = 0;
  job.cancelled_ = false;
  job.state_ = Job::State::kIdle;
  job.parts_->fiber.reset();
  stacks_.Give(job.parts_->stack);
  if (std::exchange(job.named_, false)) ++job.generation_;
  // A slot that has no names left is not used any more.
  const bool worn_out = job.generation_ == std::numeric_limits<std::uint32_t>::max();
  if (!worn_out) free_slots_.push_back(job.slot_);
  --in_flight_;
  Unbind();
  return {.outcome = JobOutcome::kFinished, .result = job.parts_->result};
}

JobPool::~JobPool() {
  CancelAll();
  assert(in_flight_ == 0 && "a job is running");
}

void JobPool::CancelAll() {
  if (in_flight_ == 0) return;
  assert(on_own_thread() && Job::current() == nullptr);
  if (!on_own_thread() || Job::current() != nullptr) return;
  // Once more if there are new ones: the last hook of a job may start others.
  for (bool found = true; found;) {
    found = false;
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      Job& job = *slots_[slot];
      if (job.state_ != Job::State::kPaused) continue;
      found = true;
      job.cancelled_ = true;
      (void)Run(job);
    }
  }
}

bool JobPool::on_own_thread() const {
  Job* const* const bound = thread_.load(std::memory_order_acquire);
  return bound == nullptr || bound == &current_job;
}

// Binds the pool to this thread, if it has no jobs on another one.
bool JobPool::Bind() {
  Job* const* bound = thread_.load(std::memory_order_relaxed);
  if (bound == &current_job) return true;
  if (bound != nullptr) return false;
  return thread_.compare_exchange_strong(bound, &current_job, std::memory_order_acquire);
}

void JobPool::Unbind() {
  if (in_flight_ == 0) thread_.store(nullptr, std::memory_order_release);
}

TANDEM_RETURNS_BY_JUMP JobRun JobPool::Start(std::function<int()> body, const Setting& setting) {
  if (Job::current() != nullptr) return Refusal(JobFault::kNested);
  if (!Bind()) return Refusal(JobFault::kWrongThread);
  const bool full = limits_.max_jobs > 0 && in_flight_ >= limits_.max_jobs;
  Job* const job = full ? nullptr : Prepare(setting);
  if (job == nullptr) {
    Unbind();
    return {.outcome = JobOutcome::kNoJobs};
  }
  job->parts_->body = std::move(body);
  ++in_flight_;
  return Run(*job);
}

// Returns a job with a stack that is ready to run; null if there is no memory for one.
Job* JobPool::Prepare(const Setting& setting) noexcept {
  const Stack stack = stacks_.Take(setting.stack_class);
  if (stack.top == nullptr) return nullptr;
  Job* job = nullptr;
  try {
    job = IdleJob();
  } catch (const std::bad_alloc&) {
    stacks_.Give(stack);
    return nullptr;
  }
  free_slots_.pop_back();
  job->wait_context_ = setting.wait_context;
  job->parts_->thread_state = setting.thread_state;
  job->parts_->stack = stack;
  job->parts_->fiber.emplace(stack, *job->parts_);
  return job;
}

// Returns the job of the last free slot.
Job* JobPool::IdleJob() {
  if (free_slots_.empty()) MakeJob();
  return slots_[free_slots_.back()].get();
}

void JobPool::MakeJob() {
  std::unique_ptr<Job> job(new Job(reaper_));
  job->slot_ = static_cast<std::uint32_t>(slots_.size());
  slots_.push_back(std::move(job));
  try {
    free_slots_.reserve(slots_.capacity());
  } catch (const std::bad_alloc&) {
    slots_.pop_back();
    throw;
  }
  free_slots_.push_back(slots_.back()->slot_);
}

// Says what keeps the caller from going on with `id`.
JobFault JobPool::FaultOf(JobId id) const {
  if (Job::current() != nullptr) return JobFault::kNested;
  if (!on_own_thread()) return JobFault::kWrongThread;
  if (id.slot >= slots_.size()) return JobFault::kUnknownJob;
  const Job& job = *slots_[id.slot];
  if (job.generation_ != id.generation) return JobFault::kUnknownJob;
  if (job.state_ == Job::State::kPaused) return JobFault::kNone;
  return job.named_ ? JobFault::kNested : JobFault::kUnknownJob;
}

TANDEM_RETURNS_BY_JUMP JobRun JobPool::Resume(JobId job) {
  const JobFault fault = FaultOf(job);
  if (fault != JobFault::kNone) return Refusal(fault);
  return Run(*slots_[job.slot]);
}

JobRun JobPool::Cancel(JobId job) {
  const JobFault fault = FaultOf(job);
  if (fault != JobFault::kNone) return Refusal(fault);
  slots_[job.slot]->cancelled_ = true;
  return Run(*slots_[job.slot]);
}

const Job* JobPool::Find(JobId job) const {
  if (!on_own_thread() || job.slot >= slots_.size()) return nullptr;
  const Job& found = *slots_[job.slot];
  const bool paused = found.named_ && found.state_ == Job::State::kPaused;
  return paused && found.generation_ == job.generation ? &found : nullptr;
}

}  // namespace tandem::engine
