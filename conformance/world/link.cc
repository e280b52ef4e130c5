#include "conformance/world/link.h"

#include <algorithm>
#include <cstring>

namespace tandem::conformance {
namespace {

void Spend(std::size_t& quota, std::size_t bytes) {
  if (quota != LinkKnobs::kUnlimited) quota -= bytes;
}

}  // namespace

std::size_t Link::Deliverable() const {
  const std::size_t end = std::min(bytes_.size(), knobs.cut_at);
  return delivered_ >= end ? 0 : std::min(end - delivered_, knobs.receive_quota);
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

TransportResult Link::Send(std::span<const std::byte> records) {
  ++send_calls_;
  if (send_failure_) return TransportResult::Failed(*send_failure_);
  if (random_.OneIn(knobs.stall_one_in)) return TransportResult::WouldBlock();
  const std::size_t size = Amount(std::min({records.size(), knobs.send_chop, Acceptable()}));
  if (size == 0) return TransportResult::WouldBlock();
  bytes_.insert(bytes_.end(), records.begin(), records.begin() + static_cast<std::ptrdiff_t>(size));
  Spend(knobs.send_quota, size);
  return TransportResult::Moved(size);
}

TransportResult Link::Receive(std::span<std::byte> into) {
  ++receive_calls_;
  const std::size_t deliverable = Deliverable();
  if (deliverable == 0) {
    if (delivered_ >= knobs.cut_at) return TransportResult::End();
    if (delivered_ < bytes_.size()) return TransportResult::WouldBlock();
    if (receive_failure_) return TransportResult::Failed(*receive_failure_);
    return ended_ ? TransportResult::End() : TransportResult::WouldBlock();
  }
  if (random_.OneIn(knobs.stall_one_in)) return TransportResult::WouldBlock();
  const std::size_t size = Amount(std::min({into.size(), knobs.receive_chop, deliverable}));
  if (size == 0) return TransportResult::WouldBlock();
  std::memcpy(into.data(), bytes_.data() + delivered_, size);
  delivered_ += size;
  Spend(knobs.receive_quota, size);
  return TransportResult::Moved(size);
}

bool Link::readable() const {
  if (Deliverable() > 0) return knobs.receive_chop > 0;
  if (delivered_ >= knobs.cut_at) return true;
  return delivered_ == bytes_.size() && (ended_ || receive_failure_.has_value());
}

bool Link::writable() const {
  return send_failure_.has_value() || (Acceptable() > 0 && knobs.send_chop > 0);
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
