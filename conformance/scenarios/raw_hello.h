// ClientHellos that no library would send, built by hand.

#ifndef TANDEM_CONFORMANCE_SCENARIOS_RAW_HELLO_H_
#define TANDEM_CONFORMANCE_SCENARIOS_RAW_HELLO_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "conformance/world/check.h"

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

/// One extension of a hello.
struct HelloPart {
  std::uint16_t type;
  Bytes body;
};

/// A hello in its parts, each of which may be anything.
struct HelloParts {
  std::uint16_t legacy_version = 0x0303;
  Bytes random;
  Bytes session_id;
  Bytes suites;
  Bytes compressions = {std::byte{0}};
  std::vector<HelloPart> extensions;

  /// Returns the extension of that type, or null.
  HelloPart* Find(std::uint16_t type);
};

/// Returns the parts of a hello that offers this, with an x25519 key share if that group is
/// offered.
HelloParts PartsOf(const RawHello& hello);

/// Returns the hello's body (RFC 8446 section 4.1.2): the message without its header.
Bytes HelloBody(const HelloParts& parts);

/// Returns a handshake message of that type and body in one record.
Bytes HandshakeRecord(std::uint8_t type, const Bytes& body);

/// Returns a record of that type.
Bytes Record(std::uint8_t type, const Bytes& content, std::uint16_t version = 0x0303);

/// Returns the record that says `hello`.
Bytes MakeRawHello(const RawHello& hello);

/// Returns the types of the extensions of a ClientHello, as they stand in `stream`, which begins
/// with its record; none if that is not all there.
std::vector<std::uint16_t> ExtensionTypes(std::span<const std::byte> stream);

/// Appends a number of one, two or three bytes.
void Put8(Bytes& to, std::size_t value);
void Put16(Bytes& to, std::size_t value);
void Put24(Bytes& to, std::size_t value);
void Append(Bytes& to, const Bytes& more);

/// Returns `body` behind its length of two bytes.
Bytes Sized16(const Bytes& body);

/// Returns the numbers as bytes, two each.
Bytes List(const std::vector<std::uint16_t>& values);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SCENARIOS_RAW_HELLO_H_
