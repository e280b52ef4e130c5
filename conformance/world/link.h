// A simulated wire: two links, one for each direction.
//
//      client Session                                         server Session
//           |  Send()                                    Receive()  ^
//           v                                                       |
//        WireEnd ----------------> [ Link to_server ] ----------> WireEnd
//        WireEnd <---------------- [ Link to_client ] <---------- WireEnd

#ifndef TANDEM_CONFORMANCE_WORLD_LINK_H_
#define TANDEM_CONFORMANCE_WORLD_LINK_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "conformance/world/check.h"
#include "conformance/world/random.h"
#include "tandem/transport.h"

namespace tandem::conformance {

/// How a link behaves. Any knob may be turned at any time; the defaults are a perfect wire.
struct LinkKnobs {
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  /// One Send() takes at most this many bytes.
  std::size_t send_chop = kUnlimited;

  /// One Receive() brings at most this many bytes.
  std::size_t receive_chop = kUnlimited;

  /// Send() would block while this many bytes are in flight.
  std::size_t capacity = kUnlimited;

  /// Send() takes this many more bytes in all, and would block then.
  std::size_t send_quota = kUnlimited;

  /// Receive() brings this many more bytes in all, and would block then.
  std::size_t receive_quota = kUnlimited;

  /// Each call moves a random number of bytes, from 1 to what it might have moved, mostly few.
  bool random_sizes = false;

  /// One call in so many would block for no reason; 0: none.
  unsigned stall_one_in = 0;

  /// The receiver gets this many bytes since the link began and then the end, whatever is sent.
  std::size_t cut_at = kUnlimited;
};

/// One direction of a wire.
class Link {
 public:
  explicit Link(Random& random) : random_(random) {}

  LinkKnobs knobs;

  TransportResult Send(std::span<const std::byte> records);
  TransportResult Receive(std::span<std::byte> into);

  /// Say whether the next call would move bytes, or tell of an end or a failure.
  bool readable() const;
  bool writable() const;

  /// Puts bytes in flight as though the sender had sent them.
  void Inject(std::span<const std::byte> bytes);

  /// Ends the stream behind what is in flight.
  void End() { ended_ = true; }

  /// Breaks the wire for the receiver, behind what is in flight.
  void FailReceive(int system_error) { receive_failure_ = system_error; }

  /// Breaks the wire for the sender, at once.
  void FailSend(int system_error) { send_failure_ = system_error; }

  /// Returns what has been sent and not received, to look at and to corrupt.
  std::span<std::byte> in_flight();

  /// Loses what is in flight.
  void DropInFlight() { delivered_ = bytes_.size(); }

  std::size_t sent() const { return bytes_.size(); }
  std::size_t received() const { return delivered_; }
  std::uint64_t send_calls() const { return send_calls_; }
  std::uint64_t receive_calls() const { return receive_calls_; }

  /// Returns everything that was ever sent, tampered with or not.
  const Bytes& history() const { return bytes_; }

 private:
  std::size_t Deliverable() const;
  std::size_t Acceptable() const;
  std::size_t Amount(std::size_t most);

  Random& random_;
  Bytes bytes_;
  std::size_t delivered_ = 0;
  std::uint64_t send_calls_ = 0;
  std::uint64_t receive_calls_ = 0;
  bool ended_ = false;
  std::optional<int> receive_failure_;
  std::optional<int> send_failure_;
};

/// The transport of one session: sends on one link and receives from the other.
class WireEnd final : public Transport {
 public:
  WireEnd(Link& out, Link& in) : out_(out), in_(in) {}

  TransportResult Receive(std::span<std::byte> into) override { return in_.Receive(into); }
  TransportResult Send(std::span<const std::byte> records) override { return out_.Send(records); }

  const Link& out() const { return out_; }
  const Link& in() const { return in_; }

 private:
  Link& out_;
  Link& in_;
};

/// Returns the content types of the complete records at the start of `stream`, RFC 8446
/// section 5.1.
Bytes RecordTypes(std::span<const std::byte> stream);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_WORLD_LINK_H_
