#include "tandem/datagram_wire.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "tandem/datagram_record.h"

namespace tandem {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint8_t kChangeCipherSpec = 20;
constexpr std::uint8_t kAlert = 21;
constexpr std::uint8_t kHandshake = 22;
constexpr std::byte kFatal{2};

// One handshake has two epochs, and there is never another (RFC 6347 section 4.1).
constexpr std::uint16_t kLastEpoch = 1;

// Returns how much of `datagram` is whole records of ours, from its beginning.
std::size_t WholeRecords(Bytes datagram) {
  Bytes rest = datagram;
  for (Bytes next = rest;; rest = next) {
    const auto record = NextDatagramRecord(next);
    if (!record.has_value() || record->epoch > kLastEpoch) break;
  }
  return datagram.size() - rest.size();
}

std::optional<Alert> PlaintextAlert(Bytes datagram) {
  while (const auto record = NextDatagramRecord(datagram)) {
    const bool fatal = record->type == kAlert && record->epoch == 0 && record->body.size() == 2 &&
                       record->body[0] == kFatal;
    if (fatal) return static_cast<Alert>(record->body[1]);
  }
  return std::nullopt;
}

}  // namespace

void DatagramWire::Hold(Bytes datagram) { input_.emplace_front(datagram.begin(), datagram.end()); }

void DatagramWire::BeginStep() {
  input_was_empty_ = false;
  pulled_ = false;
  pulled_content_ = false;
}

TransportResult DatagramWire::Pull(std::span<std::byte> into) {
  if (abandoned_) return TransportResult::Failed(ECANCELED);
  if (pulled_) return TransportResult::WouldBlock();
  has_more_ = false;
  for (int strangers = 0; strangers < kStrangersPerPull; ++strangers) {
    const TransportResult taken = input_.empty() ? ReceiveInto(into) : TakeHeld(into);
    if (taken.outcome != TransportResult::Outcome::kMoved) return taken;
    const Bytes datagram = into.first(WholeRecords(into.first(taken.bytes)));
    if (datagram.empty()) {
      CountDiscarded();
      continue;
    }
    if (peeking_) {
      input_.emplace_front(datagram.begin(), datagram.end());
    } else {
      Watch(datagram);
    }
    return TransportResult::Moved(datagram.size());
  }
  has_more_ = true;
  return TransportResult::WouldBlock();
}

TransportResult DatagramWire::TakeHeld(std::span<std::byte> into) {
  const Datagram& datagram = input_.front();
  const std::size_t bytes = std::min(into.size(), datagram.size());
  std::memcpy(into.data(), datagram.data(), bytes);
  input_.pop_front();
  return TransportResult::Moved(bytes);
}

void DatagramWire::Watch(Bytes datagram) {
  pulled_ = true;
  last_alert_ = PlaintextAlert(datagram);
  Bytes rest = datagram;
  const auto record = NextDatagramRecord(rest);
  pulled_content_ = record->type != kHandshake && record->type != kChangeCipherSpec;
}

// Receives a datagram to hold; one that means nothing is dropped.
TransportResult DatagramWire::Keep() {
  try {
    Datagram space(kLargestDatagram);
    const TransportResult received = Receive(space);
    if (received.outcome != TransportResult::Outcome::kMoved) return received;
    const std::size_t whole = WholeRecords(Bytes(space).first(received.bytes));
    if (whole == 0) CountDiscarded();
    if (whole > 0) {
      input_.emplace_back(space.begin(), space.begin() + static_cast<std::ptrdiff_t>(whole));
    }
    return received;
  } catch (const std::bad_alloc&) {
    return RunOutOfMemory();
  }
}

void DatagramWire::ReadAhead() {
  // All there is, but not without end: who is suspended has time, and others want a turn.
  for (int looked_at = 0; can_read_ahead() && looked_at < kStrangersPerPull; ++looked_at) {
    const TransportResult kept = Keep();
    if (kept.outcome == TransportResult::Outcome::kWouldBlock) return;
    if (kept.outcome != TransportResult::Outcome::kMoved) end_ahead_ = kept;
  }
}

bool DatagramWire::HasInput() {
  if (pulled_) return false;
  for (int looked_at = 0; input_.empty() && looked_at < kStrangersPerPull; ++looked_at) {
    if (abandoned_ || !can_read_ahead()) return true;
    const TransportResult kept = Keep();
    if (kept.outcome == TransportResult::Outcome::kWouldBlock) {
      input_was_empty_ = true;
      return false;
    }
    if (kept.outcome != TransportResult::Outcome::kMoved) end_ahead_ = kept;
  }
  return true;  // Or there is more to look at.
}

std::optional<Alert> DatagramWire::next_plaintext_alert() const {
  return input_.empty() ? std::nullopt : PlaintextAlert(input_.front());
}

void DatagramWire::Push(Bytes datagram) {
  if (NobodyListens()) return;
  Flush();
  if (muted_ || (!holds_output() && SendOne(datagram))) return;
  if (muted_ || output_.size() >= kWaitingDatagrams) return;
  try {
    output_.emplace_back(datagram.begin(), datagram.end());
  } catch (const std::bad_alloc&) {
    static_cast<void>(RunOutOfMemory());
  }
}

// False: not now. What is too large for the path is gone, as in any network.
bool DatagramWire::SendOne(Bytes datagram) {
  const TransportResult sent = SendSome(datagram);
  if (sent.outcome == TransportResult::Outcome::kFailed) too_large_ = true;
  return sent.outcome != TransportResult::Outcome::kWouldBlock;
}

void DatagramWire::Flush() {
  while (holds_output()) {
    // Not in the queue while it is sent: a failure empties that.
    const Datagram datagram = std::move(output_.front());
    output_.pop_front();
    if (SendOne(datagram)) continue;
    output_.push_front(datagram);
    return;
  }
}

bool DatagramWire::TakeTooLarge() { return std::exchange(too_large_, false); }

}  // namespace tandem
