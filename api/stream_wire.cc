#include "tandem/stream_wire.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

namespace tandem {
namespace {

constexpr std::byte kAlertRecord{21};
constexpr std::byte kHandshakeRecord{22};
constexpr std::byte kMajorVersion{3};
constexpr std::byte kFatal{2};
constexpr std::size_t kHeaderBytes = 5;

// Storage that a burst of output left behind and that is not worth keeping.
constexpr std::size_t kOutputKeptBytes = std::size_t{64} << 10;

std::size_t BodyLength(const std::array<std::byte, kHeaderBytes>& header) {
  return std::to_integer<std::size_t>(header[3]) << 8 | std::to_integer<std::size_t>(header[4]);
}

}  // namespace

TransportResult StreamWire::Pull(std::span<std::byte> into) {
  if (abandoned_) return TransportResult::Failed(ECANCELED);
  const bool between_records = header_size_ == 0 && body_left_ == 0;
  if (between_records && !in_handshake_ && budget_-- <= 0) return TransportResult::WouldBlock();
  if (!holds_input()) {
    if (into.size() >= kInputBufferBytes) {
      const TransportResult direct = ReceiveInto(into);
      if (direct.outcome == TransportResult::Outcome::kMoved) Watch(into.first(direct.bytes));
      return direct;
    }
    if (input_ == nullptr) input_.reset(new (std::nothrow) InputBuffer);
    if (input_ == nullptr) return RunOutOfMemory();
    const TransportResult received = ReceiveInto(*input_);
    if (received.outcome != TransportResult::Outcome::kMoved) return received;
    input_begin_ = 0;
    input_end_ = received.bytes;
  }
  const std::size_t bytes = std::min(into.size(), input_end_ - input_begin_);
  std::memcpy(into.data(), input_->data() + input_begin_, bytes);
  input_begin_ += bytes;
  Watch(into.first(bytes));
  return TransportResult::Moved(bytes);
}

void StreamWire::ReadAhead() {
  if (!can_read_ahead()) return;
  if (input_ == nullptr) input_.reset(new (std::nothrow) InputBuffer);
  if (input_ == nullptr) {
    static_cast<void>(RunOutOfMemory());
    return;
  }
  std::memmove(input_->data(), input_->data() + input_begin_, input_end_ - input_begin_);
  input_end_ -= std::exchange(input_begin_, 0);
  // All there is: who waits for edges is not called for the rest.
  while (can_read_ahead()) {
    const TransportResult received = Receive(std::span(*input_).subspan(input_end_));
    if (received.outcome == TransportResult::Outcome::kWouldBlock) return;
    if (received.outcome == TransportResult::Outcome::kMoved) {
      input_end_ += received.bytes;
    } else {
      end_ahead_ = received;
    }
  }
}

bool StreamWire::holds_words() const {
  constexpr std::byte change_cipher_spec[] = {std::byte{20}, std::byte{3}, std::byte{3},
                                              std::byte{0},  std::byte{1}, std::byte{1}};
  if (!holds_input()) return false;
  const auto held = std::span(*input_).subspan(input_begin_, input_end_ - input_begin_);
  const bool between_records = header_size_ == 0 && body_left_ == 0;
  return !between_records || !std::ranges::equal(held, change_cipher_spec);
}

std::optional<Alert> StreamWire::next_plaintext_alert() const {
  constexpr std::size_t alert_record = kHeaderBytes + 2;
  if (header_size_ > 0 || body_left_ > 0 || input_end_ - input_begin_ < alert_record) {
    return std::nullopt;
  }
  const auto record = std::span(*input_).subspan(input_begin_, alert_record);
  if (record[0] != kAlertRecord || record[3] != std::byte{0} || record[4] != std::byte{2} ||
      record[5] != kFatal) {
    return std::nullopt;
  }
  return static_cast<Alert>(record[6]);
}

void StreamWire::DropOutput() {
  output_.clear();
  output_sent_ = 0;
}

void StreamWire::Push(std::span<const std::byte> records) {
  if (NobodyListens()) return;
  std::span<const std::byte> rest = records;
  const bool direct = !in_handshake_ || records.size() >= kCoalesceBytes;
  if (direct) {
    if (holds_output()) Flush();
    while (!holds_output() && !rest.empty() && !muted_) {
      const TransportResult sent = SendSome(rest);
      if (sent.outcome != TransportResult::Outcome::kMoved) break;
      rest = rest.subspan(sent.bytes);
    }
  }
  if (muted_) return;
  try {
    output_.insert(output_.end(), rest.begin(), rest.end());
  } catch (const std::bad_alloc&) {
    static_cast<void>(RunOutOfMemory());
  }
}

void StreamWire::Flush() {
  while (holds_output()) {
    const TransportResult sent = SendSome(std::span(output_).subspan(output_sent_));
    if (muted_) return;
    if (sent.outcome != TransportResult::Outcome::kMoved) break;
    output_sent_ += sent.bytes;
  }
  if (holds_output()) {
    // What has been sent is dropped once it is the larger part, so the queue does not creep.
    if (output_sent_ < output_.size() / 2) return;
    output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(output_sent_));
    output_sent_ = 0;
    return;
  }
  output_.clear();
  output_sent_ = 0;
  if (output_.capacity() > kOutputKeptBytes) output_.shrink_to_fit();
}

void StreamWire::Watch(std::span<const std::byte> bytes) {
  if (first_size_ < first_.size()) WatchFirst(bytes);
  while (!bytes.empty()) {
    if (body_left_ == 0) {
      const std::size_t taken = std::min(bytes.size(), kHeaderBytes - header_size_);
      std::memcpy(header_.data() + header_size_, bytes.data(), taken);
      header_size_ += taken;
      bytes = bytes.subspan(taken);
      if (header_size_ < kHeaderBytes) return;
      body_left_ = BodyLength(header_);
      body_size_ = 0;
    }
    const std::size_t taken = std::min(bytes.size(), body_left_);
    for (std::size_t i = 0; i < taken && body_size_ < body_start_.size(); ++i) {
      body_start_[body_size_++] = bytes[i];
    }
    body_left_ -= taken;
    bytes = bytes.subspan(taken);
    if (body_left_ > 0) return;
    header_size_ = 0;
    ++records_pulled_;
  }
}

void StreamWire::WatchFirst(std::span<const std::byte> bytes) {
  const std::size_t taken = std::min(bytes.size(), first_.size() - first_size_);
  std::memcpy(first_.data() + first_size_, bytes.data(), taken);
  first_size_ += taken;
  const bool type_fits = first_[0] == kHandshakeRecord || first_[0] == kAlertRecord;
  looks_like_tls_ = type_fits && (first_size_ < 2 || first_[1] == kMajorVersion);
}

std::optional<Alert> StreamWire::last_plaintext_alert() const {
  const bool whole = records_pulled_ > 0 && header_size_ == 0;
  if (!whole || header_[0] != kAlertRecord || BodyLength(header_) != body_start_.size()) {
    return std::nullopt;
  }
  if (body_start_[0] != kFatal) return std::nullopt;
  return static_cast<Alert>(body_start_[1]);
}

}  // namespace tandem
