// One operation in an ASYNC_JOB of OpenSSL's.

#ifndef TANDEM_BACKENDS_OPENSSL_LEAF_H_
#define TANDEM_BACKENDS_OPENSSL_LEAF_H_

#include <openssl/async.h>

#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "backends/openssl/leaf_engine.h"
#include "backends/openssl/leaf_wait.h"
#include "backends/openssl/thread_state.h"
#include "tandem/engine/operation.h"
#include "tandem/engine/wait_context.h"

namespace tandem::openssl {

/// One job, from its start to its end, on one thread.
class Leaf {
 public:
  /// How a step ended.
  enum class Step : std::uint8_t {
    kRefused,  ///< OpenSSL has no job for it now; nothing was run.
    kBroken,   ///< It never will have; nothing was run.
    kPaused,
    kEnded,  ///< The operation has been answered.
  };

  explicit Leaf(std::shared_ptr<engine::Operation> operation) : operation_(std::move(operation)) {}
  Leaf(const Leaf&) = delete;
  Leaf& operator=(const Leaf&) = delete;

  /// Lends it what it waits by, before it starts; and takes that back when it has ended.
  void WaitBy(std::unique_ptr<LeafWait> wait);
  std::unique_ptr<LeafWait> TakeWait() { return std::move(wait_); }

  /// Starts the job, or goes on with it. Then tells the current job of ours what it waits for.
  Step Advance() noexcept;

  /// Takes the fds out of the current job of ours, which waits no more.
  void Withdraw() noexcept;

  std::vector<int> fds() const { return wait_->fds(); }
  bool on_own_thread() const { return thread_ == std::this_thread::get_id(); }

 private:
  static int Run(void* leaf) noexcept;
  int StartOrResume() noexcept;
  void Answer() noexcept;
  void Publish() noexcept;
  bool PublishFds(engine::WaitContext& ours);

  const std::shared_ptr<engine::Operation> operation_;
  const std::thread::id thread_ = std::this_thread::get_id();
  std::unique_ptr<LeafWait> wait_;
  ASYNC_JOB* job_ = nullptr;
  SavedErrors errors_;                           // While the job is paused.
  std::vector<std::unique_ptr<int>> published_;  // Their addresses are the keys.
  engine::KeyOutcome outcome_ = engine::ReplyFailure{"OpenSSL has lost an ASYNC_JOB"};
  bool gave_error_ = false;
};

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_LEAF_H_
