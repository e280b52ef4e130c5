// The server's answer to a ClientHello: who we are, and which protocol we will speak.

#ifndef TANDEM_BACKENDS_OPENSSL_HELLO_H_
#define TANDEM_BACKENDS_OPENSSL_HELLO_H_

#include <openssl/ssl.h>

#include "tandem/backend.h"

namespace tandem::openssl {

/// Reads the ClientHello, asks the policy and applies its answer. For
/// SSL_CTX_set_client_hello_cb().
int OnClientHello(SSL* ssl, int* alert, void* unused) noexcept;

/// Selects the protocol that the policy answered. For SSL_CTX_set_alpn_select_cb().
int OnSelectAlpn(SSL* ssl, const unsigned char** selected, unsigned char* selected_size,
                 const unsigned char* offered, unsigned int offered_size, void* unused) noexcept;

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_HELLO_H_
