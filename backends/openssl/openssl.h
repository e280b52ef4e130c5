// The OpenSSL backend: OpenSSL 3.0 or later.

#ifndef TANDEM_BACKENDS_OPENSSL_OPENSSL_H_
#define TANDEM_BACKENDS_OPENSSL_OPENSSL_H_

#include <string>

#include "tandem/backend.h"

namespace tandem {

/// Returns the backend that runs on OpenSSL. Valid for the life of the program; any thread.
const Backend& OpenSsl();

/// Makes rules for Config::Builder::Raw(): commands of SSL_CONF_cmd(3) for files, such as
/// "CipherString=ECDHE+AESGCM;Groups=P-256", separated by semicolons.
RawRules OpenSslCommands(std::string commands);

}  // namespace tandem

#endif  // TANDEM_BACKENDS_OPENSSL_OPENSSL_H_
