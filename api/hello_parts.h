// A hello in its parts, before anybody asks what they mean.

#ifndef TANDEM_HELLO_PARTS_H_
#define TANDEM_HELLO_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "api/hello_extensions.h"

namespace tandem {

/// The parts of a ClientHello (RFC 8446 section 4.1.2).
struct RawClientHello {
  std::size_t legacy_version = 0;
  std::span<const std::byte> session_id;
  std::span<const std::byte> suites;
  std::span<const std::byte> compressions;
  std::vector<RawExtension> extensions;
};

/// Returns the extension of that type, or null.
const RawExtension* FindExtension(const std::vector<RawExtension>& extensions, HelloExtension type);

/// Reads extensions one after the other. Refuses what is cut, twice there, or out of its place.
std::optional<HelloRefusal> ReadExtensionBlock(std::span<const std::byte> block,
                                               std::vector<RawExtension>& extensions);

/// Returns the version of TLS that a version of DTLS has been made of (RFC 6347 section 4.2.1), and
/// 0 for a number that is none.
std::size_t TlsVersionOf(std::size_t dtls_version);

/// Takes a ClientHello apart; of DTLS, which has a cookie and its own numbers for versions, if
/// `datagrams`.
std::optional<HelloRefusal> SplitClientHello(std::span<const std::byte> message, bool datagrams,
                                             RawClientHello& raw);

}  // namespace tandem

#endif  // TANDEM_HELLO_PARTS_H_
