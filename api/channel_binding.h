// What ties an authentication inside a connection to that connection (RFC 5929, RFC 9266).

#ifndef TANDEM_CHANNEL_BINDING_H_
#define TANDEM_CHANNEL_BINDING_H_

#include <cstdint>

namespace tandem {

/// Names a kind of channel binding.
enum class ChannelBinding : std::uint8_t {
  kUnique,          ///< tls-unique: the first Finished message. TLS 1.2 only.
  kServerEndPoint,  ///< tls-server-end-point: a hash of the server's certificate. There is none
                    ///< where its signature names no hash (Ed25519) or SHA-224.
  kExporter,        ///< tls-exporter: keying material. TLS 1.3, or 1.2 with RFC 7627.
};

}  // namespace tandem

#endif  // TANDEM_CHANNEL_BINDING_H_
