// What stands in a datagram of DTLS 1.2 (RFC 6347), as far as everybody can read it.

#ifndef TANDEM_CONFORMANCE_DATAGRAMS_RECORDS_H_
#define TANDEM_CONFORMANCE_DATAGRAMS_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "conformance/world/check.h"

namespace tandem::conformance {

/// The types of records, RFC 5246 appendix A.1.
inline constexpr std::uint8_t kChangeCipherSpec = 20;
inline constexpr std::uint8_t kAlert = 21;
inline constexpr std::uint8_t kHandshake = 22;
inline constexpr std::uint8_t kApplication = 23;

/// The types of messages that scenarios look for, RFC 5246 section 7.4.
inline constexpr std::uint8_t kClientHello = 1;
inline constexpr std::uint8_t kServerHello = 2;
inline constexpr std::uint8_t kHelloVerifyRequest = 3;

/// One record, and where it stands in its datagram.
struct DatagramRecord {
  static constexpr std::size_t kHeaderSize = 13;

  std::uint8_t type = 0;
  std::uint16_t version = 0;
  std::uint16_t epoch = 0;
  std::uint64_t sequence = 0;
  std::size_t begin = 0;  ///< Of its header.
  std::size_t size = 0;   ///< Of its body.

  /// Where its body is in plaintext and a message of the handshake begins: of what type.
  std::optional<std::uint8_t> message;
};

/// Returns the whole records at the start of `datagram`.
std::vector<DatagramRecord> RecordsIn(std::span<const std::byte> datagram);

/// Returns "ClientHello e0#1" and so on, for people.
std::string DescribeRecords(std::span<const std::byte> datagram);

/// Says whether a handshake message of that type begins in plaintext in `datagram`.
bool HasMessage(std::span<const std::byte> datagram, std::uint8_t message);

/// Returns `datagram` with another epoch in all of its records.
Bytes WithEpoch(Bytes datagram, std::uint16_t epoch);

/// Returns `datagram` with the last bit of its last byte turned.
Bytes WithLastBitTurned(Bytes datagram);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DATAGRAMS_RECORDS_H_
