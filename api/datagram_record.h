// The headers of DTLS, which anybody may read: records, and the fragments of handshake messages.

#ifndef TANDEM_DATAGRAM_RECORD_H_
#define TANDEM_DATAGRAM_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tandem {

/// One record of a datagram (RFC 6347 section 4.1). It refers to the datagram.
struct DatagramRecord {
  /// Header bytes before the body.
  static constexpr std::size_t kHeaderBytes = 13;

  /// The longest body: a plaintext, and what encryption and compression may add to it.
  static constexpr std::size_t kMaxBodyBytes = (std::size_t{1} << 14) + 2048;

  std::uint8_t type = 0;      ///< 20 to 23: change_cipher_spec, alert, handshake, application_data.
  std::uint16_t version = 0;  ///< 0xfeff or 0xfefd. A first ClientHello may carry either.
  std::uint16_t epoch = 0;    ///< 0: in plaintext.
  std::uint64_t sequence = 0;  ///< Of 48 bits.
  std::span<const std::byte> body;
};

/// Takes one record from the front of `rest`. Nothing, and `rest` as it was, if it does not begin
/// with a whole record of DTLS 1.0 or 1.2. Takes no memory.
std::optional<DatagramRecord> NextDatagramRecord(std::span<const std::byte>& rest);

/// One fragment of a handshake message (RFC 6347 section 4.2.2). It refers to the record. Plaintext
/// only: in later epochs these bytes are encrypted.
struct HandshakeFragment {
  /// Header bytes before the body.
  static constexpr std::size_t kHeaderBytes = 12;

  std::uint8_t type = 0;               ///< 1: client_hello, 3: hello_verify_request, ...
  std::uint32_t message_bytes = 0;     ///< Of the whole message.
  std::uint16_t message_sequence = 0;  ///< Counts messages, not fragments.
  std::uint32_t offset = 0;            ///< Where in the message `body` belongs.
  std::span<const std::byte> body;

  /// Says whether this is all of the message.
  bool whole() const { return body.size() == message_bytes; }
};

/// Takes one fragment from the front of `rest`, the body of a record. Nothing, and `rest` as it
/// was, if that is cut, or if the fragment does not lie inside its message. Takes no memory.
std::optional<HandshakeFragment> NextHandshakeFragment(std::span<const std::byte>& rest);

}  // namespace tandem

#endif  // TANDEM_DATAGRAM_RECORD_H_
