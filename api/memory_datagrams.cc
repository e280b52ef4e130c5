#include "tandem/memory_datagrams.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace tandem {

static_assert(sizeof(std::uint32_t) == DatagramQueue::kBytesBeside);

bool DatagramQueue::HasRoom(std::size_t bytes) const {
  if (size_ >= limits_.datagrams) return false;
  if (size_ == 0) return true;
  const std::size_t held = bytes_.size() - taken_;
  return held < limits_.bytes && bytes + kBytesBeside <= limits_.bytes - held;
}

bool DatagramQueue::Push(std::span<const std::byte> datagram) {
  if (datagram.size() > kMaxDatagramBytes || !HasRoom(datagram.size())) return false;
  const std::size_t begin = bytes_.size();
  bytes_.resize(begin + kBytesBeside + datagram.size());
  const auto size = static_cast<std::uint32_t>(datagram.size());
  std::memcpy(&bytes_[begin], &size, kBytesBeside);
  std::copy(datagram.begin(), datagram.end(),
            bytes_.begin() + static_cast<std::ptrdiff_t>(begin + kBytesBeside));
  ++size_;
  return true;
}

std::optional<std::span<const std::byte>> DatagramQueue::front() const {
  if (size_ == 0) return std::nullopt;
  std::uint32_t size = 0;
  std::memcpy(&size, &bytes_[taken_], kBytesBeside);
  return std::span(bytes_).subspan(taken_ + kBytesBeside, size);
}

void DatagramQueue::Pop() {
  assert(size_ > 0);
  taken_ += kBytesBeside + front()->size();
  --size_;
  if (size_ == 0) {
    bytes_.clear();
    taken_ = 0;
    if (bytes_.capacity() > kKeptBytes) bytes_ = std::vector<std::byte>();
    return;
  }
  // Moving the rest to the front each time would make draining a long queue quadratic.
  if (taken_ < bytes_.size() - taken_) return;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(taken_));
  taken_ = 0;
}

TransportResult DatagramQueue::PopInto(std::span<std::byte> into) {
  const std::optional<std::span<const std::byte>> datagram = front();
  if (!datagram.has_value()) return TransportResult::WouldBlock();
  const std::size_t bytes = std::min(into.size(), datagram->size());
  std::copy_n(datagram->begin(), bytes, into.begin());
  Pop();
  return TransportResult::Moved(bytes);
}

bool MemoryDatagrams::Feed(std::span<const std::byte> datagram) {
  assert(!failure_.has_value() && "nothing comes after a failure");
  return input_.Push(datagram);
}

TransportResult MemoryDatagrams::Receive(std::span<std::byte> into) {
  if (input_.size() == 0 && failure_.has_value()) return TransportResult::Failed(*failure_);
  return input_.PopInto(into);
}

TransportResult MemoryDatagrams::Send(std::span<const std::byte> records) {
  if (records.size() > std::min(max_datagram_, kMaxDatagramBytes)) {
    return TransportResult::Failed(EMSGSIZE);
  }
  return output_.Push(records) ? TransportResult::Moved(records.size())
                               : TransportResult::WouldBlock();
}

}  // namespace tandem
