// One operation in an ASYNC_JOB of OpenSSL's.

#include "backends/openssl/leaf.h"

#include <algorithm>
#include <new>
#include <utility>
#include <variant>

#include "backends/openssl/call.h"
#include "tandem/engine/job.h"

namespace tandem::openssl {
namespace {

engine::WaitKey KeyOf(const std::unique_ptr<int>& fd) {
  return reinterpret_cast<engine::WaitKey>(fd.get());
}

bool Contains(const std::vector<int>& fds, int fd) {
  return std::find(fds.begin(), fds.end(), fd) != fds.end();
}

engine::WaitContext* OurWaitContext() {
  engine::Job* job = engine::Job::current();
  return job == nullptr ? nullptr : job->wait_context();
}

}  // namespace

void Leaf::WaitBy(std::unique_ptr<LeafWait> wait) {
  wait_ = std::move(wait);
  wait_->Serve(operation_);
}

Leaf::Step Leaf::Advance() noexcept {
  const int result = StartOrResume();
  if (result == ASYNC_PAUSE) {
    Publish();
    return Step::kPaused;
  }
  Withdraw();
  wait_->Serve(nullptr);
  if (result == ASYNC_NO_JOBS) return Step::kRefused;
  if (result != ASYNC_FINISH) return Step::kBroken;
  Answer();
  return Step::kEnded;
}

// The job's errors are its own, as are those of whoever called us.
int Leaf::StartOrResume() noexcept {
  const OutsideCall outside;
  errors_.PutBack();
  Leaf* self = this;
  int unused = 0;
  const int result = ASYNC_start_job(&job_, wait_->context(), &unused, Run,
                                     static_cast<void*>(&self), sizeof self);
  errors_.Take();
  return result;
}

int Leaf::Run(void* leaf) noexcept {
  Leaf& self = **static_cast<Leaf**>(leaf);
  try {
    const auto& key = static_cast<const LeafKey&>(self.operation_->key());
    self.outcome_ = key.Use(self.operation_->request());
  } catch (const std::bad_alloc&) {
    self.outcome_ = engine::ReplyFailure{"out of memory"};  // Short enough to need none.
  }
  return 1;
}

void Leaf::Answer() noexcept {
  auto* output = std::get_if<std::vector<std::byte>>(&outcome_);
  if (gave_error_) {
    if (output != nullptr) OPENSSL_cleanse(output->data(), output->size());
    operation_->Fail("OpenSSL's implementation has reported a fatal error (ASYNC_STATUS_ERR)");
  } else if (output != nullptr) {
    operation_->Complete(std::move(*output));
  } else {
    operation_->Fail(std::get<engine::ReplyFailure>(outcome_).reason);
  }
}

void Leaf::Withdraw() noexcept {
  if (engine::WaitContext* ours = OurWaitContext()) {
    for (const auto& fd : published_) ours->ClearFd(KeyOf(fd));
  }
  published_.clear();
}

// Says on our side what is awaited on theirs. Without a job of ours, the reaper asks for it.
void Leaf::Publish() noexcept {
  const int status = ASYNC_WAIT_CTX_get_status(wait_->context());
  engine::WaitContext* ours = OurWaitContext();
  bool has_fds = true;
  try {
    has_fds = ours != nullptr ? PublishFds(*ours) : !wait_->fds().empty();
  } catch (const std::bad_alloc&) {
    Withdraw();  // All of them: the next time all are new.
    has_fds = false;
  }
  if (status == ASYNC_STATUS_ERR) gave_error_ = true;
  const bool will_be_called = status == ASYNC_STATUS_OK;
  const bool is_told_by_fd = status == ASYNC_STATUS_UNSUPPORTED && has_fds;
  if (ours != nullptr) {
    ours->set_status(will_be_called || is_told_by_fd ? engine::AsyncStatus::kOk
                     : gave_error_                   ? engine::AsyncStatus::kError
                                                     : engine::AsyncStatus::kAgain);
  }
  // Nobody will say when; it has to be tried again.
  if (!will_be_called && !is_told_by_fd) operation_->Wake();
}

// Returns whether there are any. One that was closed and opened again is another, though it may
// have the same number.
bool Leaf::PublishFds(engine::WaitContext& ours) {
  const std::vector<int> now = wait_->fds();
  const std::vector<int> gone = wait_->deleted_fds();
  std::erase_if(published_, [&](const std::unique_ptr<int>& fd) {
    if (Contains(now, *fd) && !Contains(gone, *fd)) return false;
    ours.ClearFd(KeyOf(fd));
    return true;
  });
  for (const int fd : now) {
    const bool known = std::any_of(published_.begin(), published_.end(),
                                   [fd](const auto& published) { return *published == fd; });
    if (known) continue;
    published_.push_back(std::make_unique<int>(fd));
    ours.SetFd(KeyOf(published_.back()), {fd, 0});
  }
  return !now.empty();
}

}  // namespace tandem::openssl
