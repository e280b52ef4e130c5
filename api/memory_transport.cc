#include "tandem/memory_transport.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace tandem {

void MemoryTransport::Feed(std::span<const std::byte> records) {
  assert(!ended_ && !failure_.has_value() && "nothing comes after the end");
  if (input_taken_ == input_.size()) {
    input_.clear();
    input_taken_ = 0;
  }
  input_.insert(input_.end(), records.begin(), records.end());
}

std::span<const std::byte> MemoryTransport::output() const {
  return std::span(output_).subspan(output_taken_);
}

void MemoryTransport::Consume(std::size_t bytes) {
  assert(bytes <= output().size());
  output_taken_ += bytes;
  // Moving the rest to the front each time would make draining in small pieces quadratic.
  if (output_taken_ < output_.size() - output_taken_) return;
  output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(output_taken_));
  output_taken_ = 0;
}

TransportResult MemoryTransport::Receive(std::span<std::byte> into) {
  const std::size_t bytes = std::min(into.size(), input_size());
  if (bytes == 0) {
    if (failure_.has_value()) return TransportResult::Failed(*failure_);
    return ended_ ? TransportResult::End() : TransportResult::WouldBlock();
  }
  std::memcpy(into.data(), input_.data() + input_taken_, bytes);
  input_taken_ += bytes;
  return TransportResult::Moved(bytes);
}

TransportResult MemoryTransport::Send(std::span<const std::byte> records) {
  const std::size_t held = output().size();
  const std::size_t room = output_capacity_ > held ? output_capacity_ - held : 0;
  const std::size_t bytes = std::min(records.size(), room);
  if (bytes == 0) return TransportResult::WouldBlock();
  output_.insert(output_.end(), records.begin(),
                 records.begin() + static_cast<std::ptrdiff_t>(bytes));
  return TransportResult::Moved(bytes);
}

}  // namespace tandem
