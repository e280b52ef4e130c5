#include "api/handshake_job.h"

#include <utility>

namespace tandem {
namespace {

// The session's own fd among those of its engines.
constexpr engine::WaitKey kOwnFd = 0;

}  // namespace

bool CanSuspend(const Settings& settings) {
  return settings.choose_identity || (settings.trust && settings.trust->further_verifier()) ||
         (settings.identity != nullptr && settings.identity->is_external());
}

HandshakeJob::HandshakeJob(engine::Runtime* runtime, engine::JobOwner& owner,
                           const Settings& settings)
    : runtime_(CanSuspend(settings) ? runtime : nullptr), owner_(owner) {
  if (runtime_ == nullptr) return;
  runtime_lives_ = runtime_->ready();
  wait_.emplace(runtime_->ready());
  if (settings.async_callback) wait_->target().SetCallback(settings.async_callback);
  wait_->target().SetArgument(settings.async_argument);
}

HandshakeJob::~HandshakeJob() { Cancel(); }

HandshakeJob::Turn HandshakeJob::Advance(BackendSession& backend) {
  if (runtime_ == nullptr || (!suspended() && engine::Job::current() != nullptr)) {
    StepHere(backend);
    return Turn::kStepped;
  }
  if (runtime_lives_.expired()) return Turn::kRuntimeGone;
  engine::JobPool& jobs = runtime_->jobs();
  if (suspended()) return Settle(jobs.Resume(job_));
  backend_ = &backend;
  wait_->target().Rearm();
  // Nothing is thrown through a job's end; the caller's stack is the place for it.
  const auto take_step = [this] {
    try {
      StepHere(*backend_);
    } catch (...) {
      thrown_ = std::current_exception();
    }
    return 0;
  };
  return Settle(jobs.Start(take_step, {.wait_context = &*wait_,
                                       .thread_state = backend.thread_state(),
                                       .stack_class = runtime_->options().stack_class}));
}

// The job may be one of somebody else's, in which something has failed before.
void HandshakeJob::StepHere(BackendSession& backend) {
  const engine::Job* const job = engine::Job::current();
  const bool unharmed = job != nullptr && job->failure().empty();
  key_failure_.clear();
  step_ = backend.Handshake();
  if (unharmed) key_failure_ = job->failure();
}

HandshakeJob::Turn HandshakeJob::Settle(engine::JobRun run) {
  const bool has_room = run.outcome != engine::JobOutcome::kNoJobs;
  if (has_room && std::exchange(waits_for_room_, false)) {
    runtime_->StopWaiting(wait_->waker());  // Called before it was woken.
  }
  switch (run.outcome) {
    case engine::JobOutcome::kFailed: return Turn::kElsewhere;
    case engine::JobOutcome::kNoJobs:
      waits_for_room_ = true;
      wait_->set_status(engine::AsyncStatus::kAgain);
      Register();
      runtime_->WaitForJob(wait_->waker());
      return Turn::kNoRoom;
    case engine::JobOutcome::kPaused:
      job_ = run.job;
      Register();
      WatchFds();
      return Turn::kSuspended;
    case engine::JobOutcome::kFinished: break;
  }
  Ended();
  if (thrown_ != nullptr) std::rethrow_exception(std::exchange(thrown_, nullptr));
  return Turn::kStepped;
}

void HandshakeJob::Register() {
  thread_ = std::this_thread::get_id();
  if (!std::exchange(registered_, true)) runtime_->Register(owner_);
}

// An engine that has nothing but an fd to tell by reaches the Runtime's one fd so.
void HandshakeJob::WatchFds() {
  const engine::ChangedFds changed = wait_->changed_fds();
  for (const int fd : changed.deleted) {
    if (std::erase(watched_, fd) > 0) runtime_->Unwatch(fd, wait_->target());
  }
  watched_.reserve(watched_.size() + changed.added.size());
  for (const int fd : changed.added) {
    if (runtime_->Watch(fd, wait_->target().shared_from_this())) {
      watched_.push_back(fd);
    } else {
      wait_->waker().Wake();  // What cannot be waited for is asked at every turn.
    }
  }
}

void HandshakeJob::Ended() {
  job_ = engine::JobId();
  for (const int fd : std::exchange(watched_, {})) runtime_->Unwatch(fd, wait_->target());
  if (std::exchange(registered_, false)) runtime_->Forget(owner_);
  wait_->target().Rest();
  runtime_->JobEnded();
}

void HandshakeJob::Cancel() {
  if (std::exchange(waits_for_room_, false)) {
    runtime_->StopWaiting(wait_->waker());
    if (std::exchange(registered_, false)) runtime_->Forget(owner_);
  }
  if (!suspended()) return;
  static_cast<void>(runtime_->jobs().Cancel(job_));
  thrown_ = nullptr;
  Ended();
}

bool HandshakeJob::on_own_thread() const {
  return !waiting() || (engine::Job::current() == nullptr && thread_ == std::this_thread::get_id());
}

void HandshakeJob::Detach() {
  if (wait_.has_value()) wait_->target().Detach();
}

void HandshakeJob::OnReady(std::function<void()> handler) {
  if (!wait_.has_value()) return;
  const bool is_set = static_cast<bool>(handler);
  wait_->target().SetReadyHandler(std::move(handler));
  if (is_set) RepeatWakeup();
}

void HandshakeJob::SetCallback(engine::AsyncCallback callback) {
  if (!wait_.has_value()) return;
  // Who is called needs no fd, and who was not before may have asked for one.
  if (callback) wait_->ClearFd(kOwnFd);
  const bool is_set = static_cast<bool>(callback);
  wait_->target().SetCallback(std::move(callback));
  if (is_set) RepeatWakeup();
}

// The answer may have come before there was anybody to call.
void HandshakeJob::RepeatWakeup() {
  if (waiting() && woken()) wait_->waker().Wake();
}

void HandshakeJob::SetArgument(std::uintptr_t argument) {
  if (wait_.has_value()) wait_->target().SetArgument(argument);
}

engine::AsyncStatus HandshakeJob::status() const {
  return wait_.has_value() ? wait_->status() : engine::AsyncStatus::kUnsupported;
}

std::vector<int> HandshakeJob::wait_fds() {
  PublishFd();
  return wait_.has_value() ? wait_->fds() : std::vector<int>();
}

engine::ChangedFds HandshakeJob::changed_wait_fds() {
  PublishFd();
  return wait_.has_value() ? wait_->changed_fds() : engine::ChangedFds();
}

// An fd for each session costs more than all the rest of a wait: only who asks gets one.
void HandshakeJob::PublishFd() {
  if (!waiting() || wait_->target().has_callback() || wait_->Fd(kOwnFd).has_value()) return;
  const int fd = wait_->target().fd();
  if (fd >= 0) wait_->SetFd(kOwnFd, {.fd = fd});
}

}  // namespace tandem
