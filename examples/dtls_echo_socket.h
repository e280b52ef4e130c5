// UDP sockets for dtls_echo. No DTLS here.

#ifndef TANDEM_EXAMPLES_DTLS_ECHO_SOCKET_H_
#define TANDEM_EXAMPLES_DTLS_ECHO_SOCKET_H_

#include "examples/net.h"
#include "tandem/result.h"

namespace tandem_examples {

/// Binds a UDP socket to the endpoint's first address. Port 0 takes a free one. The result does not
/// block.
tandem::Result<Descriptor> BindDatagrams(const Endpoint& endpoint);

/// Connects a UDP socket to the endpoint's first address. Nothing is sent: whether somebody is
/// there shows later. The result does not block.
tandem::Result<Descriptor> ConnectDatagrams(const Endpoint& endpoint);

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_DTLS_ECHO_SOCKET_H_
