// Serves sessions with code that was written for SSL_MODE_ASYNC.

#include "backends/openssl/leaf_engine.h"

#include <openssl/async.h>
#include <openssl/provider.h>

#include <new>
#include <string_view>
#include <utility>
#include <variant>

#include "backends/openssl/blocking_key.h"
#include "backends/openssl/call.h"
#include "backends/openssl/leaf.h"
#include "tandem/engine/job.h"

namespace tandem::openssl {
namespace {

std::string OwnProperties(const EVP_PKEY* key) {
  const OSSL_PROVIDER* provider = EVP_PKEY_get0_provider(key);
  const std::string_view name = provider == nullptr ? "" : OSSL_PROVIDER_get0_name(provider);
  // With a question mark, for there are providers that do not say who they are.
  return name.empty() || name == "default" ? "" : "?provider=" + std::string(name);
}

// Where there are no ASYNC_JOBs, or somebody else's is running, which cannot have another inside.
bool MustRunInline() { return ASYNC_is_capable() == 0 || ASYNC_get_current_job() != nullptr; }

// Keeps somebody else's job, which ours runs in, from pausing: that would leave our stack behind
// our back. OpenSSL counts that per thread, so ours must not pause either.
class PauseBlocked {
 public:
  PauseBlocked() {
    if (job_ == nullptr) return;
    job_->BlockPause();
    ASYNC_block_pause();
  }
  PauseBlocked(const PauseBlocked&) = delete;
  PauseBlocked& operator=(const PauseBlocked&) = delete;
  ~PauseBlocked() {
    if (job_ == nullptr) return;
    ASYNC_unblock_pause();
    job_->UnblockPause();
  }

 private:
  engine::Job* const job_ = engine::Job::current();
};

void RunInline(engine::Operation& operation, const LeafKey& key) {
  const OutsideCall outside;
  const PauseBlocked blocked;
  engine::KeyOutcome outcome = key.Use(operation.request());
  if (auto* output = std::get_if<std::vector<std::byte>>(&outcome)) {
    operation.Complete(std::move(*output));
  } else {
    operation.Fail(std::get<engine::ReplyFailure>(outcome).reason);
  }
}

}  // namespace

LeafKey::LeafKey(KeyHandle key, std::string properties)
    : key_(std::move(key)),
      properties_(properties.empty() ? OwnProperties(key_.get()) : std::move(properties)) {}

engine::KeyOutcome LeafKey::Use(const engine::KeyRequest& request) const {
  return UseKey(key_.get(), properties_.empty() ? nullptr : properties_.c_str(), request);
}

LeafEngine::LeafEngine() = default;

LeafEngine::~LeafEngine() {
  for (auto& [operation, leaf] : leaves_) static_cast<void>(leaf.release());
}

engine::Submission LeafEngine::Submit(
    const std::shared_ptr<engine::Operation>& operation) noexcept {
  try {
    const auto* key = dynamic_cast<const LeafKey*>(&operation->key());
    if (key == nullptr) {
      operation->Fail("the key is not one of OpenSSL's");
      return engine::Submission::kRejected;
    }
    if (MustRunInline()) {
      RunInline(*operation, *key);
      return engine::Submission::kPending;
    }
    const Leaf::Step step = Plant(operation)->Advance();
    if (step != Leaf::Step::kPaused) Fell(*operation);
    if (step == Leaf::Step::kRefused) return engine::Submission::kAgain;
    if (step != Leaf::Step::kPaused) WakeWaiting();
    if (step == Leaf::Step::kBroken) operation->Fail("OpenSSL cannot start an ASYNC_JOB");
    return step == Leaf::Step::kBroken ? engine::Submission::kRejected
                                       : engine::Submission::kPending;
  } catch (const std::bad_alloc&) {
    operation->Fail("out of memory");
  }
  return engine::Submission::kRejected;
}

void LeafEngine::Cancel(const std::shared_ptr<engine::Operation>& operation) noexcept {
  if (Leaf* leaf = Find(*operation)) leaf->Withdraw();
}

void LeafEngine::Continue(const std::shared_ptr<engine::Operation>& operation) noexcept {
  Leaf* leaf = Find(*operation);
  if (leaf == nullptr || !leaf->on_own_thread()) return;
  // Inside somebody else's job it cannot go on, and outside it will: not for want of this wakeup.
  if (ASYNC_get_current_job() != nullptr) return operation->Wake();
  const Leaf::Step step = leaf->Advance();
  if (step == Leaf::Step::kPaused) return;
  if (step != Leaf::Step::kEnded) operation->Fail("OpenSSL has lost an ASYNC_JOB");
  Fell(*operation);
  WakeWaiting();
}

void LeafEngine::WhenReady(const engine::Waker& waker) noexcept {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = threads_.find(std::this_thread::get_id());
    // Others may have taken all jobs, and do not say when they end.
    if (found != threads_.end() && found->second.leaves > 0 && found->second.waiting.Push(waker)) {
      return;
    }
  }
  waker.Wake();
}

std::vector<int> LeafEngine::wait_fds(const std::shared_ptr<engine::Operation>& operation) const {
  const Leaf* leaf = Find(*operation);
  return leaf == nullptr ? std::vector<int>() : leaf->fds();
}

Leaf* LeafEngine::Plant(const std::shared_ptr<engine::Operation>& operation) {
  auto planted = std::make_unique<Leaf>(operation);
  Leaf* const leaf = planted.get();
  leaf->WaitBy(TakeWait());
  const std::lock_guard<std::mutex> lock(mutex_);
  Thread& thread = threads_[std::this_thread::get_id()];
  idle_.reserve(idle_.size() + leaves_.size() + 1);  // They all come back, and need room then.
  leaves_.emplace(operation.get(), std::move(planted));
  ++thread.leaves;
  return leaf;
}

std::unique_ptr<LeafWait> LeafEngine::TakeWait() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (idle_.empty()) return std::make_unique<LeafWait>();
  std::unique_ptr<LeafWait> wait = std::move(idle_.back());
  idle_.pop_back();
  return wait;
}

Leaf* LeafEngine::Find(const engine::Operation& operation) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = leaves_.find(&operation);
  return found == leaves_.end() ? nullptr : found->second.get();
}

void LeafEngine::Fell(const engine::Operation& operation) noexcept {
  std::unique_ptr<Leaf> felled;  // Goes without the lock: it leads to keys of others.
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = leaves_.find(&operation);
  felled = std::move(found->second);
  leaves_.erase(found);
  idle_.push_back(felled->TakeWait());
  const auto thread = threads_.find(std::this_thread::get_id());
  --thread->second.leaves;
  if (thread->second.leaves == 0 && thread->second.waiting.empty()) threads_.erase(thread);
}

// A job has ended: wakes the next one who waits, and all of them if it was the last. Who is woken
// may be gone, and then nobody else would wake them.
void LeafEngine::WakeWaiting() noexcept {
  for (bool is_last = true; is_last;) {
    engine::Waker waker;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto thread = threads_.find(std::this_thread::get_id());
      if (thread == threads_.end()) return;
      waker = thread->second.waiting.Pop();
      is_last = thread->second.leaves == 0;
      if (is_last && thread->second.waiting.empty()) threads_.erase(thread);
    }
    waker.Wake();
  }
}

}  // namespace tandem::openssl
