// What happened to a session besides what its calls returned.

#ifndef TANDEM_EVENT_H_
#define TANDEM_EVENT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tandem/alert.h"

namespace tandem {

/// One thing that happened, in order. Ask Session::NextEvent() for it.
struct Event {
  enum class Type : std::uint8_t {
    kHandshakeDone,         ///< The handshake is done; Session::info() has the facts.
    kPeerAccepted,          ///< The peer has taken our Finished, and our certificate if any.
    kRekeyedByUs,           ///< Our Rekey() has been sent.
    kRekeyedByPeer,         ///< The peer changed its sending key (RFC 8446 section 4.6.3).
    kWarningAlert,          ///< The peer sent a warning, `alert`, and goes on.
    kRenegotiationRefused,  ///< The peer asked for a TLS 1.2 renegotiation and was told no.
    kEventsLost,            ///< `count` events found the queue full.
  };

  Type type = Type::kHandshakeDone;
  Alert alert = Alert::kCloseNotify;  ///< kWarningAlert only.
  std::uint32_t count = 0;            ///< kEventsLost only.

  friend bool operator==(const Event&, const Event&) = default;
};

/// Returns a stable word, such as "handshake_done".
std::string_view EventTypeName(Event::Type type);

/// Keeps events in order until they are asked for. A full queue counts what it cannot keep.
class EventQueue {
 public:
  /// A session has a handful of events in its life; more is a peer that plays with warnings.
  static constexpr std::size_t kLimit = 16;

  void Add(Event event) { Insert(size_, event); }

  /// Adds an event before the last `size() - position` ones, which it caused.
  void Insert(std::size_t position, Event event);

  std::size_t size() const { return size_; }

  /// Takes the oldest event, or nothing.
  std::optional<Event> Next();

  /// Counts the events of `type` that were ever added, kept or lost.
  std::uint32_t added(Event::Type type) const { return added_[static_cast<std::size_t>(type)]; }

 private:
  std::array<Event, kLimit> events_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  std::uint32_t lost_ = 0;
  std::array<std::uint32_t, static_cast<std::size_t>(Event::Type::kEventsLost) + 1> added_{};
};

}  // namespace tandem

#endif  // TANDEM_EVENT_H_
