// The OpenSSL backend: OpenSSL 3.0 or later.

#ifndef TANDEM_BACKENDS_OPENSSL_OPENSSL_H_
#define TANDEM_BACKENDS_OPENSSL_OPENSSL_H_

#include <string>

#include "tandem/backend.h"
#include "tandem/external_key.h"

struct evp_pkey_st;  // OpenSSL calls it EVP_PKEY.

namespace tandem {

/// Returns the backend that runs on OpenSSL. Valid for the life of the program; any thread.
const Backend& OpenSsl();

/// Makes rules for Config::Builder::Raw(): commands of SSL_CONF_cmd(3) for files, such as
/// "CipherString=ECDHE+AESGCM;Groups=P-256", separated by semicolons.
RawRules OpenSslCommands(std::string commands);

/// Makes an external key of a private key of OpenSSL's, for identities of either backend. Each
/// operation runs in an ASYNC_JOB of its own, so an engine or provider that was written for
/// SSL_MODE_ASYNC can pause it: by a wait fd, or by the callback and its status. One that does not
/// pause is used at once. It shares `key`; a null one makes a key that no identity takes.
///
/// `properties` choose among the implementations of a key, property(7). Empty: the program's
/// default ones do; but a key that a provider other than "default" holds is used by that, if it
/// says its name.
///
/// What has been started cannot be given up: a session that goes first leaves it to its Runtime.
ExternalKey OpenSslKey(evp_pkey_st* key, std::string properties = {});

}  // namespace tandem

#endif  // TANDEM_BACKENDS_OPENSSL_OPENSSL_H_
