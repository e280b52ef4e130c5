// Where a peer is: what a server of many peers tells them apart by.

#ifndef TANDEM_PEER_ADDRESS_H_
#define TANDEM_PEER_ADDRESS_H_

#include <sys/socket.h>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace tandem {

/// An IPv4 or IPv6 address with its port, or none. A small value: copying allocates nothing.
///
/// An IPv4 peer of an IPv6 socket ("[::ffff:192.0.2.1]:4433") is not equal to the same peer of an
/// IPv4 socket: the one cannot be sent to where the other can.
class PeerAddress {
 public:
  /// No address.
  PeerAddress() = default;

  /// Takes what recvfrom(2), accept(2) or getaddrinfo(3) gave. Empty for families other than
  /// AF_INET and AF_INET6, and if `length` is too short for the family.
  static std::optional<PeerAddress> FromSockaddr(const sockaddr* address, socklen_t length);

  /// Writes it for sendto(2) or connect(2), and returns the length: 0 for no address.
  socklen_t ToSockaddr(sockaddr_storage& into) const;

  /// Returns what makes it this address and no other, the same on every machine. For cookies.
  ///
  ///     IPv4    4, port (2 bytes), address (4 bytes)
  ///     IPv6    6, port (2 bytes), address (16 bytes), scope (4 bytes)
  ///     none    nothing
  ///
  /// Numbers are in network order. Flow labels are no part of it. Valid as long as the object.
  std::span<const std::byte> bytes() const { return std::span(bytes_).first(size_); }

  bool empty() const { return size_ == 0; }

  /// Returns the port, in the order of this machine.
  std::uint16_t port() const;

  /// Returns "192.0.2.1:4433", "[2001:db8::1]:4433", "[fe80::1%2]:4433", or "nobody" for none.
  std::string ToString() const;

  friend bool operator==(const PeerAddress&, const PeerAddress&) = default;
  friend bool operator<(const PeerAddress& a, const PeerAddress& b) { return a.bytes_ < b.bytes_; }

 private:
  static constexpr std::size_t kMaxSize = 1 + 2 + 16 + 4;

  std::array<std::byte, kMaxSize> bytes_{};  // zero behind size_
  std::uint8_t size_ = 0;
};

}  // namespace tandem

/// For unordered containers. It has no key: one who may choose among many addresses can find such
/// as collide, so keep peers that have not proved theirs by a cookie out, or use std::map.
template <>
struct std::hash<tandem::PeerAddress> {
  std::size_t operator()(const tandem::PeerAddress& address) const noexcept;
};

#endif  // TANDEM_PEER_ADDRESS_H_
