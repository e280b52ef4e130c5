#include "tandem/event.h"

namespace tandem {

std::string_view EventTypeName(Event::Type type) {
  switch (type) {
    case Event::Type::kHandshakeDone: return "handshake_done";
    case Event::Type::kPeerAccepted: return "peer_accepted";
    case Event::Type::kRekeyedByUs: return "rekeyed_by_us";
    case Event::Type::kRekeyedByPeer: return "rekeyed_by_peer";
    case Event::Type::kWarningAlert: return "warning_alert";
    case Event::Type::kRenegotiationRefused: return "renegotiation_refused";
    case Event::Type::kEventsLost: return "events_lost";
  }
  return "events_lost";
}

void EventQueue::Insert(std::size_t position, Event event) {
  ++added_[static_cast<std::size_t>(event.type)];
  if (size_ == kLimit) {
    ++lost_;
    return;
  }
  for (std::size_t i = size_; i > position; --i) {
    events_[(first_ + i) % kLimit] = events_[(first_ + i - 1) % kLimit];
  }
  events_[(first_ + position) % kLimit] = event;
  ++size_;
}

std::optional<Event> EventQueue::Next() {
  if (size_ > 0) {
    const Event event = events_[first_];
    first_ = (first_ + 1) % kLimit;
    --size_;
    return event;
  }
  if (lost_ == 0) return std::nullopt;
  Event lost;
  lost.type = Event::Type::kEventsLost;
  lost.count = lost_;
  lost_ = 0;
  return lost;
}

}  // namespace tandem
