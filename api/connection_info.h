// What a handshake established.

#ifndef TANDEM_CONNECTION_INFO_H_
#define TANDEM_CONNECTION_INFO_H_

#include <cstddef>
#include <string>
#include <vector>

#include "tandem/algorithms.h"
#include "tandem/version.h"

namespace tandem {

/// The facts of a connection, fixed when its handshake is done. The same text on every backend.
struct ConnectionInfo {
  Version version = Version::kTls13;
  CipherSuite cipher_suite = 0;  ///< CipherSuiteName() gives the name.
  Group group = 0;               ///< Of the key exchange; GroupName() gives the name.
  std::string alpn;              ///< The protocol agreed on; empty if none.
  std::string server_name;       ///< The SNI that the client sent; empty if none.
  std::vector<std::vector<std::byte>> peer_chain;  ///< The peer's certificates, DER, leaf first.
};

}  // namespace tandem

#endif  // TANDEM_CONNECTION_INFO_H_
