// The only way that a backend's library touches the transport.
//
//     library --Push()--> [output queue] --> Transport::Send      always accepts
//     library <--Pull()-- [input buffer] <-- Transport::Receive   says why it came back empty
//
// Push() never refuses, so no library ever sees a blocked write: what the transport does not take
// waits here, and back-pressure is applied before plaintext enters the library.

#ifndef TANDEM_WIRE_H_
#define TANDEM_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "tandem/alert.h"
#include "tandem/transport.h"

namespace tandem {

/// Carries records between one backend session and its transport, and watches them go by.
///
/// What it learns on the way (was there input, how did the stream end, what was the last record) is
/// what every want and every blame is computed from; a library's own codes only say "not now".
class Wire {
 public:
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  virtual ~Wire() = default;

  // --- For backends, from their library's callbacks -------------------------------------------

  /// Moves up to `into.size()` bytes of input; of datagrams exactly one, once in a step.
  /// kWouldBlock, kEnd and kFailed as the transport said.
  virtual TransportResult Pull(std::span<std::byte> into) = 0;

  /// Takes all of `records`, which is one datagram where there are any. Drops them where nobody
  /// listens: after the transport failed or ended, when the peer has ended the handshake by an
  /// alert, and when it does not speak TLS; and those that there is no memory for, and all behind
  /// them, which ends the session.
  virtual void Push(std::span<const std::byte> records) = 0;

  // --- For the session ------------------------------------------------------------------------

  /// Starts a step of the library: forgets that input was seen empty, renews the budget.
  virtual void BeginStep() = 0;

  /// Sends queued output as far as the transport takes it.
  virtual void Flush() = 0;

  /// Drops queued output; what is pushed afterwards is dropped too.
  void Mute();

  /// Touches the transport no more: nothing is sent, and there is nothing to receive. For a call
  /// that is given up while the library is in the middle of it.
  void Abandon() {
    Mute();
    abandoned_ = true;
  }

  /// Receives what there is, as far as there is room, while the library is suspended and cannot
  /// pull: so that a peer that has gone is noticed. An end of the stream waits behind what came.
  virtual void ReadAhead() = 0;

  /// Says whether ReadAhead() can bring anything.
  bool can_read_ahead() const;

  /// Returns the end of the stream, or the failure, that ReadAhead() has met; nothing so far if
  /// none.
  const std::optional<TransportResult>& end_ahead() const { return end_ahead_; }

  /// Says whether bytes are held that say something: more than a change_cipher_spec, which TLS 1.3
  /// has for middleboxes alone (RFC 8446 appendix D.4).
  virtual bool holds_words() const = 0;

  /// Returns the alert that is next to be pulled, if it is a fatal one in plaintext.
  virtual std::optional<Alert> next_plaintext_alert() const = 0;

  /// Drops what is pushed from now on. Nothing follows the close_notify at the end of the queue,
  /// though a library may still have an answer to a key update in mind (RFC 8446 section 6.1).
  void EndOutput() { output_ended_ = true; }

  /// Ends the handshake: records leave one by one as they come, and steps have a budget.
  void LeaveHandshake() { in_handshake_ = false; }

  /// Says whether a Pull() of this step came back for want of input.
  bool input_was_empty() const { return input_was_empty_; }

  /// Says whether input is held that the library has not pulled.
  virtual bool holds_input() const = 0;

  virtual bool holds_output() const = 0;

  /// Says whether the peer makes us answer and does not read, beyond all patience.
  virtual bool output_over_limit() const = 0;

  bool saw_end() const { return saw_end_; }
  const std::optional<int>& receive_failure() const { return receive_failure_; }
  const std::optional<int>& send_failure() const { return send_failure_; }

  /// Says whether memory ran out, here or in the transport. Nothing moves any more then.
  bool out_of_memory() const { return out_of_memory_; }

  /// Counts the records of a stream that the library has pulled completely.
  std::uint64_t records_pulled() const { return records_pulled_; }

  /// Says whether the first bytes from the peer can be TLS: a handshake or alert record of major
  /// version 3. True while too few have come to tell, and for datagrams, of which others are
  /// dropped.
  bool looks_like_tls() const { return looks_like_tls_; }

  /// Returns up to the first five bytes of a stream.
  virtual std::span<const std::byte> first_bytes() const { return {}; }

  /// Returns the alert in the last record pulled, if it was a fatal one in plaintext. A protected
  /// alert is longer in TLS 1.2 and has another type in TLS 1.3, so this cannot be one.
  virtual std::optional<Alert> last_plaintext_alert() const = 0;

  // --- Datagrams alone --------------------------------------------------------------------------

  /// Counts the datagrams that came and meant nothing.
  std::uint64_t discarded() const { return discarded_; }
  void CountDiscarded() { ++discarded_; }

  /// Says whether this step has pulled a datagram that the library need not keep silent about: of
  /// application data or an alert.
  virtual bool pulled_content() const { return false; }

  /// Says, once, that the transport has called a datagram too large.
  virtual bool TakeTooLarge() { return false; }

  /// Says whether Pull() would bring something, if only bad news. Receives, if it must.
  virtual bool HasInput() { return true; }

  /// Has Pull() give the next datagram without taking it. For DTLSv1_listen(3).
  virtual void set_peeking(bool /*peeking*/) {}

 protected:
  explicit Wire(Transport& transport) : transport_(transport) {}

  TransportResult ReceiveInto(std::span<std::byte> into);
  TransportResult Receive(std::span<std::byte> into);
  TransportResult SendSome(std::span<const std::byte> records);
  TransportResult RunOutOfMemory();
  bool NobodyListens() const;

  virtual void DropOutput() = 0;
  virtual bool has_room_ahead() const = 0;

  bool in_handshake_ = true;
  bool muted_ = false;
  bool abandoned_ = false;
  bool input_was_empty_ = false;
  bool looks_like_tls_ = true;
  std::uint64_t records_pulled_ = 0;
  std::optional<TransportResult> end_ahead_;  // Comes behind what is held.

 private:
  template <typename Call>
  void OnCallersStack(Call call);

  Transport& transport_;
  bool output_ended_ = false;
  bool saw_end_ = false;
  bool out_of_memory_ = false;
  std::optional<int> receive_failure_;
  std::optional<int> send_failure_;
  std::uint64_t discarded_ = 0;
};

}  // namespace tandem

#endif  // TANDEM_WIRE_H_
