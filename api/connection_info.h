// What a handshake established.

#ifndef TANDEM_CONNECTION_INFO_H_
#define TANDEM_CONNECTION_INFO_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tandem/algorithms.h"
#include "tandem/srtp.h"
#include "tandem/version.h"

namespace tandem {

/// The facts of a connection, fixed when its handshake is done. The same text on every backend.
struct ConnectionInfo {
  Version version = Version::kTls13;
  CipherSuite cipher_suite = 0;  ///< CipherSuiteName() gives the name.
  Group group = 0;               ///< Of the key exchange; GroupName() gives the name.
  /// Of the peer's proof that it holds its key: in TLS 1.3 always known; 0 if it showed none, as
  /// in an exchange by RSA encryption.
  SignatureScheme peer_signature = 0;

  /// TLS 1.2 with RFC 7627; always in TLS 1.3. Without it, keying material is not bound to this
  /// connection alone.
  bool extended_master_secret = true;

  std::string alpn;                 ///< The protocol agreed on; empty if none.
  std::optional<SrtpProfile> srtp;  ///< Agreed on, with Session::ExportSrtpKeys(); or none.
  std::string server_name;          ///< The SNI that the client sent, a peer's bytes; or empty.
  std::vector<std::vector<std::byte>> peer_chain;  ///< The peer's certificates, DER, leaf first.
};

}  // namespace tandem

#endif  // TANDEM_CONNECTION_INFO_H_
