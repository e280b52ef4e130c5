// A simulated network for datagrams: two paths, one for each direction, in virtual time.
//
//      client Session                                          server Session
//           |  Send()                                     Receive()  ^
//           v                                                        |
//       NetworkEnd ----------------> [ path to server ] --------> NetworkEnd
//       NetworkEnd <---------------- [ path to client ] <-------- NetworkEnd
//
// What it loses, repeats, delays and reorders follows from one seed, or from a script.

#ifndef TANDEM_CONFORMANCE_DATAGRAMS_NETWORK_H_
#define TANDEM_CONFORMANCE_DATAGRAMS_NETWORK_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "conformance/world/check.h"
#include "conformance/world/random.h"
#include "tandem/transport.h"

namespace tandem::conformance {

/// A moment of virtual time.
using Instant = std::chrono::steady_clock::time_point;

/// The number of a datagram among those that one end has sent: 1 is the first.
using Ordinal = std::uint64_t;

/// Which way a datagram goes.
enum class Direction : std::uint8_t { kToServer, kToClient };

/// How one direction behaves. Any knob may be turned at any time; the defaults are a perfect
/// network with a little delay.
struct PathKnobs {
  static constexpr std::size_t kAnySize = std::numeric_limits<std::size_t>::max();
  static constexpr Ordinal kNever = std::numeric_limits<Ordinal>::max();

  /// Returns what comes before this datagram, though nobody has sent it.
  using Forger = std::function<std::vector<Bytes>(Ordinal, std::span<const std::byte>)>;

  // --- By chance --------------------------------------------------------------------------------

  unsigned lost_per_mille = 0;
  unsigned duplicated_per_mille = 0;

  // --- Time -------------------------------------------------------------------------------------

  /// Every datagram is on its way for so long.
  std::chrono::microseconds delay{10'000};

  /// And for up to so much longer, by chance: they overtake each other.
  std::chrono::microseconds jitter{0};

  // --- Size -------------------------------------------------------------------------------------

  /// Larger datagrams vanish without a word.
  std::size_t black_hole_above = kAnySize;

  /// For larger ones Send() fails with EMSGSIZE.
  std::size_t refused_above = kAnySize;

  // --- By script --------------------------------------------------------------------------------

  std::set<Ordinal> lost;        ///< These vanish.
  std::set<Ordinal> duplicated;  ///< These come twice.
  std::set<Ordinal> swapped;     ///< These come behind the next one.
  Ordinal lost_from = kNever;    ///< This one vanishes, and all behind it.
  Forger before;                 ///< Forges what comes right before a datagram.
};

/// What became of one datagram.
enum class Fate : std::uint8_t {
  kDelivered,   ///< Arrives once.
  kDuplicated,  ///< Arrives twice.
  kSwapped,     ///< Arrives behind the next one.
  kLost,
  kBlackHole,  ///< Lost for its size.
  kRefused,    ///< The sender was told EMSGSIZE.
  kForged,     ///< Arrives, and nobody has sent it.
};

/// One datagram in the account of what has happened.
struct TraceLine {
  Direction direction;
  Ordinal ordinal;  ///< Of a forged one: of the one behind it.
  Instant sent;
  Instant arrival;  ///< Equal to `sent` where it never arrives.
  Fate fate;
  Bytes datagram;
};

class Network;

/// The transport of one session.
class NetworkEnd final : public Transport {
 public:
  NetworkEnd(Network& network, Direction out) : network_(network), out_(out) {}
  NetworkEnd(const NetworkEnd&) = delete;
  NetworkEnd& operator=(const NetworkEnd&) = delete;

  TransportKind kind() const override { return TransportKind::kDatagram; }

  /// Gives what has arrived by now, one with each call.
  TransportResult Receive(std::span<std::byte> into) override;

  /// Takes every datagram, whatever becomes of it.
  TransportResult Send(std::span<const std::byte> datagram) override;

  /// Says whether Receive() would bring one.
  bool readable() const;

 private:
  Network& network_;
  Direction out_;
};

class Network {
 public:
  /// Datagrams that the account keeps; later ones are counted and travel, and leave no line.
  static constexpr std::size_t kTraceLimit = 4096;

  /// How long a swapped datagram waits for the next one. There may be none, and then it comes late.
  static constexpr std::chrono::milliseconds kSwapPatience{50};

  Network(std::uint64_t seed, Instant start) : random_(seed), start_(start), now_(start) {}
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  PathKnobs& to_server() { return to_server_.knobs; }
  PathKnobs& to_client() { return to_client_.knobs; }

  NetworkEnd& client() { return client_; }
  NetworkEnd& server() { return server_; }

  Instant now() const { return now_; }

  /// Lets time pass. Time never goes back: an earlier moment changes nothing.
  void AdvanceTo(Instant moment);

  /// Returns when the next datagram arrives that has not yet; nothing if none is on its way.
  std::optional<Instant> next_arrival() const;

  /// Puts a datagram on its way that nobody has sent.
  void Inject(Direction direction, std::span<const std::byte> datagram);

  /// Returns how many datagrams an end has sent in that direction.
  Ordinal sent(Direction direction) const { return path(direction).sent; }

  /// Returns the size of the largest datagram sent in that direction.
  std::size_t largest(Direction direction) const { return path(direction).largest; }

  const std::vector<TraceLine>& trace() const { return trace_; }

  /// Returns the account for people: a line for each datagram, with its time since the start.
  std::string ToString() const;

 private:
  friend class NetworkEnd;

  struct Arrival {
    Instant when;
    std::uint64_t turn;  // Among those of one moment.
    Bytes datagram;
  };

  struct Path {
    PathKnobs knobs;
    std::vector<Arrival> in_flight;  // The earliest first.
    Ordinal sent = 0;
    std::size_t largest = 0;
    std::optional<std::uint64_t> held;  // The turn of one that waits for the next.
    std::size_t held_line = 0;
  };

  Path& path(Direction direction) {
    return direction == Direction::kToServer ? to_server_ : to_client_;
  }
  const Path& path(Direction direction) const {
    return direction == Direction::kToServer ? to_server_ : to_client_;
  }

  TransportResult Send(Direction direction, std::span<const std::byte> datagram);
  TransportResult Receive(Direction direction, std::span<std::byte> into);
  bool HasArrived(Direction direction) const;
  Fate Decide(const Path& way, Ordinal ordinal, std::size_t size);
  Instant ArrivalTime(const Path& way);
  std::uint64_t Put(Path& way, Instant when, std::span<const std::byte> datagram);
  void LetGoOfHeld(Path& way, Instant when);
  void Forge(Direction direction, Ordinal ordinal, Instant when,
             std::span<const std::byte> datagram);
  void Note(TraceLine line);

  Random random_;
  Instant start_;
  Instant now_;
  Path to_server_;
  Path to_client_;
  NetworkEnd client_{*this, Direction::kToServer};
  NetworkEnd server_{*this, Direction::kToClient};
  std::uint64_t turns_ = 0;
  std::vector<TraceLine> trace_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DATAGRAMS_NETWORK_H_
