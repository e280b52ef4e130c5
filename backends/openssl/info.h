// The facts of a connection, by IANA's numbers.

#ifndef TANDEM_BACKENDS_OPENSSL_INFO_H_
#define TANDEM_BACKENDS_OPENSSL_INFO_H_

#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "tandem/backend.h"

namespace tandem::openssl {

/// Returns the version that was negotiated, or is about to be.
Version NegotiatedVersion(const SSL* ssl);

/// Returns the certificates that the peer has shown, leaf first.
std::vector<Der> ReadPeerChain(const SSL* ssl);

/// Returns what `ssl`, whose handshake is done, has established. `server_name` is the SNI.
ConnectionInfo Describe(SSL* ssl, const std::string& server_name);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_INFO_H_
