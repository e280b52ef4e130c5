// The server's answer to a ClientHello: who we are, and which protocol we will speak.

#ifndef TANDEM_BACKENDS_GNUTLS_HELLO_H_
#define TANDEM_BACKENDS_GNUTLS_HELLO_H_

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#include "tandem/backend.h"

namespace tandem::gnutls {

/// Reads the ClientHello, asks the policy and applies its answer. `message` is the handshake
/// message without its header. Returns 0, or the GNUTLS_E_... that ends the handshake.
int OnClientHello(gnutls_session_t raw, const gnutls_datum_t& message) noexcept;

/// Has the policy check a ServerHello or a HelloRetryRequest, of which GnuTLS lets pass what
/// OpenSSL does not. Returns 0, or the GNUTLS_E_... that ends the handshake.
int OnServerHello(gnutls_session_t raw, const gnutls_datum_t& message) noexcept;

/// Serves the identity that was answered, or on a client the Config's. For
/// gnutls_certificate_set_retrieve_function3().
int OnSelectIdentity(gnutls_session_t raw, const struct gnutls_cert_retr_st* info,
                     gnutls_pcert_st** chain, unsigned int* chain_size,
                     gnutls_ocsp_data_st** responses, unsigned int* responses_size,
                     gnutls_privkey_t* key, unsigned int* flags) noexcept;

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_HELLO_H_
