// Serves sessions with code that was written for SSL_MODE_ASYNC: a key operation is the only thing
// in an ASYNC_JOB of OpenSSL's, a leaf of our own job.
//
//     our job --Perform()--> Submit() --ASYNC_start_job()--> the operation, in their job
//                                <------ ASYNC_pause_job() ----'
//        <-- pauses ------------'        wait fds, callback and status become ours
//        --- resumed ------> Continue() --ASYNC_start_job()--> goes on

#ifndef TANDEM_BACKENDS_OPENSSL_LEAF_ENGINE_H_
#define TANDEM_BACKENDS_OPENSSL_LEAF_ENGINE_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "backends/openssl/handles.h"
#include "tandem/engine/key_engine.h"
#include "tandem/engine/waker_queue.h"

namespace tandem::openssl {

/// A key of OpenSSL's, wherever that has it.
class LeafKey final : public engine::Key {
 public:
  /// Uses `key` by implementations that have `properties`. Without any by what the program's
  /// default properties say, but for a key that is held by another provider than OpenSSL's own: by
  /// that one.
  LeafKey(KeyHandle key, std::string properties);

  /// Does `request`, and lets the implementation pause the ASYNC_JOB that this runs in.
  engine::KeyOutcome Use(const engine::KeyRequest& request) const;

 private:
  KeyHandle key_;
  std::string properties_;
};

class Leaf;
class LeafWait;

/// Starts ASYNC_JOBs on the threads of those who submit. A job that has been started cannot be
/// given up: it has to be continued until it ends, on its thread.
class LeafEngine final : public engine::KeyEngine {
 public:
  LeafEngine();

  /// Leaves alone what has not ended: its stack is in somebody's hands.
  ~LeafEngine() override;

  engine::Submission Submit(const std::shared_ptr<engine::Operation>& operation) noexcept override;
  void Cancel(const std::shared_ptr<engine::Operation>& operation) noexcept override;
  void Continue(const std::shared_ptr<engine::Operation>& operation) noexcept override;

  /// Wakes when a job of this thread has ended: OpenSSL limits them per thread.
  void WhenReady(const engine::Waker& waker) noexcept override;
  bool must_be_continued() const noexcept override { return true; }
  std::vector<int> wait_fds(const std::shared_ptr<engine::Operation>& operation) const override;

 private:
  std::unique_ptr<LeafWait> TakeWait();
  Leaf* Plant(const std::shared_ptr<engine::Operation>& operation);
  Leaf* Find(const engine::Operation& operation) const;
  void Fell(const engine::Operation& operation) noexcept;
  void WakeWaiting() noexcept;

  struct Thread {
    std::size_t leaves = 0;
    engine::WakerQueue waiting;  // For one of them to end.
  };

  mutable std::mutex mutex_;
  std::unordered_map<std::thread::id, Thread> threads_;  // Those that have leaves.
  std::unordered_map<const engine::Operation*, std::unique_ptr<Leaf>> leaves_;

  // Used again: the job's code may look for its fds of the last time.
  std::vector<std::unique_ptr<LeafWait>> idle_;
};

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_LEAF_ENGINE_H_
