// What GnuTLS's codes mean to tandem: the one table.

#ifndef TANDEM_BACKENDS_GNUTLS_ERRORS_H_
#define TANDEM_BACKENDS_GNUTLS_ERRORS_H_

#include <optional>
#include <string>

#include "tandem/backend.h"
#include "tandem/fault.h"

namespace tandem::gnutls {

/// Says what one error code of GnuTLS means.
struct Row {
  int code;                    ///< GNUTLS_E_...
  Fault fault;                 ///< The kind, the sentence and the verdict are the fault's.
  std::optional<Alert> alert;  ///< What OpenSSL sends if provoked so.
};

/// Returns the row of an error code, or null.
const Row* FindRow(int code);

/// Returns the failure for an error code. GnuTLS sends no alert by itself, so one may be due.
Failure FailureFor(int code);

/// Returns what a set of GNUTLS_CERT_... findings means; nothing for 0.
VerdictSet VerdictFor(unsigned int status);

/// Returns GnuTLS's own words for a code, such as
/// "GnuTLS -110: The TLS connection was non-properly terminated."; empty for 0.
std::string NativeText(int code);

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_ERRORS_H_
