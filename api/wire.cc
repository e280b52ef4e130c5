#include "tandem/wire.h"

#include <cerrno>
#include <functional>
#include <new>

#include "tandem/engine/job.h"

namespace tandem {

// Libraries call Pull() and Push(), and nothing may be thrown through them, nor is it: whatever a
// transport throws is a transport that broke.
// A transport is the program's code: not for a stack as small as a job's. Once the handshake is
// done there is no job, and this is a plain call.
template <typename Call>
void Wire::OnCallersStack(Call call) {
  if (in_handshake_ && engine::Job::current() != nullptr) {
    engine::CallOutside(std::ref(call));
  } else {
    call();
  }
}

TransportResult Wire::ReceiveInto(std::span<std::byte> into) {
  if (receive_failure_.has_value()) return TransportResult::Failed(*receive_failure_);
  if (saw_end_) return TransportResult::End();
  if (out_of_memory_) return TransportResult::Failed(ENOMEM);
  const TransportResult result = end_ahead_.has_value() ? *end_ahead_ : Receive(into);
  switch (result.outcome) {
    case TransportResult::Outcome::kMoved: break;
    case TransportResult::Outcome::kWouldBlock: input_was_empty_ = true; break;
    case TransportResult::Outcome::kEnd: saw_end_ = true; break;
    case TransportResult::Outcome::kFailed: receive_failure_ = result.system_error; break;
  }
  return result;
}

TransportResult Wire::Receive(std::span<std::byte> into) {
  TransportResult result;
  try {
    OnCallersStack([&] { result = transport_.Receive(into); });
  } catch (const std::bad_alloc&) {
    return RunOutOfMemory();
  } catch (...) {
    result = TransportResult::Failed(0);
  }
  return result;
}

bool Wire::can_read_ahead() const {
  const bool ended = end_ahead_.has_value() || saw_end_ || receive_failure_.has_value();
  return has_room_ahead() && !ended && !out_of_memory_ && !abandoned_;
}

TransportResult Wire::SendSome(std::span<const std::byte> records) {
  TransportResult sent;
  try {
    OnCallersStack([&] { sent = transport_.Send(records); });
  } catch (const std::bad_alloc&) {
    return RunOutOfMemory();
  } catch (...) {
    sent = TransportResult::Failed(0);
  }
  const bool too_large =
      sent.system_error == EMSGSIZE && transport_.kind() == TransportKind::kDatagram;
  if (sent.outcome == TransportResult::Outcome::kFailed && !too_large) {
    send_failure_ = sent.system_error;
    Mute();
  }
  return sent;
}

void Wire::Mute() {
  muted_ = true;
  DropOutput();
}

// What did not get out is lost, so nothing may follow it.
TransportResult Wire::RunOutOfMemory() {
  out_of_memory_ = true;
  Mute();
  return TransportResult::Failed(ENOMEM);
}

bool Wire::NobodyListens() const {
  const bool gone = send_failure_.has_value() || receive_failure_.has_value() || saw_end_;
  // A peer that has given up is not told that we give up too.
  const bool gave_up = in_handshake_ && last_plaintext_alert().has_value();
  return muted_ || output_ended_ || gone || gave_up || !looks_like_tls_;
}

}  // namespace tandem
