// Where records come from and go to.

#ifndef TANDEM_TRANSPORT_H_
#define TANDEM_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace tandem {

/// How one Receive() or Send() ended.
struct [[nodiscard]] TransportResult {
  enum class Outcome : std::uint8_t {
    kMoved,       ///< `bytes` were moved, at least one; or one datagram.
    kWouldBlock,  ///< Nothing can move now.
    kEnd,         ///< Receive only: the peer will send no more.
    kFailed,      ///< The transport is broken; `system_error` says how.
  };

  static TransportResult Moved(std::size_t bytes) { return {Outcome::kMoved, bytes, 0}; }
  static TransportResult WouldBlock() { return {Outcome::kWouldBlock, 0, 0}; }
  static TransportResult End() { return {Outcome::kEnd, 0, 0}; }
  static TransportResult Failed(int system_error) { return {Outcome::kFailed, 0, system_error}; }

  Outcome outcome = Outcome::kWouldBlock;
  std::size_t bytes = 0;
  int system_error = 0;  ///< An errno value, or 0.
};

/// What a transport moves.
enum class TransportKind : std::uint8_t {
  kStream,    ///< Bytes in order, as TCP does. For TLS.
  kDatagram,  ///< Datagrams: one with each call, whole, or never, as UDP does. For DTLS.
};

/// Moves bytes for one session and never waits. Write your own, or take one of those in the box:
/// StreamSocket (tandem/stream_socket.h), MemoryTransport (tandem/memory_transport.h),
/// DatagramSocket (tandem/datagram_socket.h), MemoryDatagrams (tandem/memory_datagrams.h).
///
/// A session calls it only from inside a call on the session, on the same thread. Neither span is
/// ever empty, and neither may be kept. What it throws is taken for Failed(0); std::bad_alloc, for
/// want of memory.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Says what it moves; always the same.
  virtual TransportKind kind() const { return TransportKind::kStream; }

  /// Moves up to `into.size()` bytes to `into`. May be asked again after kEnd or kFailed; the
  /// answer is then the same.
  ///
  /// A datagram's: moves exactly one, of which what does not fit is lost; Moved(0) is an empty one.
  /// kFailed ends the session, so say kWouldBlock for what only one datagram or a forged ICMP
  /// message is to blame for.
  virtual TransportResult Receive(std::span<std::byte> into) = 0;

  /// Takes a prefix of `records`. What it takes is its own; the rest is offered again.
  ///
  /// A datagram's: takes all, as one datagram, or nothing. What is too large for the path it may
  /// say by Failed(EMSGSIZE): the datagram is dropped, as a network would, and the session goes on
  /// with smaller ones.
  virtual TransportResult Send(std::span<const std::byte> records) = 0;
};

}  // namespace tandem

#endif  // TANDEM_TRANSPORT_H_
