#include "tandem/engine/perform.h"

#include <condition_variable>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tandem/engine/reaper.h"

namespace tandem::engine {
namespace {

using std::chrono::steady_clock;

// What an engine without threads is asked at most in one go by a thread that blocks.
constexpr std::size_t kPollBudget = 64;

// How long a thread that blocks sleeps between two looks at such an engine: a key takes longer.
constexpr std::chrono::milliseconds kPollInterval{1};

ReplyFailure FailureOf(const char* reason) noexcept {
  try {
    return ReplyFailure{reason};
  } catch (const std::bad_alloc&) {
    return ReplyFailure{"out of memory"};  // Short enough to need none.
  }
}

// An operation that nobody waits for, whose engine has to be gone on with all the same.
class ContinuedOperation final : public Orphan {
 public:
  ContinuedOperation(std::shared_ptr<KeyEngine> engine, std::shared_ptr<Operation> operation,
                     const std::shared_ptr<ReadyList>& ready)
      : engine_(std::move(engine)),
        operation_(std::move(operation)),
        target_(std::make_shared<WakeTarget>(ready)) {}
  ~ContinuedOperation() override { target_->Detach(); }

  bool Reap() noexcept override {
    operation_->Arm(Waker(target_));
    if (!operation_->done()) engine_->Continue(operation_);
    return operation_->done();
  }

  std::shared_ptr<WakeTarget> target() override { return target_; }
  std::vector<int> fds() override { return engine_->wait_fds(operation_); }

 private:
  const std::shared_ptr<KeyEngine> engine_;
  const std::shared_ptr<Operation> operation_;
  const std::shared_ptr<WakeTarget> target_;
};

// One operation on its way through its engine.
class Course {
 public:
  Course(const std::shared_ptr<KeyEngine>& engine, std::shared_ptr<const Key> key,
         KeyRequest request, Job* job)
      : engine_(engine),
        operation_(std::make_shared<Operation>(std::move(key), std::move(request))),
        reaper_(job == nullptr ? nullptr : job->reaper()) {
    // Made in advance: there must be memory for it when the job is cancelled.
    if (reaper_ == nullptr || !engine->must_be_continued()) return;
    orphan_ = std::make_unique<ContinuedOperation>(engine, operation_, reaper_->ready());
  }

  KeyOutcome RunInJob(Job& job);
  KeyOutcome RunBlocking(std::chrono::milliseconds limit);

 private:
  KeyOutcome WaitInJob(Job& job);
  KeyOutcome GiveUp(const char* reason);
  KeyOutcome TakeRejection();

  const std::shared_ptr<KeyEngine>& engine_;
  const std::shared_ptr<Operation> operation_;
  Reaper* const reaper_;
  std::unique_ptr<Orphan> orphan_;
};

KeyOutcome Course::RunInJob(Job& job) {
  WaitContext& wait = *job.wait_context();
  while (!job.cancelled()) {
    wait.set_status(AsyncStatus::kUnsupported);
    switch (engine_->Submit(operation_)) {
      case Submission::kPending: return WaitInJob(job);
      case Submission::kRejected: wait.set_status(AsyncStatus::kError); return TakeRejection();
      case Submission::kAgain: break;
    }
    wait.set_status(AsyncStatus::kAgain);
    engine_->WhenReady(wait.waker());
    job.Pause();
  }
  wait.set_status(AsyncStatus::kUnsupported);
  return FailureOf("the call was given up");
}

KeyOutcome Course::WaitInJob(Job& job) {
  WaitContext& wait = *job.wait_context();
  // An engine that works on this very thread may have said more than that it will answer.
  const bool says_nothing = wait.status() == AsyncStatus::kUnsupported;
  if (operation_->Arm(wait.waker()) && says_nothing) wait.set_status(AsyncStatus::kOk);
  while (!operation_->done() && !job.cancelled()) {
    job.Pause();
    if (!operation_->done() && !job.cancelled()) engine_->Continue(operation_);
  }
  wait.set_status(AsyncStatus::kUnsupported);
  if (job.cancelled()) return GiveUp("the call was given up");
  return std::move(*operation_->Take());
}

KeyOutcome Course::GiveUp(const char* reason) {
  operation_->Abandon();
  engine_->Cancel(operation_);
  if (orphan_ != nullptr && !operation_->done()) reaper_->Adopt(std::move(orphan_));
  return FailureOf(reason);
}

KeyOutcome Course::TakeRejection() {
  if (auto outcome = operation_->Take()) {
    if (std::holds_alternative<ReplyFailure>(*outcome)) return std::move(*outcome);
  }
  return FailureOf("the key engine rejects the operation");
}

// A thread that sleeps until it is woken.
class BlockedThread {
 public:
  BlockedThread() : target_(std::make_shared<WakeTarget>(nullptr)) {
    target_->SetCallback([this](std::uintptr_t) {
      const std::lock_guard<std::mutex> lock(mutex_);
      woken_ = true;
      wakeup_.notify_one();
    });
  }
  BlockedThread(const BlockedThread&) = delete;
  BlockedThread& operator=(const BlockedThread&) = delete;
  ~BlockedThread() { target_->Detach(); }

