#include "examples/dialogue.h"

namespace tandem_examples {

void EchoDialogue::TakeInput(std::span<const std::byte> input) {
  waiting_.insert(waiting_.end(), input.begin(), input.end());
}

void EchoDialogue::Consume(std::size_t bytes) {
  said_ += bytes;
  // Moving what is left on every call would be quadratic for a slow reader.
  if (said_ < waiting_.size() && said_ < kBufferLimit) return;
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(said_));
  said_ = 0;
}

}  // namespace tandem_examples
