// What a client offers, as its first message says it, and what is wrong with it.

#ifndef TANDEM_CLIENT_HELLO_H_
#define TANDEM_CLIENT_HELLO_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tandem/alert.h"
#include "tandem/algorithms.h"
#include "tandem/fault.h"
#include "tandem/srtp.h"
#include "tandem/version.h"

namespace tandem {

/// What a server may look at before it chooses who it is. Peer's words, not yet authenticated.
struct ClientHello {
  std::string server_name;  ///< SNI in lower case, or empty. A peer's bytes, not a validated name.
  std::vector<std::string> alpn;                   ///< Protocol names in the client's order.
  std::vector<CipherSuite> cipher_suites;          ///< In the client's order.
  std::vector<SignatureScheme> signature_schemes;  ///< In the client's order.
  std::vector<std::uint16_t> supported_versions;   ///< TLS 1.3 clients only, in their order.
  std::vector<Group> groups;                       ///< In the client's order.
  std::vector<SrtpProfile> srtp;                   ///< DTLS only, in the client's order.
  Version version = Version::kTls12;               ///< What it comes to with the server's rules.
};

/// What a server speaks, as far as it bears on whether a ClientHello will do.
struct HelloRules {
  Version version_min = Version::kTls12;
  Version version_max = Version::kTls13;
  std::span<const CipherSuite> cipher_suites;  ///< None: not known here, so not checked.
  std::span<const Group> groups;               ///< Best first. None: as above.
  const ClientHello* first = nullptr;  ///< The one that a HelloRetryRequest was the answer to.
  bool datagrams = false;              ///< It is of DTLS. Versions are those of TLS all the same.
};

/// Why a server must refuse a ClientHello, and what it tells the client.
struct HelloRefusal {
  Fault fault;
  Alert alert;

  friend bool operator==(const HelloRefusal&, const HelloRefusal&) = default;
};

/// Reads a ClientHello (RFC 8446 section 4.1.2; `message` is without the handshake header) into
/// `hello`, and checks all that TLS asks of it. Nothing: the server may go on.
///
/// The libraries differ in what they tolerate, in the order in which they look, and in the alert
/// that they send. Both backends ask here first, so a client cannot tell them apart. OpenSSL's
/// answer is the reference; where RFC 8446 says MUST and only one library insists, both do.
std::optional<HelloRefusal> ReadClientHello(std::span<const std::byte> message,
                                            const HelloRules& rules, ClientHello& hello);

}  // namespace tandem

#endif  // TANDEM_CLIENT_HELLO_H_
