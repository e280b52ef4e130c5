// The Wire of TLS: records in a stream of bytes.

#ifndef TANDEM_STREAM_WIRE_H_
#define TANDEM_STREAM_WIRE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "tandem/wire.h"

namespace tandem {

class StreamWire final : public Wire {
 public:
  /// Records' bytes that one Receive() may bring ahead of need. Small records then cost one system
  /// call together; larger pieces bypass the buffer and go straight to the library.
  static constexpr std::size_t kInputBufferBytes = 4096;

  /// Handshake records smaller than this leave together, at the end of the call.
  static constexpr std::size_t kCoalesceBytes = 4096;

  /// Output that waits beyond this ends the session: the peer makes us answer (key updates, alerts)
  /// and does not read. Room for every flight of a handshake with a long chain.
  static constexpr std::size_t kOutputLimit = std::size_t{1} << 20;

  /// Records that one Step may consume once the handshake is done; then Pull() says kWouldBlock
  /// though there is more. A library that skips records without content in a loop of its own (key
  /// updates, empty records) cannot be kept there by a peer that sends them without end.
  static constexpr int kRecordsPerStep = 48;

  explicit StreamWire(Transport& transport) : Wire(transport) {}

  TransportResult Pull(std::span<std::byte> into) override;
  void Push(std::span<const std::byte> records) override;

  void BeginStep() override {
    input_was_empty_ = false;
    budget_ = kRecordsPerStep;
  }
  void Flush() override;
  void ReadAhead() override;

  bool holds_words() const override;
  bool holds_input() const override { return input_begin_ < input_end_; }
  bool holds_output() const override { return output_sent_ < output_.size(); }
  bool output_over_limit() const override { return output_.size() - output_sent_ > kOutputLimit; }
  std::optional<Alert> next_plaintext_alert() const override;
  std::optional<Alert> last_plaintext_alert() const override;
  std::span<const std::byte> first_bytes() const override { return {first_.data(), first_size_}; }

 private:
  void DropOutput() override;
  bool has_room_ahead() const override { return input_end_ - input_begin_ < kInputBufferBytes; }
  void Watch(std::span<const std::byte> bytes);
  void WatchFirst(std::span<const std::byte> bytes);

  using InputBuffer = std::array<std::byte, kInputBufferBytes>;

  std::unique_ptr<InputBuffer> input_;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::vector<std::byte> output_;
  std::size_t output_sent_ = 0;
  int budget_ = kRecordsPerStep;

  // Where Watch() stands: in a record's header, or in its body.
  std::array<std::byte, 5> header_{};
  std::size_t header_size_ = 0;
  std::size_t body_left_ = 0;
  std::array<std::byte, 2> body_start_{};
  std::size_t body_size_ = 0;
  std::array<std::byte, 5> first_{};
  std::size_t first_size_ = 0;
};

}  // namespace tandem

#endif  // TANDEM_STREAM_WIRE_H_
