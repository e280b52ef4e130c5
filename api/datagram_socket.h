// Transports over UDP sockets that the program owns: one for one peer, one for many.

#ifndef TANDEM_DATAGRAM_SOCKET_H_
#define TANDEM_DATAGRAM_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "tandem/memory_datagrams.h"
#include "tandem/peer_address.h"
#include "tandem/transport.h"

namespace tandem {

/// Carries datagrams over a connected UDP socket, after recv(2) and send(2). For clients.
///
/// The descriptor stays the program's: it is never closed, never made blocking or non-blocking.
/// Calls never wait, even on a blocking descriptor (MSG_DONTWAIT), never raise SIGPIPE
/// (MSG_NOSIGNAL) and never allocate.
///
/// What the network says by ICMP ("connection refused", "no route to host") anybody can forge. So
/// it is believed only until the first datagram of the peer has come: a port where nobody listens
/// is Failed(ECONNREFUSED) at once. Afterwards it changes nothing; a peer that has gone shows by
/// its silence. The same goes for a lack of routes and for packet filters of this machine.
class DatagramSocket final : public Transport {
 public:
  /// Uses `descriptor`, which must be connected before the session is made, and stay open as long
  /// as it lives.
  explicit DatagramSocket(int descriptor) : descriptor_(descriptor) {}

  int descriptor() const { return descriptor_; }

  /// Returns how many bytes a datagram may have on the path to the peer, as far as this machine
  /// knows; none if it does not. To ask after a datagram was too large.
  ///
  /// It gets to know only if the program has forbidden fragments (IP_MTU_DISCOVER,
  /// IPV6_MTU_DISCOVER); else it cuts large datagrams up and none is too large.
  std::optional<std::size_t> path_payload() const;

  TransportKind kind() const override { return TransportKind::kDatagram; }
  TransportResult Receive(std::span<std::byte> into) override;
  TransportResult Send(std::span<const std::byte> records) override;

 private:
  int descriptor_;
  bool is_heard_ = false;     // a datagram of the peer has come
  bool is_refused_ = false;   // the network has said that nobody listens
  bool is_given_up_ = false;  // the session has been told so
};

/// What ReceiveFrom() has found.
struct [[nodiscard]] ReceivedDatagram {
  TransportResult result;  ///< Moved(0) is an empty datagram. Never kEnd.
  PeerAddress from;        ///< With kMoved; nobody, if it came from no Internet address.
  bool truncated = false;  ///< The rest did not fit, and is lost.
};

/// Receives one datagram from whoever sent one, and does not wait. For the loop of a server: it
/// gives each datagram to the PeerDatagrams of `from`, or to a listener if there is none. What
/// only a forged ICMP message is to blame for is kWouldBlock. Allocates nothing.
ReceivedDatagram ReceiveFrom(int descriptor, std::span<std::byte> into);

/// Sends one datagram to `to` on an unconnected socket, and does not wait. A datagram for which
/// there is no way is lost, as in any network; Failed(EMSGSIZE) says that it was too large.
/// Allocates nothing.
TransportResult SendTo(int descriptor, const PeerAddress& to, std::span<const std::byte> datagram);

/// What a PeerDatagrams holds unless told otherwise: some flights of a handshake, or one datagram
/// of any size.
inline constexpr DatagramLimits kPeerDatagramLimits = {32, std::size_t{128} * 1024};

/// Carries the datagrams of one peer over an unconnected UDP socket that serves many. Sends them
/// itself; receives what the program's loop delivers.
///
///     ReceiveFrom() --> Deliver() --> [queue] --Receive()--> Session --Send()--> SendTo()
///
/// The descriptor stays the program's, as a DatagramSocket's does. Bind it to one address if the
/// machine has several: the kernel chooses the address that answers leave from. One thread at a
/// time, the session's. Only Deliver() allocates.
class PeerDatagrams final : public Transport {
 public:
  /// Uses `descriptor`, which must stay open as long as the session lives.
  PeerDatagrams(int descriptor, const PeerAddress& peer,
                DatagramLimits limits = kPeerDatagramLimits)
      : descriptor_(descriptor), peer_(peer), queue_(limits) {}

  int descriptor() const { return descriptor_; }
  const PeerAddress& peer() const { return peer_; }

  /// Queues one datagram that came from the peer; it may be empty. When the queue is full, drops
  /// and counts it instead, and returns false. Call the session next.
  bool Deliver(std::span<const std::byte> datagram);

  /// Returns how many datagrams wait for the session.
  std::size_t waiting() const { return queue_.size(); }

  /// Returns how many datagrams Deliver() has dropped.
  std::uint64_t dropped() const { return dropped_; }

  TransportKind kind() const override { return TransportKind::kDatagram; }
  TransportResult Receive(std::span<std::byte> into) override { return queue_.PopInto(into); }
  TransportResult Send(std::span<const std::byte> records) override {
    return SendTo(descriptor_, peer_, records);
  }

 private:
  int descriptor_;
  PeerAddress peer_;
  DatagramQueue queue_;
  std::uint64_t dropped_ = 0;
};

}  // namespace tandem

#endif  // TANDEM_DATAGRAM_SOCKET_H_
