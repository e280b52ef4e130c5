// What an ASYNC_JOB of OpenSSL's waits with.

#ifndef TANDEM_BACKENDS_OPENSSL_LEAF_WAIT_H_
#define TANDEM_BACKENDS_OPENSSL_LEAF_WAIT_H_

#include <openssl/async.h>

#include <memory>
#include <vector>

#include "tandem/engine/operation.h"

namespace tandem::openssl {

class LeafBell;

/// An ASYNC_WAIT_CTX whose callback finds the operation of the day.
class LeafWait {
 public:
  /// Throws std::bad_alloc.
  LeafWait();
  LeafWait(const LeafWait&) = delete;
  LeafWait& operator=(const LeafWait&) = delete;
  ~LeafWait();

  ASYNC_WAIT_CTX* context() const { return context_; }

  /// Has completions wake who waits for `operation`; null: nobody. Waits for those that are under
  /// way. Not from inside one.
  void Serve(std::shared_ptr<engine::Operation> operation) noexcept;

  /// Returns what the job's code has asked to be waited for.
  std::vector<int> fds() const;

  /// Returns what it has asked not to be waited for any more since it went on the last time.
  std::vector<int> deleted_fds() const;

 private:
  LeafBell& bell_;
  ASYNC_WAIT_CTX* context_;
};

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_LEAF_WAIT_H_
