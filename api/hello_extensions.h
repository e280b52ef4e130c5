// The extensions of a ClientHello, each by its own grammar.

#ifndef TANDEM_HELLO_EXTENSIONS_H_
#define TANDEM_HELLO_EXTENSIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "api/tls_reader.h"
#include "tandem/client_hello.h"

namespace tandem {

/// Names the extensions that are looked at (IANA "TLS ExtensionType Values").
enum class HelloExtension : std::uint16_t {
  kServerName = 0,
  kMaxFragmentLength = 1,
  kStatusRequest = 5,
  kGroups = 10,
  kPointFormats = 11,
  kSrp = 12,
  kSignatureAlgorithms = 13,
  kUseSrtp = 14,
  kAlpn = 16,
  kEncryptThenMac = 22,
  kExtendedMasterSecret = 23,
  kRecordSizeLimit = 28,
  kPreSharedKey = 41,
  kEarlyData = 42,
  kSupportedVersions = 43,
  kPskModes = 45,
  kCertificateAuthorities = 47,
  kPostHandshakeAuth = 49,
  kSignatureAlgorithmsCert = 50,
  kKeyShare = 51,
  kRenegotiationInfo = 0xFF01,
};

/// One extension as it came.
struct RawExtension {
  std::uint16_t type;
  std::span<const std::byte> body;
};

/// What the extensions say beside what a ClientHello keeps.
struct HelloDetails {
  std::vector<Group> shares;  ///< Groups of the key shares, in the client's order.
  bool reads_points = true;   ///< Uncompressed ones, which RFC 8422 section 5.1.2 demands.
};

/// Reads one extension's body. Nothing: it is well formed and says nothing forbidden, or it is none
/// of those that are looked at in `version`.
std::optional<HelloRefusal> ReadHelloExtension(const RawExtension& extension, Version version,
                                               ClientHello& hello, HelloDetails& details);

/// Reads supported_versions into `hello`, which decides what the others mean. False: malformed.
bool ReadSupportedVersions(std::span<const std::byte> body, ClientHello& hello);

}  // namespace tandem

#endif  // TANDEM_HELLO_EXTENSIONS_H_
