// The Wire of DTLS: datagrams that come whole, or never.

#ifndef TANDEM_DATAGRAM_WIRE_H_
#define TANDEM_DATAGRAM_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "tandem/wire.h"

namespace tandem {

/// Gives a library one datagram in each step, so that the session can tell what became of it; and
/// only what can be DTLS, for libraries differ in what else they bear. Whatever it cannot keep it
/// drops, as a network would: the peer sends it again.
class DatagramWire final : public Wire {
 public:
  /// The largest payload of UDP over IPv4 is less than this.
  static constexpr std::size_t kLargestDatagram = 65'536;

  /// Datagrams that are held while the library is suspended: more than the flights of both ends.
  static constexpr std::size_t kHeldDatagrams = 32;

  /// Datagrams that wait for a transport that takes none: the longest flights of a handshake.
  static constexpr std::size_t kWaitingDatagrams = 64;

  /// Datagrams that are not DTLS and that one Pull() looks at before it lets others have a turn.
  static constexpr int kStrangersPerPull = 32;

  explicit DatagramWire(Transport& transport) : Wire(transport) {}

  /// Puts `datagram` before all that the transport has.
  void Hold(std::span<const std::byte> datagram);

  TransportResult Pull(std::span<std::byte> into) override;
  void Push(std::span<const std::byte> datagram) override;

  void BeginStep() override;
  void Flush() override;
  void ReadAhead() override;

  bool holds_words() const override { return holds_input(); }
  bool holds_input() const override { return !input_.empty() || has_more_; }
  bool holds_output() const override { return !output_.empty(); }
  bool output_over_limit() const override { return false; }
  std::optional<Alert> next_plaintext_alert() const override;
  std::optional<Alert> last_plaintext_alert() const override { return last_alert_; }
  bool pulled_content() const override { return pulled_content_; }
  bool TakeTooLarge() override;
  bool HasInput() override;
  void set_peeking(bool peeking) override { peeking_ = peeking; }

 private:
  using Datagram = std::vector<std::byte>;

  void DropOutput() override { output_.clear(); }
  bool has_room_ahead() const override { return input_.size() < kHeldDatagrams; }
  TransportResult TakeHeld(std::span<std::byte> into);
  TransportResult Keep();
  bool SendOne(std::span<const std::byte> datagram);
  void Watch(std::span<const std::byte> datagram);

  std::deque<Datagram> input_;
  std::deque<Datagram> output_;
  bool pulled_ = false;          // In this step.
  bool pulled_content_ = false;  // Likewise.
  bool has_more_ = false;        // A Pull() has given up before it had seen all.
  bool peeking_ = false;
  bool too_large_ = false;
  std::optional<Alert> last_alert_;
};

}  // namespace tandem

#endif  // TANDEM_DATAGRAM_WIRE_H_
