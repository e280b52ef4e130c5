// What a simulated wire can be told to do to those who use it.

#ifndef TANDEM_CONFORMANCE_WORLD_LINK_KNOBS_H_
#define TANDEM_CONFORMANCE_WORLD_LINK_KNOBS_H_

#include <cstddef>
#include <cstdint>
#include <limits>

namespace tandem::conformance {

/// One call on a link, by its number since the link began: 1 is the first, 0 is none.
using CallNumber = std::uint64_t;

/// A call that finds the wire broken, as every later one of its kind does.
struct BrokenCall {
  CallNumber call = 0;
  int system_error = 0;
};

/// One bit of a stream, by its place since the link began.
struct StreamBit {
  static constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

  std::size_t byte = kNowhere;
  unsigned bit = 0;
};

/// How a link behaves. Any knob may be turned at any time; the defaults are a perfect wire.
struct LinkKnobs {
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  // --- How much ---------------------------------------------------------------------------------

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

  // --- When -------------------------------------------------------------------------------------

  /// One call in so many would block for no reason; 0: none.
  unsigned stall_one_in = 0;

  /// This call would block for no reason, and no other.
  CallNumber stalled_send = 0;
  CallNumber stalled_receive = 0;

  /// The receiver gets nothing before this many bytes are in flight, and then all of them: several
  /// sends arrive as one. What is held back comes too once it is all that there will be, which
  /// LetGo() says.
  std::size_t coalesce = 0;

  /// The receiver gets this many bytes since the link began, and the others once this is turned.
  std::size_t hold_at = kUnlimited;

  // --- What goes wrong --------------------------------------------------------------------------

  /// The receiver gets this many bytes since the link began and then the end, whatever is sent.
  std::size_t cut_at = kUnlimited;

  /// This bit arrives as its opposite.
  StreamBit flipped;

  /// From this call on the wire is broken for the sender, or for the receiver.
  BrokenCall broken_send;
  BrokenCall broken_receive;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_WORLD_LINK_KNOBS_H_
