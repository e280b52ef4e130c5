// A transport of two queues of datagrams in memory: the program feeds them and takes them.

#ifndef TANDEM_MEMORY_DATAGRAMS_H_
#define TANDEM_MEMORY_DATAGRAMS_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "tandem/transport.h"

namespace tandem {

/// What no datagram is larger than: IPv4 and IPv6 write the length of one in 16 bits.
inline constexpr std::size_t kMaxDatagramBytes = 65535;

/// How much a queue of datagrams holds.
struct DatagramLimits {
  /// How many. An empty datagram counts too. With 0, the queue is always full.
  std::size_t datagrams = 64;

  /// How many bytes, each datagram with kBytesBeside more. An empty queue takes any one datagram.
  std::size_t bytes = std::size_t{256} * 1024;
};

/// Datagrams in the order in which they came, in one piece of memory that grows while it must.
/// What the transports of datagrams are made of.
class DatagramQueue {
 public:
  /// What a queue needs for a datagram beside its bytes.
  static constexpr std::size_t kBytesBeside = 4;

  /// What an empty queue keeps of its memory for the next datagrams; the rest it gives back.
  static constexpr std::size_t kKeptBytes = std::size_t{4} * 1024;

  explicit DatagramQueue(DatagramLimits limits) : limits_(limits) {}

  /// Copies `datagram` to the end. False, and nothing is done, when it is full, or if `datagram` is
  /// larger than kMaxDatagramBytes. Allocates when the memory it has is too small.
  bool Push(std::span<const std::byte> datagram);

  /// Returns the oldest datagram, which may be empty, or none. Valid until the next call that is
  /// not const.
  std::optional<std::span<const std::byte>> front() const;

  /// Forgets the oldest datagram. There must be one.
  void Pop();

  /// Moves the oldest datagram, of which what does not fit is lost; kWouldBlock if there is none.
  TransportResult PopInto(std::span<std::byte> into);

  /// Returns how many datagrams it holds.
  std::size_t size() const { return size_; }

  const DatagramLimits& limits() const { return limits_; }

  /// Changes how much it may hold. What is beyond smaller limits stays.
  void set_limits(DatagramLimits limits) { limits_ = limits; }

 private:
  bool HasRoom(std::size_t bytes) const;

  DatagramLimits limits_;
  std::vector<std::byte> bytes_;  // each datagram behind its size
  std::size_t taken_ = 0;         // of bytes_
  std::size_t size_ = 0;
};

/// How much a MemoryDatagrams holds and lets pass.
struct MemoryDatagramLimits {
  DatagramLimits input;
  DatagramLimits output;

  /// What is larger is too large for the path: Send() says Failed(EMSGSIZE).
  std::size_t max_datagram = kMaxDatagramBytes;
};

/// Carries datagrams for programs that do their own I/O: completion-based loops, DTLS inside
/// another protocol, tests.
///
///     Feed() --> [input] --Receive()--> Session --Send()--> [output] --> front(), Pop()
///
/// Both queues are bounded; they allocate when they grow, and nothing else does. One thread at a
/// time, the session's.
class MemoryDatagrams final : public Transport {
 public:
  explicit MemoryDatagrams(MemoryDatagramLimits limits = {})
      : input_(limits.input), output_(limits.output), max_datagram_(limits.max_datagram) {}

  /// Hands over one datagram that came from the peer; it may be empty. False if the input queue is
  /// full, or if it is larger than kMaxDatagramBytes: then it is lost, unless it is fed again.
  bool Feed(std::span<const std::byte> datagram);

  /// Says that the connection broke, with an errno value. What was fed before is delivered first.
  void FeedFailure(int system_error) { failure_ = system_error; }

  /// Returns the oldest datagram for the peer, or none. Valid until the next call on this object or
  /// on the session.
  std::optional<std::span<const std::byte>> front() const { return output_.front(); }

  /// Forgets front(), which has been sent. There must be one.
  void Pop() { output_.Pop(); }

  /// Return how many datagrams the session has not taken yet, and how many wait for Pop().
  std::size_t input_size() const { return input_.size(); }
  std::size_t output_size() const { return output_.size(); }

  /// Changes how much output may wait. What is beyond smaller limits stays.
  void set_output_limits(DatagramLimits limits) { output_.set_limits(limits); }

  /// Changes how large a datagram the path takes.
  void set_max_datagram(std::size_t bytes) { max_datagram_ = bytes; }

  TransportKind kind() const override { return TransportKind::kDatagram; }
  TransportResult Receive(std::span<std::byte> into) override;
  TransportResult Send(std::span<const std::byte> records) override;

 private:
  DatagramQueue input_;
  DatagramQueue output_;
  std::size_t max_datagram_;
  std::optional<int> failure_;
};

}  // namespace tandem

#endif  // TANDEM_MEMORY_DATAGRAMS_H_
