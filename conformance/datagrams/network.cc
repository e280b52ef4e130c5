#include "conformance/datagrams/network.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <tuple>
#include <utility>

#include "conformance/datagrams/records.h"

namespace tandem::conformance {
namespace {

constexpr std::size_t kPerMille = 1000;

Direction Opposite(Direction direction) {
  return direction == Direction::kToServer ? Direction::kToClient : Direction::kToServer;
}

std::string_view FateName(Fate fate) {
  switch (fate) {
    case Fate::kDelivered: return "arrives";
    case Fate::kDuplicated: return "arrives twice";
    case Fate::kSwapped: return "arrives behind the next";
    case Fate::kLost: return "lost";
    case Fate::kBlackHole: return "too large, lost";
    case Fate::kRefused: return "too large, refused";
    case Fate::kForged: return "forged";
  }
  return "?";
}

bool Arrives(Fate fate) {
  return fate != Fate::kLost && fate != Fate::kBlackHole && fate != Fate::kRefused;
}

double Milliseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

TransportResult NetworkEnd::Receive(std::span<std::byte> into) {
  return network_.Receive(Opposite(out_), into);
}

TransportResult NetworkEnd::Send(std::span<const std::byte> datagram) {
  return network_.Send(out_, datagram);
}

bool NetworkEnd::readable() const { return network_.HasArrived(Opposite(out_)); }

void Network::AdvanceTo(Instant moment) { now_ = std::max(now_, moment); }

bool Network::HasArrived(Direction direction) const {
  const Path& way = path(direction);
  return !way.in_flight.empty() && way.in_flight.front().when <= now_;
}

std::optional<Instant> Network::next_arrival() const {
  std::optional<Instant> next;
  for (const Path* way : {&to_server_, &to_client_}) {
    const auto later = [this](const Arrival& arrival) { return arrival.when > now_; };
    const auto first = std::ranges::find_if(way->in_flight, later);
    if (first != way->in_flight.end() && (!next || first->when < *next)) next = first->when;
  }
  return next;
}

// Draws the same numbers for every datagram, so that a script changes nothing for the others.
Fate Network::Decide(const Path& way, Ordinal ordinal, std::size_t size) {
  const PathKnobs& knobs = way.knobs;
  const bool lost = random_.Below(kPerMille) < knobs.lost_per_mille;
  const bool duplicated = random_.Below(kPerMille) < knobs.duplicated_per_mille;
  if (size > knobs.refused_above) return Fate::kRefused;
  if (size > knobs.black_hole_above) return Fate::kBlackHole;
  if (lost || knobs.lost.contains(ordinal) || ordinal >= knobs.lost_from) return Fate::kLost;
  if (knobs.swapped.contains(ordinal)) return Fate::kSwapped;
  if (duplicated || knobs.duplicated.contains(ordinal)) return Fate::kDuplicated;
  return Fate::kDelivered;
}

Instant Network::ArrivalTime(const Path& way) {
  const auto jitter = static_cast<std::size_t>(way.knobs.jitter.count());
  const std::chrono::microseconds more{static_cast<std::int64_t>(random_.Below(jitter + 1))};
  return now_ + way.knobs.delay + more;
}

std::uint64_t Network::Put(Path& way, Instant when, std::span<const std::byte> datagram) {
  Arrival arrival{when, ++turns_, Bytes(datagram.begin(), datagram.end())};
  const auto earlier = [](const Arrival& a, const Arrival& b) {
    return std::tie(a.when, a.turn) < std::tie(b.when, b.turn);
  };
  const auto place = std::ranges::upper_bound(way.in_flight, arrival, earlier);
  way.in_flight.insert(place, std::move(arrival));
  return turns_;
}

// The next one has come: who waited for it follows at once, if it is not there already.
void Network::LetGoOfHeld(Path& way, Instant when) {
  if (!way.held) return;
  const auto is_held = [&](const Arrival& arrival) { return arrival.turn == *way.held; };
  const auto held = std::ranges::find_if(way.in_flight, is_held);
  way.held.reset();
  if (held == way.in_flight.end() || held->when <= when) return;
  const Bytes datagram = std::move(held->datagram);
  way.in_flight.erase(held);
  Put(way, when, datagram);
  if (way.held_line < trace_.size()) trace_[way.held_line].arrival = when;
}

void Network::Forge(Direction direction, Ordinal ordinal, Instant when,
                    std::span<const std::byte> datagram) {
  Path& way = path(direction);
  if (!way.knobs.before) return;
  for (Bytes& forged : way.knobs.before(ordinal, datagram)) {
    Put(way, when, forged);
    Note({direction, ordinal, now_, when, Fate::kForged, std::move(forged)});
  }
}

TransportResult Network::Send(Direction direction, std::span<const std::byte> datagram) {
  Path& way = path(direction);
  const Ordinal ordinal = ++way.sent;
  const Fate fate = Decide(way, ordinal, datagram.size());
  const Instant once = ArrivalTime(way);
  const Instant twice = ArrivalTime(way);
  const Instant when = fate == Fate::kSwapped ? once + kSwapPatience : once;
  if (fate != Fate::kRefused) way.largest = std::max(way.largest, datagram.size());
  Forge(direction, ordinal, when, datagram);
  Bytes copy(datagram.begin(), datagram.end());
  if (Arrives(fate)) {
    const std::uint64_t turn = Put(way, when, datagram);
    if (fate == Fate::kDuplicated) Put(way, twice, datagram);
    LetGoOfHeld(way, when);
    if (fate == Fate::kSwapped) {
      way.held = turn;
      way.held_line = trace_.size();
    }
  }
  Note({direction, ordinal, now_, Arrives(fate) ? when : now_, fate, std::move(copy)});
  return fate == Fate::kRefused ? TransportResult::Failed(EMSGSIZE)
                                : TransportResult::Moved(datagram.size());
}

TransportResult Network::Receive(Direction direction, std::span<std::byte> into) {
  if (!HasArrived(direction)) return TransportResult::WouldBlock();
  Path& way = path(direction);
  const Bytes datagram = std::move(way.in_flight.front().datagram);
  way.in_flight.erase(way.in_flight.begin());
  const std::size_t size = std::min(into.size(), datagram.size());
  if (size > 0) std::memcpy(into.data(), datagram.data(), size);
  return TransportResult::Moved(size);
}

void Network::Inject(Direction direction, std::span<const std::byte> datagram) {
  Path& way = path(direction);
  const Instant when = now_ + way.knobs.delay;
  Put(way, when, datagram);
  Note({direction, way.sent + 1, now_, when, Fate::kForged,
        Bytes(datagram.begin(), datagram.end())});
}

void Network::Note(TraceLine line) {
  if (trace_.size() < kTraceLimit) trace_.push_back(std::move(line));
}

std::string Network::ToString() const {
  std::string text;
  for (const TraceLine& line : trace_) {
    char head[96];
    std::snprintf(head, sizeof(head), "  %10.3f ms  %s #%llu  %4zu bytes  ",
                  Milliseconds(line.sent - start_),
                  line.direction == Direction::kToServer ? "client ->" : "<- server",
                  static_cast<unsigned long long>(line.ordinal), line.datagram.size());
    text += head;
    text += FateName(line.fate);
    if (Arrives(line.fate)) {
      std::snprintf(head, sizeof(head), " at %.3f", Milliseconds(line.arrival - start_));
      text += head;
    }
    text += "  " + DescribeRecords(line.datagram) + "\n";
  }
  return text.empty() ? "  (no datagram)\n" : text;
}

}  // namespace tandem::conformance
