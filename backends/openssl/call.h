// The choke point: every call into libssl that can fail inside a session is settled here.

#ifndef TANDEM_BACKENDS_OPENSSL_CALL_H_
#define TANDEM_BACKENDS_OPENSSL_CALL_H_

#include <cstddef>

#include <openssl/ssl.h>

#include "backends/openssl/thread_state.h"
#include "tandem/backend.h"

namespace tandem::openssl {

/// Keeps the thread's error queue empty around our use of OpenSSL: what somebody else left there
/// cannot change an outcome, and we leave nothing to others.
class CleanQueue {
 public:
  CleanQueue();
  ~CleanQueue();
  CleanQueue(const CleanQueue&) = delete;
  CleanQueue& operator=(const CleanQueue&) = delete;
};

/// Keeps out of the thread's error queue what the program's own code adds to it while the library
/// has it called; what the library has put there stays.
class OutsideCall {
 public:
  OutsideCall();
  ~OutsideCall();
  OutsideCall(const OutsideCall&) = delete;
  OutsideCall& operator=(const OutsideCall&) = delete;

 private:
  SavedErrors kept_;
};

/// One call into the library for one session. Construct it, make the call, Settle() its result.
class Call {
 public:
  /// Prepares a call on `ssl`; a failure will be put into `failure`. Both must outlive it.
  Call(SSL* ssl, Failure& failure) : ssl_(ssl), failure_(failure) {}

  /// Says what `result` meant. `bytes` is what was moved, if it succeeded.
  Step Settle(int result, std::size_t bytes = 0);

  /// Returns the SSL_R_... that the call failed for, or 0.
  int code() const { return code_; }

 private:
  Step Fail();

  CleanQueue clean_;
  SSL* ssl_;
  Failure& failure_;
  int code_ = 0;
};

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_CALL_H_
