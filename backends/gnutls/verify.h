// The peer's certificates: found out about by the library, judged by the policy.

#ifndef TANDEM_BACKENDS_GNUTLS_VERIFY_H_
#define TANDEM_BACKENDS_GNUTLS_VERIFY_H_

#include <gnutls/gnutls.h>

#include "tandem/backend.h"

namespace tandem::gnutls {

/// Checks the chain, collects every finding and asks the policy; rejects with the policy's alert.
/// Runs inside the handshake, in both roles, also for a client that has shown no certificate. For
/// gnutls_certificate_set_verify_function().
int OnPeerCertificates(gnutls_session_t raw) noexcept;

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_VERIFY_H_
