// The choke point: every call into GnuTLS that can fail inside a session is settled here.

#include "backends/gnutls/call.h"

#include "backends/gnutls/errors.h"

namespace tandem::gnutls {

Step Call::Settle(ssize_t result) {
  if (result >= 0) return Step::Done(static_cast<std::size_t>(result));
  code_ = static_cast<int>(result);
  if (code_ == GNUTLS_E_SESSION_EOF) return Step::Closed();
  // A warning alert, a renegotiation, a session ticket: whatever it is, the connection goes on.
  if (gnutls_error_is_fatal(code_) == 0) return Step::Again();
  return Fail();
}

Step Call::Fail() {
  failure_ = FailureFor(code_);
  if (code_ == GNUTLS_E_FATAL_ALERT_RECEIVED) {
    const auto alert = static_cast<Alert>(gnutls_alert_get(session_));
    failure_.error = MakePeerAlert(alert, NativeText(code_));
  }
  return Step::Failed();
}

}  // namespace tandem::gnutls
