// The facts of a connection, by IANA's numbers.

#ifndef TANDEM_BACKENDS_GNUTLS_INFO_H_
#define TANDEM_BACKENDS_GNUTLS_INFO_H_

#include <string>
#include <vector>

#include <gnutls/gnutls.h>

#include "tandem/backend.h"

namespace tandem::gnutls {

/// Returns the version that was negotiated, or is about to be.
Version NegotiatedVersion(gnutls_session_t session);

/// Returns the certificates that the peer has shown, DER, leaf first.
std::vector<Der> ReadPeerChain(gnutls_session_t session);

/// Returns what `session`, whose handshake is done, has established. `role` is our end of it,
/// `server_name` the SNI.
ConnectionInfo Describe(gnutls_session_t session, Role role, const std::string& server_name);

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_INFO_H_