  Waker waker() const { return Waker(target_); }

  void Sleep(std::chrono::milliseconds at_most) {
    std::unique_lock<std::mutex> lock(mutex_);
    wakeup_.wait_for(lock, at_most, [this] { return woken_; });
    woken_ = false;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wakeup_;
  bool woken_ = false;
  std::shared_ptr<WakeTarget> target_;
};

KeyOutcome Course::RunBlocking(std::chrono::milliseconds limit) {
  const steady_clock::time_point end = steady_clock::now() + limit;
  BlockedThread thread;
  bool submitted = false;
  for (;;) {
    if (submitted) {
      engine_->Continue(operation_);
    } else {
      const Submission submission = engine_->Submit(operation_);
      if (submission == Submission::kRejected) return TakeRejection();
      submitted = submission == Submission::kPending;
      if (submitted) operation_->Arm(thread.waker());
      if (!submitted) engine_->WhenReady(thread.waker());
    }
    engine_->Flush();
    const std::size_t completed = engine_->Poll(kPollBudget);
    if (operation_->done()) return std::move(*operation_->Take());
    if (steady_clock::now() >= end) break;
    if (completed == 0) thread.Sleep(kPollInterval);
    if (operation_->done()) return std::move(*operation_->Take());
  }
  return submitted ? GiveUp("the key engine took too long for a thread that waits")
                   : FailureOf("the key engine was busy for too long");
}

KeyOutcome PerformOrThrow(const std::shared_ptr<KeyEngine>& engine, std::shared_ptr<const Key> key,
                          KeyRequest request, std::chrono::milliseconds blocking_limit) {
  Job* const job = Job::current();
  if (job != nullptr && job->cancelled()) return FailureOf("the call was given up");
  Course course(engine, std::move(key), std::move(request), job);
  const bool can_pause = job != nullptr && !job->pause_blocked() && job->wait_context() != nullptr;
  return can_pause ? course.RunInJob(*job) : course.RunBlocking(blocking_limit);
}

// Who looks at the job must find that something has failed, so there is always something to find.
void NoteFailure(const KeyOutcome& outcome) noexcept {
  Job* const job = Job::current();
  const auto* failure = std::get_if<ReplyFailure>(&outcome);
  if (job == nullptr || failure == nullptr) return;
  job->NoteFailure(failure->reason.empty() ? std::string_view("no reason given")
                                           : std::string_view(failure->reason));
}

KeyOutcome PerformOrFail(const std::shared_ptr<KeyEngine>& engine, std::shared_ptr<const Key> key,
                         KeyRequest request, std::chrono::milliseconds blocking_limit) noexcept {
  try {
    return PerformOrThrow(engine, std::move(key), std::move(request), blocking_limit);
  } catch (const std::bad_alloc&) {
    return FailureOf("out of memory");
  }
}

}  // namespace

KeyOutcome Perform(const std::shared_ptr<KeyEngine>& engine, std::shared_ptr<const Key> key,
                   KeyRequest request, std::chrono::milliseconds blocking_limit) noexcept {
  KeyOutcome outcome = PerformOrFail(engine, std::move(key), std::move(request), blocking_limit);
  NoteFailure(outcome);
  return outcome;
}

}  // namespace tandem::engine
