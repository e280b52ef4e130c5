// The only way that a backend's library touches the transport.
//
//     library --Push()--> [output queue] --> Transport::Send      always accepts
//     library <--Pull()-- [input buffer] <-- Transport::Receive   says why it came back empty
//
// Push() never refuses, so no library ever sees a blocked write: what the transport does not take
// waits here, and back-pressure is applied before plaintext enters the library.

#ifndef TANDEM_WIRE_H_
#define TANDEM_WIRE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "tandem/alert.h"
#include "tandem/transport.h"

namespace tandem {

/// Carries records between one backend session and its transport, and watches them go by.
///
/// What it learns on the way (was there input, how did the stream end, what was the last record) is
/// what every want and every blame is computed from; a library's own codes only say "not now".
class Wire final {
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

  explicit Wire(Transport& transport) : transport_(transport) {}
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // --- For backends, from their library's callbacks -------------------------------------------

  /// Moves up to `into.size()` bytes of input. kWouldBlock, kEnd and kFailed as the transport said.
  TransportResult Pull(std::span<std::byte> into);

  /// Takes all of `records`. Drops them where nobody listens: after the transport failed or ended,
  /// when the peer has ended the handshake by an alert, and when it does not speak TLS; and those
  /// that there is no memory for, and all behind them, which ends the session.
  void Push(std::span<const std::byte> records);

  // --- For the session ------------------------------------------------------------------------

  /// Starts a step of the library: forgets that input was seen empty, renews the budget.
  void BeginStep() {
    input_was_empty_ = false;
    budget_ = kRecordsPerStep;
  }

  /// Sends queued output as far as the transport takes it.
  void Flush();

  /// Drops queued output; what is pushed afterwards is dropped too.
  void Mute();

  /// Touches the transport no more: nothing is sent, and there is nothing to receive. For a call
  /// that is given up while the library is in the middle of it.
  void Abandon() {
    Mute();
    abandoned_ = true;
  }

  /// Receives what there is, as far as the buffer has room, while the library is suspended and
  /// cannot pull: so that a peer that has gone is noticed. An end of the stream waits behind what
  /// came.
  void ReadAhead();

  /// Says whether ReadAhead() can bring anything.
  bool can_read_ahead() const;

  /// Returns the end of the stream, or the failure, that ReadAhead() has met; nothing so far if
  /// none.
  const std::optional<TransportResult>& end_ahead() const { return end_ahead_; }

  /// Says whether bytes are held that say something: more than a change_cipher_spec, which TLS 1.3
  /// has for middleboxes alone (RFC 8446 appendix D.4).
  bool holds_words() const;

  /// Returns the alert that is next to be pulled, if it is a fatal one in plaintext.
  std::optional<Alert> next_plaintext_alert() const;

  /// Drops what is pushed from now on. Nothing follows the close_notify at the end of the queue,
  /// though a library may still have an answer to a key update in mind (RFC 8446 section 6.1).
  void EndOutput() { output_ended_ = true; }

  /// Ends the handshake: records leave one by one as they come, and steps have a budget.
  void LeaveHandshake() { in_handshake_ = false; }

  /// Says whether a Pull() of this step came back for want of input.
  bool input_was_empty() const { return input_was_empty_; }

  /// Says whether bytes are held that the library has not pulled.
  bool holds_input() const { return input_begin_ < input_end_; }

  bool holds_output() const { return output_sent_ < output_.size(); }
  bool output_over_limit() const { return output_.size() - output_sent_ > kOutputLimit; }

  bool saw_end() const { return saw_end_; }
  const std::optional<int>& receive_failure() const { return receive_failure_; }
  const std::optional<int>& send_failure() const { return send_failure_; }

  /// Says whether memory ran out, here or in the transport. Nothing moves any more then.
  bool out_of_memory() const { return out_of_memory_; }

  /// Counts the records that the library has pulled completely.
  std::uint64_t records_pulled() const { return records_pulled_; }

  /// Says whether any byte has come from the peer.
  bool saw_input() const { return first_size_ > 0; }

  /// Says whether the first bytes from the peer can be TLS: a handshake or alert record of major
  /// version 3. True while too few have come to tell.
  bool looks_like_tls() const { return looks_like_tls_; }

  /// Returns up to the first five bytes from the peer.
  std::span<const std::byte> first_bytes() const { return {first_.data(), first_size_}; }

  /// Returns the alert in the last record pulled, if it was a fatal one in plaintext. A protected
  /// alert is longer in TLS 1.2 and has another type in TLS 1.3, so this cannot be one.
  std::optional<Alert> last_plaintext_alert() const;

 private:
  template <typename Call>
  void OnCallersStack(Call call);
  TransportResult Receive(std::span<std::byte> into);
  TransportResult ReceiveInto(std::span<std::byte> into);
  TransportResult SendSome(std::span<const std::byte> records);
  TransportResult RunOutOfMemory();
  bool NobodyListens() const;
  void Watch(std::span<const std::byte> bytes);
  void WatchFirst(std::span<const std::byte> bytes);

  Transport& transport_;

  using InputBuffer = std::array<std::byte, kInputBufferBytes>;

  std::unique_ptr<InputBuffer> input_;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::vector<std::byte> output_;
  std::size_t output_sent_ = 0;

  bool in_handshake_ = true;
  int budget_ = kRecordsPerStep;
  bool muted_ = false;
  bool abandoned_ = false;
  bool output_ended_ = false;
  bool input_was_empty_ = false;
  bool saw_end_ = false;
  std::optional<TransportResult> end_ahead_;  // Comes behind the buffer.
  bool out_of_memory_ = false;
  std::optional<int> receive_failure_;
  std::optional<int> send_failure_;

  // Where Watch() stands: in a record's header, or in its body.
  std::array<std::byte, 5> header_{};
  std::size_t header_size_ = 0;
  std::size_t body_left_ = 0;
  std::array<std::byte, 2> body_start_{};
  std::size_t body_size_ = 0;
  std::uint64_t records_pulled_ = 0;
  std::array<std::byte, 5> first_{};
  std::size_t first_size_ = 0;
  bool looks_like_tls_ = true;
};

}  // namespace tandem

#endif  // TANDEM_WIRE_H_
