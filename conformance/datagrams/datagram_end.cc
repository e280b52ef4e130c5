#include "conformance/datagrams/datagram_end.h"

#include <chrono>

namespace tandem::conformance {

void DatagramEnd::Take(Session session) {
  session_.emplace(std::move(session));
  session_->OnReady([this] { ready_ = true; });
}

// To call for another reason than a timer.
bool DatagramEnd::HasCause() const {
  if (!reads) return false;
  if (!called_) return true;
  const Interest interest = session_->interest();
  if (interest.async) return ready_ || (interest.read && transport_.readable());
  return interest.now || transport_.readable();
}

bool DatagramEnd::Wakes() const {
  if (!started() || over()) return false;
  return IsDue() || HasCause();
}

void DatagramEnd::Turn() {
  ++turns_;
  if (IsDue() && HandleEvents() == Status::kError) return;
  if (!HasCause()) return;
  ready_ = false;
  if (handshake_done_) {
    Read();
  } else {
    Handshake();
  }
}

// A call may hit an error of which the alert is all that still moves.
void DatagramEnd::CheckAfter(Status status, std::string_view call) {
  called_ = true;
  const auto check = [&](bool holds, std::string_view what) {
    checks_.That(holds, std::string(call) + ": " + std::string(what) + "; " + Describe());
  };
  const Interest interest = session_->interest();
  check((status == Status::kError) == (session_->error() != nullptr),
        "kError and error() come together");
  check(!interest.write, "a datagram never waits for the transport");
  check(status != Status::kWantWrite, "nothing to wait for");
  check(status != Status::kWantAsync || interest.async, "suspended, and interest() is not");
  if (status == Status::kWantRead) {
    check(interest.read || interest.now, "wants to read, and interest() does not say so");
    check(interest.now || !transport_.readable(), "kWantRead hides a datagram that is there");
  }
}

Status DatagramEnd::Handshake() {
  const Status status = session_->Handshake();
  if (status == Status::kOk) handshake_done_ = true;
  CheckAfter(status, "Handshake()");
  return status;
}

Status DatagramEnd::Read() {
  Bytes buffer(read_size);
  const IoResult result = session_->Read(buffer);
  if (result.status == Status::kOk) {
    buffer.resize(result.bytes);
    received_.push_back({std::move(buffer), result.truncated});
  }
  closed_ = closed_ || result.status == Status::kClosed;
  CheckAfter(result.status, "Read()");
  return result.status;
}

Status DatagramEnd::Write(std::span<const std::byte> payload) {
  const IoResult result = session_->Write(payload);
  CheckAfter(result.status, "Write()");
  const std::size_t taken = result.status == Status::kOk ? payload.size() : 0;
  checks_.Equal(result.bytes, taken, "Write() takes all or nothing; " + Describe());
  const bool refused = result.status == Status::kRefused;
  checks_.Equal(session_->refusal() != nullptr, refused, "refusal() after Write()");
  return result.status;
}

Status DatagramEnd::HandleEvents() {
  const Status status = session_->HandleEvents();
  due_in_a_row_ = IsDue() ? due_in_a_row_ + 1 : 0;
  checks_.That(due_in_a_row_ < 2, "HandleEvents() leaves what is due due; " + Describe());
  checks_.That((status == Status::kError) == (session_->error() != nullptr),
               "HandleEvents(): kError and error() come together; " + Describe());
  return status;
}

Status DatagramEnd::Shutdown() {
  const Status status = session_->Shutdown();
  CheckAfter(status, "Shutdown()");
  return status;
}

std::string DatagramEnd::Describe() const {
  if (!started()) return name_ + ": no session";
  std::string text = name_ + ": handshake " + (handshake_done_ ? "done" : "not done");
  text += ", interest " + Show(session_->interest());
  text += transport_.readable() ? ", a datagram is there" : ", no datagram";
  if (const auto due = session_->event_timeout()) {
    using Fine = std::chrono::duration<double, std::milli>;
    text += ", timeout in " + std::to_string(Fine(*due - network_.now()).count()) + " ms";
  } else {
    text += ", no timeout";
  }
  text += ", " + std::to_string(received_.size()) + " read, " +
          std::to_string(session_->datagrams_discarded()) + " discarded";
  if (suspended()) text += ", suspended";
  if (closed_) text += ", closed";
  if (error() != nullptr) text += ", " + Show(error());
  return text;
}

}  // namespace tandem::conformance
