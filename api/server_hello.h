// What is wrong with the answer to a ClientHello of ours.

#ifndef TANDEM_SERVER_HELLO_H_
#define TANDEM_SERVER_HELLO_H_

#include <cstddef>
#include <optional>
#include <span>

#include "tandem/client_hello.h"

namespace tandem {

/// Checks a ServerHello or HelloRetryRequest (RFC 8446 section 4.1.3) against the ClientHello that
/// it answers; both without the handshake header. Nothing: the client may go on.
///
/// OpenSSL insists on all of this by itself. It is for libraries that let some of it pass; what
/// every library refuses, with the same alert, is left to them. `second`: it is not the first
/// answer, so another request must not be one.
std::optional<HelloRefusal> CheckServerHello(std::span<const std::byte> message,
                                             std::span<const std::byte> client_hello, bool second,
                                             bool datagrams = false);

}  // namespace tandem

#endif  // TANDEM_SERVER_HELLO_H_
