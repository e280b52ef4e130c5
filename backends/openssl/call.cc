// The choke point: every call into libssl that can fail inside a session is settled here.

#include "backends/openssl/call.h"

#include <openssl/err.h>

#include "backends/openssl/errors.h"

namespace tandem::openssl {
namespace {

// Takes the entry that says why: the oldest one of libssl, which knows what the peer did; what the
// libraries below put in front of it is only how it noticed, and goes into `below`.
unsigned long TakeReason(unsigned long& below) {
  while (const unsigned long code = ERR_get_error()) {
    if (ERR_GET_LIB(code) == ERR_LIB_SSL) return code;
    if (below == 0) below = code;
  }
  return below;
}

}  // namespace

CleanQueue::CleanQueue() { ERR_clear_error(); }

CleanQueue::~CleanQueue() { ERR_clear_error(); }

// Not by a mark: a job that is left meanwhile takes its queue along, and marks do not travel.
OutsideCall::OutsideCall() { kept_.Take(); }

OutsideCall::~OutsideCall() { kept_.PutBack(); }

Step Call::Settle(int result, std::size_t bytes) {
  switch (SSL_get_error(ssl_, result)) {
    case SSL_ERROR_NONE: return Step::Done(bytes);
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return Step::Again();
    case SSL_ERROR_ZERO_RETURN: return Step::Closed();
    default:
      // SSL_ERROR_SYSCALL has an empty queue: the Wire failed, and knows how.
      return Fail();
  }
}

Step Call::Fail() {
  unsigned long below = 0;
  const unsigned long reason = TakeReason(below);
  if (ERR_GET_LIB(reason) == ERR_LIB_SSL) code_ = ERR_GET_REASON(reason);
  failure_ = FailureFor(reason);
  const bool ours = ERR_GET_REASON(below) == ERR_R_MALLOC_FAILURE;
  // libssl calls it an internal error when a library below cannot use what the peer sent.
  if (below == 0 || (code_ != ERR_R_INTERNAL_ERROR && !ours)) return Step::Failed();
  failure_.error = MakeFault(ours ? Fault::kOutOfMemory : Fault::kUnusableKey,
                             failure_.error.native + ", " + NativeText(below));
  return Step::Failed();
}

}  // namespace tandem::openssl
