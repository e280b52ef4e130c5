// What a client offers, as its first message says it.

#ifndef TANDEM_CLIENT_HELLO_H_
#define TANDEM_CLIENT_HELLO_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tandem/algorithms.h"

namespace tandem {

/// What a server may look at before it chooses who it is. Peer's words, not yet authenticated.
struct ClientHello {
  std::string server_name;                         ///< SNI, lower case, no trailing dot; or empty.
  std::vector<std::string> alpn;                   ///< Protocol names in the client's order.
  std::vector<CipherSuite> cipher_suites;          ///< In the client's order.
  std::vector<SignatureScheme> signature_schemes;  ///< In the client's order.
  std::vector<std::uint16_t> supported_versions;   ///< TLS 1.3 clients only, in their order.
};

/// The extensions that a ClientHello is read from (IANA "TLS ExtensionType Values").
enum class HelloExtension : std::uint16_t {
  kServerName = 0,
  kSignatureAlgorithms = 13,
  kAlpn = 16,
  kSupportedVersions = 43,
};

/// Reads one extension's body into `hello`. False when it is malformed (the alert is then
/// decode_error); a type that is not listed above is ignored.
///
/// Both backends hand over the same bytes, so both see the same ClientHello.
bool ReadHelloExtension(HelloExtension type, std::span<const std::byte> body, ClientHello& hello);

/// Reads the cipher_suites vector, without its length, into `hello`. False when the size is odd.
bool ReadHelloCipherSuites(std::span<const std::byte> body, ClientHello& hello);

}  // namespace tandem

#endif  // TANDEM_CLIENT_HELLO_H_
