// The choke point: every call into GnuTLS that can fail inside a session is settled here.

#ifndef TANDEM_BACKENDS_GNUTLS_CALL_H_
#define TANDEM_BACKENDS_GNUTLS_CALL_H_

#include <sys/types.h>

#include <gnutls/gnutls.h>

#include "tandem/backend.h"

namespace tandem::gnutls {

/// One call into the library for one session. Construct it, make the call, Settle() its result.
class Call {
 public:
  /// Prepares a call on `session`; a failure will be put into `failure`. Both must outlive it.
  Call(gnutls_session_t session, Failure& failure) : session_(session), failure_(failure) {}

  /// Says what `result` meant: how many bytes were moved, or a GNUTLS_E_... code.
  Step Settle(ssize_t result);

  /// Returns the GNUTLS_E_... that the call came back with, or 0.
  int code() const { return code_; }

 private:
  Step Fail();

  gnutls_session_t session_;
  Failure& failure_;
  int code_ = 0;
};

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_CALL_H_
