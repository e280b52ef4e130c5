// The one place where tandem's engine speaks the manual page's language: handles, void* and int.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <vector>

#include "conformance/native_openssl/async_table/async_api.h"
#include "tandem/engine/job.h"
#include "tandem/engine/wait_context.h"

namespace tandem::conformance {
namespace {

constexpr int kError = static_cast<int>(engine::JobOutcome::kFailed);

// What an ASYNC_WAIT_CTX* points to here.
struct Wait : engine::WaitContext {
  ASYNC_callback_fn callback = nullptr;
  void* argument = nullptr;
};

Wait* Of(ASYNC_WAIT_CTX* handle) { return reinterpret_cast<Wait*>(handle); }
ASYNC_WAIT_CTX* HandleOf(engine::WaitContext* wait) {
  return reinterpret_cast<ASYNC_WAIT_CTX*>(static_cast<Wait*>(wait));
}
engine::WaitKey KeyOf(const void* key) { return reinterpret_cast<engine::WaitKey>(key); }

void Copy(const std::vector<int>& fds, int* to, std::size_t* count) {
  if (to != nullptr) std::copy(fds.begin(), fds.end(), to);
  *count = fds.size();
}

class EngineFunctions final : public AsyncApi {
 public:
  int InitThread(std::size_t max_size, std::size_t init_size) override {
    const engine::JobPool::Limits limits{max_size, init_size};
    if (pool_.has_value() || !limits.sensible()) return 0;
    pool_.emplace(limits);
    return 1;
  }

  void CleanupThread() override {
    pool_.reset();
    jobs_.clear();
  }

  int StartJob(ASYNC_JOB** job, ASYNC_WAIT_CTX* wait, int* result, Body body, void* arguments,
               std::size_t size) override {
    if (!pool_.has_value()) pool_.emplace();
    if (*job != nullptr) return Resume(job, result);
    std::vector<std::byte> copy(size);
    if (arguments != nullptr && size > 0) std::memcpy(copy.data(), arguments, size);
    const bool has_arguments = arguments != nullptr;
    const std::uintptr_t name = ++last_name_;
    const auto run = [this, name, body, has_arguments, copy = std::move(copy)]() mutable {
      current_ = name;
      return body(has_arguments ? copy.data() : nullptr);
    };
    engine::WaitContext* const context = wait == nullptr ? nullptr : Of(wait);
    return Note(name, pool_->Start(run, {.wait_context = context}), job, result);
  }

  int PauseJob() override {
    engine::Job* const job = engine::Job::current();
    if (job == nullptr) return 1;
    const std::uintptr_t name = current_;
    job->Pause();
    current_ = name;
    return 1;
  }

  ASYNC_JOB* CurrentJob() override {
    return engine::Job::current() == nullptr ? nullptr : Handle(current_);
  }

  ASYNC_WAIT_CTX* WaitOf(ASYNC_JOB* job) override {
    // As in OpenSSL it is asked by code inside the job.
    if (job != CurrentJob()) return nullptr;
    return HandleOf(engine::Job::current()->wait_context());
  }

  void BlockPause() override {
    if (engine::Job* job = engine::Job::current()) job->BlockPause();
  }
  void UnblockPause() override {
    if (engine::Job* job = engine::Job::current()) job->UnblockPause();
  }

  ASYNC_WAIT_CTX* WaitNew() override { return HandleOf(new Wait); }
  void WaitFree(ASYNC_WAIT_CTX* wait) override { delete Of(wait); }

  int SetWaitFd(ASYNC_WAIT_CTX* wait, const void* key, int fd, void* custom,
                Cleanup cleanup) override {
    engine::WaitContext::Cleanup call;
    if (cleanup != nullptr) {
      call = [wait, cleanup](engine::WaitKey at, const engine::WaitFd& it) {
        cleanup(wait, reinterpret_cast<const void*>(at), it.fd, reinterpret_cast<void*>(it.custom));
      };
    }
    Of(wait)->SetFd(KeyOf(key), {fd, reinterpret_cast<std::uintptr_t>(custom)}, std::move(call));
    return 1;
  }

  int FdOf(ASYNC_WAIT_CTX* wait, const void* key, int* fd, void** custom) override {
    const auto found = Of(wait)->Fd(KeyOf(key));
    if (!found.has_value()) return 0;
    *fd = found->fd;
    *custom = reinterpret_cast<void*>(found->custom);
    return 1;
  }

  int AllFds(ASYNC_WAIT_CTX* wait, int* fds, std::size_t* count) override {
    Copy(Of(wait)->fds(), fds, count);
    return 1;
  }

  int ChangedFds(ASYNC_WAIT_CTX* wait, int* added, std::size_t* added_count, int* deleted,
                 std::size_t* deleted_count) override {
    const engine::ChangedFds changed = Of(wait)->changed_fds();
    Copy(changed.added, added, added_count);
    Copy(changed.deleted, deleted, deleted_count);
    return 1;
  }

  int ClearFd(ASYNC_WAIT_CTX* wait, const void* key) override {
    return Of(wait)->ClearFd(KeyOf(key)) ? 1 : 0;
  }

  int SetCallback(ASYNC_WAIT_CTX* wait, ASYNC_callback_fn callback, void* argument) override {
    if (wait == nullptr) return 0;
    Of(wait)->callback = callback;
    Of(wait)->argument = argument;
    engine::WakeTarget& target = Of(wait)->target();
    target.SetArgument(reinterpret_cast<std::uintptr_t>(argument));
    target.SetCallback(
        [callback](std::uintptr_t given) { callback(reinterpret_cast<void*>(given)); });
    return 1;
  }

  int CallbackOf(ASYNC_WAIT_CTX* wait, ASYNC_callback_fn* callback, void** argument) override {
    if (Of(wait)->callback == nullptr) return 0;
    *callback = Of(wait)->callback;
    *argument = Of(wait)->argument;
    return 1;
  }

  int SetStatus(ASYNC_WAIT_CTX* wait, int status) override {
    Of(wait)->set_status(static_cast<engine::AsyncStatus>(status));
    return 1;
  }
  int StatusOf(ASYNC_WAIT_CTX* wait) override { return static_cast<int>(Of(wait)->status()); }

  void Complete(ASYNC_WAIT_CTX* wait) override { Of(wait)->waker().Wake(); }

 private:
  static ASYNC_JOB* Handle(std::uintptr_t name) { return reinterpret_cast<ASYNC_JOB*>(name); }

  int Resume(ASYNC_JOB** job, int* result) {
    const auto name = reinterpret_cast<std::uintptr_t>(*job);
    const auto found = jobs_.find(name);
    if (found == jobs_.end()) return kError;
    return Note(name, pool_->Resume(found->second), job, result);
  }

  int Note(std::uintptr_t name, const engine::JobRun& run, ASYNC_JOB** job, int* result) {
    if (run.outcome == engine::JobOutcome::kPaused) {
      jobs_[name] = run.job;
      *job = Handle(name);
    }
    if (run.outcome == engine::JobOutcome::kFinished) {
      jobs_.erase(name);
      *job = nullptr;
      *result = run.result;
    }
    return static_cast<int>(run.outcome);
  }

  std::optional<engine::JobPool> pool_;
  std::map<std::uintptr_t, engine::JobId> jobs_;  // By what a handle is here: never given twice.
  std::uintptr_t last_name_ = 0;
  std::uintptr_t current_ = 0;
};

}  // namespace

std::unique_ptr<AsyncApi> TandemAsync() { return std::make_unique<EngineFunctions>(); }

}  // namespace tandem::conformance
