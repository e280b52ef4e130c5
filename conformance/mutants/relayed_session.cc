#include "conformance/mutants/relayed_session.h"

#include <algorithm>

namespace tandem::conformance {

template <typename Call>
Step RelayedSession::Around(Call call) {
  Begin();
  wire_.BeginStep();
  const Step step = call();
  wire_.Flush();
  Conclude(step.outcome == Step::Outcome::kFailed);
  return step;
}

Step RelayedSession::Handshake() {
  const Step step = Around([&] { return inner().Handshake(); });
  if (step.outcome == Step::Outcome::kDone) wire_.LeaveHandshake();
  return step;
}

Step RelayedSession::Read(std::span<std::byte> plaintext) {
  return Around([&] { return inner().Read(plaintext); });
}

Step RelayedSession::Write(std::span<const std::byte> plaintext) {
  return Around([&] { return inner().Write(plaintext); });
}

Step RelayedSession::CloseNotify() {
  return Around([&] { return inner().CloseNotify(); });
}

Step RelayedSession::Rekey(bool both) {
  return Around([&] { return inner().Rekey(both); });
}

bool RelayedSession::SendAlert(Alert alert) {
  bool sent = false;
  static_cast<void>(Around([&] {
    sent = inner().SendAlert(alert);
    return Step::Failed();
  }));
  return sent;
}

TransportResult RelayedSession::Receive(std::span<std::byte> into) {
  const std::size_t rest = body_left_ > 0 ? body_left_ : header_.size() - header_size_;
  const TransportResult result = parts().wire.Pull(into.first(std::min(into.size(), rest)));
  if (result.outcome == TransportResult::Outcome::kMoved) Watch(into.first(result.bytes));
  return result;
}

TransportResult RelayedSession::Send(std::span<const std::byte> records) {
  parts().wire.Push(records);
  return TransportResult::Moved(records.size());
}

void RelayedSession::Watch(std::span<const std::byte> bytes) {
  if (body_left_ > 0) {
    body_left_ -= bytes.size();
    return;
  }
  std::copy(bytes.begin(), bytes.end(),
            header_.begin() + static_cast<std::ptrdiff_t>(header_size_));
  header_size_ += bytes.size();
  if (header_size_ < header_.size()) return;
  header_size_ = 0;
  body_left_ =
      std::to_integer<std::size_t>(header_[3]) * 256 + std::to_integer<std::size_t>(header_[4]);
}

}  // namespace tandem::conformance
