// A ClientHello made by hand, for offers that no library would make.

#ifndef TANDEM_CONFORMANCE_RAW_HELLO_H_
#define TANDEM_CONFORMANCE_RAW_HELLO_H_

#include <cstdint>
#include <vector>

#include "conformance/check.h"

namespace tandem::conformance {

/// What the hello offers. The defaults are an offer that every server takes.
struct RawHello {
  std::vector<std::uint16_t> suites = {0x1301, 0xC02B};
  std::vector<std::uint16_t> versions = {0x0304, 0x0303};  ///< None: no such extension, TLS 1.2.
  std::vector<std::uint16_t> groups = {0x001D, 0x0017};
  std::vector<std::uint16_t> schemes = {0x0403, 0x0804, 0x0401};
  std::uint16_t legacy_version = 0x0303;
  bool share = true;  ///< False: no key share, so that the server must ask for one.
};

/// Returns the record that says it (RFC 8446 section 4.1.2), with an x25519 key share if that group
/// is offered.
Bytes MakeRawHello(const RawHello& hello);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_RAW_HELLO_H_
