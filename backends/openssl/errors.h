// What OpenSSL's codes mean to tandem: the one table.

#ifndef TANDEM_BACKENDS_OPENSSL_ERRORS_H_
#define TANDEM_BACKENDS_OPENSSL_ERRORS_H_

#include <string>

#include "tandem/backend.h"
#include "tandem/fault.h"

namespace tandem::openssl {

/// Says what one reason code of libssl means.
struct Row {
  int code;     ///< SSL_R_..., or ERR_R_... of the libraries below.
  Fault fault;  ///< The kind, the sentence and the verdict are the fault's.
};

/// Returns the row of a reason code of libssl, or null.
const Row* FindRow(int code);

/// Returns the failure for an entry of the error queue, packed as ERR_get_error() has it; 0 stands
/// for "no entry". OpenSSL sends its alerts itself, so none is ever due.
Failure FailureFor(unsigned long code);

/// Returns what an X509_V_ERR_... finding means; nothing for X509_V_OK.
VerdictSet VerdictFor(int code);

/// Returns OpenSSL's own words for a packed code, such as
/// "OpenSSL 0A000126: unexpected eof while reading"; empty for 0.
std::string NativeText(unsigned long code);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_ERRORS_H_
