// The peer's certificates: found out about by the library, judged by the policy.

#ifndef TANDEM_BACKENDS_OPENSSL_VERIFY_H_
#define TANDEM_BACKENDS_OPENSSL_VERIFY_H_

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "tandem/backend.h"

namespace tandem::openssl {

/// Returns a store without certificates, in which a path that has been found is checked; null if
/// there is no memory.
X509_STORE* NewPathStore();

/// Asks the policy about what the peer has shown, and rejects with the policy's alert. Runs inside
/// the handshake, in both roles. For SSL_CTX_set_cert_verify_callback().
int OnPeerCertificates(X509_STORE_CTX* check, void* unused) noexcept;

/// Returns the X509_V_ERR_... for which OpenSSL sends `alert`; one that makes it send
/// bad_certificate where no code leads to `alert`.
int VerifyErrorFor(Alert alert);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_VERIFY_H_
