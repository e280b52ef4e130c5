#include "conformance/world/link.h"

#include <algorithm>
#include <cstring>

namespace tandem::conformance {
namespace {

void Spend(std::size_t& quota, std::size_t bytes) {
  if (quota != LinkKnobs::kUnlimited) quota -= bytes;
}

}  // namespace

// Bytes up to let_go_ need not wait for company any more.
std::size_t Link::Deliverable() const {
  const std::size_t end = std::min({bytes_.size(), knobs.cut_at, knobs.hold_at});
  if (delivered_ >= end) return 0;
  const bool ends = knobs.cut_at <= bytes_.size() || ended_ || receive_failure_.has_value();
  const bool alone = delivered_ >= let_go_ && bytes_.size() - delivered_ < knobs.coalesce;
  return alone && !ends ? 0 : std::min(end - delivered_, knobs.receive_quota);
}

std::size_t Link::Acceptable() const {
  const std::size_t waiting = bytes_.size() - delivered_;
  return waiting >= knobs.capacity ? 0 : std::min(knobs.capacity - waiting, knobs.send_quota);
}

std::size_t Link::Amount(std::size_t most) {
  if (!knobs.random_sizes || most == 0) return most;
  // Half of the time a few bytes, so that headers are torn apart as often as bodies.
  return 1 + random_.Below(random_.OneIn(2) ? std::min<std::size_t>(most, 8) : most);
}

bool Link::Stalls(CallNumber call, CallNumber chosen) {
  return call == chosen || random_.OneIn(knobs.stall_one_in);
}

TransportResult Link::Send(std::span<const std::byte> records) {
  ++send_calls_;
  if (send_calls_ == knobs.broken_send.call) FailSend(knobs.broken_send.system_error);
  if (send_failure_) return TransportResult::Failed(*send_failure_);
  send_stalled_ = Stalls(send_calls_, knobs.stalled_send);
  if (send_stalled_) return TransportResult::WouldBlock();
  const std::size_t size = Amount(std::min({records.size(), knobs.send_chop, Acceptable()}));
  if (size == 0) return TransportResult::WouldBlock();
  bytes_.insert(bytes_.end(), records.begin(), records.begin() + static_cast<std::ptrdiff_t>(size));
  Spend(knobs.send_quota, size);
  return TransportResult::Moved(size);
}

// Why there is nothing to deliver.
TransportResult Link::Nothing() const {
  if (delivered_ >= knobs.cut_at) return TransportResult::End();
  if (delivered_ < bytes_.size()) return TransportResult::WouldBlock();
  if (receive_failure_) return TransportResult::Failed(*receive_failure_);
  return ended_ ? TransportResult::End() : TransportResult::WouldBlock();
}

TransportResult Link::Receive(std::span<std::byte> into) {
  ++receive_calls_;
  const BrokenCall& broken = knobs.broken_receive;
  if (broken.call > 0 && receive_calls_ >= broken.call) {
    return TransportResult::Failed(broken.system_error);
  }
  receive_stalled_ = Stalls(receive_calls_, knobs.stalled_receive);
  if (receive_stalled_) return TransportResult::WouldBlock();
  const std::size_t deliverable = Deliverable();
  if (deliverable == 0) return Nothing();
  const std::size_t size = Amount(std::min({into.size(), knobs.receive_chop, deliverable}));
  if (size == 0) return TransportResult::WouldBlock();
  Deliver(into.first(size));
  Spend(knobs.receive_quota, size);
  return TransportResult::Moved(size);
}

void Link::Deliver(std::span<std::byte> into) {
  // All that is in flight has found its company, however few bytes of it are asked for at a time.
  let_go_ = bytes_.size();
  std::memcpy(into.data(), bytes_.data() + delivered_, into.size());
  const std::size_t flipped = knobs.flipped.byte;
  if (flipped >= delivered_ && flipped - delivered_ < into.size()) {
    into[flipped - delivered_] ^= static_cast<std::byte>(1U << knobs.flipped.bit);
  }
  delivered_ += into.size();
}

bool Link::readable() const {
  if (knobs.broken_receive.call > 0 && receive_calls_ >= knobs.broken_receive.call) return true;
  if (Deliverable() > 0) return knobs.receive_chop > 0;
  return Nothing().outcome != TransportResult::Outcome::kWouldBlock;
}

bool Link::writable() const {
  return send_failure_.has_value() || (Acceptable() > 0 && knobs.send_chop > 0);
}

bool Link::LetGo() {
  if (Deliverable() > 0) return false;
  let_go_ = bytes_.size();
  return Deliverable() > 0;
}

void Link::Inject(std::span<const std::byte> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

std::span<std::byte> Link::in_flight() { return std::span(bytes_).subspan(delivered_); }

Bytes RecordTypes(std::span<const std::byte> stream) {
  constexpr std::size_t header_size = 5;
  Bytes types;
  while (stream.size() >= header_size) {
    const std::size_t size = header_size + std::to_integer<std::size_t>(stream[3]) * 256 +
                             std::to_integer<std::size_t>(stream[4]);
    if (stream.size() < size) break;
    types.push_back(stream[0]);
    stream = stream.subspan(size);
  }
  return types;
}

}  // namespace tandem::conformance
