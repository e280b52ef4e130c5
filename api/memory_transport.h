// A transport of two queues in memory: the program feeds bytes and takes bytes.

#ifndef TANDEM_MEMORY_TRANSPORT_H_
#define TANDEM_MEMORY_TRANSPORT_H_

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "tandem/transport.h"

namespace tandem {

/// Carries records for programs that do their own I/O: completion-based loops, TLS inside another
/// protocol, tests.
///
///     Feed() --> [input] --Receive()--> Session --Send()--> [output] --> output()
///
/// One thread at a time, the session's.
class MemoryTransport final : public Transport {
 public:
  /// Lets the session put at most `output_capacity` bytes into the output queue before it is told
  /// to wait. Default: no limit; set one when whoever takes the output may be slow.
  explicit MemoryTransport(std::size_t output_capacity = std::numeric_limits<std::size_t>::max())
      : output_capacity_(output_capacity) {}

  /// Hands over bytes that came from the peer. All are taken; how many to feed before calling the
  /// session is the program's choice.
  void Feed(std::span<const std::byte> records);

  /// Says that the peer will send no more. What was fed before is delivered first.
  void FeedEnd() { ended_ = true; }

  /// Says that the connection broke, with an errno value. What was fed before is delivered first.
  void FeedFailure(int system_error) { failure_ = system_error; }

  /// Returns the bytes for the peer. Valid until the next call on this object or on the session.
  std::span<const std::byte> output() const;

  /// Forgets the first `bytes` of output(), which have been sent. At most output().size().
  void Consume(std::size_t bytes);

  /// Changes how much output may wait. Bytes beyond a smaller capacity stay.
  void set_output_capacity(std::size_t bytes) { output_capacity_ = bytes; }

  /// Returns how many fed bytes the session has not taken yet.
  std::size_t input_size() const { return input_.size() - input_taken_; }

  TransportResult Receive(std::span<std::byte> into) override;
  TransportResult Send(std::span<const std::byte> records) override;

 private:
  std::vector<std::byte> input_;
  std::vector<std::byte> output_;
  std::size_t input_taken_ = 0;
  std::size_t output_taken_ = 0;
  std::size_t output_capacity_;
  bool ended_ = false;
  std::optional<int> failure_;
};

}  // namespace tandem

#endif  // TANDEM_MEMORY_TRANSPORT_H_
