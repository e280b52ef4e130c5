#include "conformance/world/end.h"

#include <algorithm>
#include <cerrno>

namespace tandem::conformance {
namespace {

constexpr std::array<int, 6> kPoison = {0, EAGAIN, EINTR, EPIPE, ECONNRESET, EBADF};
constexpr std::byte kSpoiled{0xA5};

bool IsWant(Status status) { return status == Status::kWantRead || status == Status::kWantWrite; }

}  // namespace

void End::WaitBy(Waiting waiting) {
  waiting_ = waiting;
  if (waiting == Waiting::kReadyHandler) session_->OnReady([this] { handler_called_ = true; });
  if (waiting != Waiting::kCallback) return;
  session_->SetAsyncCallback([wakeups = wakeups_](std::uintptr_t) {
    ++wakeups->callbacks;
    if (wakeups->session_gone) ++wakeups->too_late;
  });
}

void End::Abandon() {
  session_.reset();
  wakeups_->session_gone = true;
}

Status End::Handshake() {
  BeforeCall();
  const bool was_done = handshake_done();
  const Status status = session_->Handshake();
  if (!was_done && handshake_done()) ++progress_;
  AfterCall("Handshake", 0, {status});
  Blame((status == Status::kOk) <= handshake_done(), "kOk without info()");
  return status;
}

IoResult End::Read(std::span<std::byte> plaintext) {
  BeforeCall();
  const IoResult result = session_->Read(plaintext);
  AfterCall("Read", plaintext.size(), result);
  if (result.status == Status::kOk && result.bytes == 0 && !plaintext.empty()) {
    Blame(session_->interest().now, "kOk without bytes, and interest().now is not set");
  }
  Blame(!saw_close_ || result.status == Status::kClosed || result.status == Status::kError,
        "the end of the stream was not the end");
  saw_close_ = saw_close_ || result.status == Status::kClosed;
  return result;
}

IoResult End::Write(std::span<const std::byte> plaintext) {
  Bytes spoiled(plaintext.begin(), plaintext.end());
  BeforeCall();
  const IoResult result = session_->Write(spoiled);
  std::fill(spoiled.begin(), spoiled.end(), kSpoiled);
  AfterCall("Write", plaintext.size(), result);
  Blame(result.bytes <= Session::kWriteBudget, "took more than kWriteBudget");
  if (result.status == Status::kOk && !plaintext.empty())
    Blame(result.bytes > 0, "kOk for nothing");
  return result;
}

Status End::Shutdown() {
  BeforeCall();
  const bool abandons = error() == nullptr && !handshake_done();
  const Status status = session_->Shutdown();
  if (!shut_down_) ++progress_;
  shut_down_ = true;
  AfterCall("Shutdown", 0, {status}, abandons);
  return status;
}

Status End::Flush() {
  BeforeCall();
  const Status status = session_->Flush();
  AfterCall("Flush", 0, {status});
  return status;
}

Status End::HandleEvents() {
  BeforeCall();
  const Status status = session_->HandleEvents();
  AfterCall("HandleEvents", 0, {status});
  return status;
}

Status End::Rekey(bool both) {
  BeforeCall();
  const Status status = session_->Rekey(both);
  AfterCall(both ? "Rekey(both)" : "Rekey", 0, {status});
  return status;
}

IoResult End::ReadSome(std::size_t size) {
  Bytes buffer(size, kSpoiled);
  const IoResult result = Read(buffer);
  const auto kept = static_cast<std::ptrdiff_t>(std::min(result.bytes, size));
  received_.insert(received_.end(), buffer.begin(), buffer.begin() + kept);
  return result;
}

Status End::ReadAll() {
  for (;;) {
    const IoResult result = ReadSome(app.read_size);
    if (result.status != Status::kOk) return result.status;
    if (result.bytes == 0 && !session_->interest().now) return result.status;
  }
}

void End::Send(std::span<const std::byte> plaintext) {
  outgoing_.erase(outgoing_.begin(),
                  outgoing_.begin() + static_cast<std::ptrdiff_t>(outgoing_taken_));
  outgoing_taken_ = 0;
  outgoing_.insert(outgoing_.end(), plaintext.begin(), plaintext.end());
}

bool End::Wakes() const {
  if (!session_) return false;
  if (!woken_once_) return true;
  const Interest interest = session_->interest();
  const bool wants_input = !handshake_done() || app.reads;
  if (interest.write && wire_.out().writable()) return true;
  if (error() != nullptr) return false;
  if (interest.async) return WokenFromWait() || (interest.read && wire_.in().readable());
  if (wants_input && (interest.now || (interest.read && wire_.in().readable()))) return true;
  if (!handshake_done()) return false;
  // A refused Write() is worth another try as soon as nothing waits any more, whoever flushed it.
  return unsent() > 0 ? !interest.write : closing_ && !shut_down_;
}

// What a program knows without asking the session.
bool End::WokenFromWait() const {
  if (!waiting_) return false;
  switch (*waiting_) {
    case Waiting::kReadyHandler: return handler_called_;
    case Waiting::kCallback: return wakeups_->callbacks != callbacks_seen_;
    case Waiting::kWaitFds: return AnyReadable(wait_fds_);
    case Waiting::kPolling: return polls_left_ > 0;
  }
  return false;
}

void End::Turn() {
  if (error() != nullptr) {
    static_cast<void>(Flush());
    return;
  }
  if (!handshake_done() && Handshake() != Status::kOk) return;
  if (session_->interest().write) static_cast<void>(Flush());
  WriteSome();
  if (closing_ && !shut_down_ && unsent() == 0 && error() == nullptr) {
    static_cast<void>(Shutdown());
  }
  if (app.reads) ReadTurn();
}

void End::HandshakeTurn() {
  if (error() == nullptr && !handshake_done()) {
    static_cast<void>(Handshake());
  } else {
    static_cast<void>(Flush());
  }
}

void End::WriteSome() {
  while (unsent() > 0) {
    const std::span<const std::byte> rest = std::span(outgoing_).subspan(outgoing_taken_);
    const IoResult result = Write(rest.first(std::min(rest.size(), app.write_size)));
    if (result.status != Status::kOk) return;
    outgoing_taken_ += result.bytes;
  }
}

void End::ReadTurn() {
  for (unsigned reads = 0; reads < app.reads_per_turn && !saw_close_; ++reads) {
    if (ReadSome(app.read_size).status != Status::kOk) return;
  }
}

const std::vector<Event::Type>& End::events() {
  while (const auto event = session_->NextEvent()) events_.push_back(event->type);
  return events_;
}

void End::BeforeCall() {
  woken_once_ = true;
  suspends_anew_ = !suspended() || (waiting_ != Waiting::kPolling && WokenFromWait());
  handler_called_ = false;
  callbacks_seen_ = wakeups_->callbacks;
  const bool had_error = error() != nullptr;
  if (had_error && !first_error_) first_error_ = error()->ToString();
  if (hooks_.before) hooks_.before();
  errno = poisoned_errno ? *poisoned_errno : kPoison[errno_turn_++ % kPoison.size()];
}

void End::AfterCall(const char* what, std::size_t offered, IoResult result, bool abandons) {
  calls_[call_count_++ % calls_.size()] = {what, offered, result.status, result.bytes};
  progress_ += result.bytes;
  if (hooks_.after) {
    const std::string complaint = hooks_.after();
    Blame(complaint.empty(), complaint);
  }
  CheckError(result.status, abandons);
  CheckWants(result);
  CheckSuspension(what, result.status);
  Blame(result.bytes <= offered, "moved more bytes than it was given room for");
  Blame(result.bytes == 0 || result.status == Status::kOk, "moved bytes without kOk");
  Blame((session_->refusal() != nullptr) == (result.status == Status::kRefused),
        "refusal() and kRefused do not come together");
  Blame(session_->pending() == 0 || session_->interest().now, "pending() without interest().now");
}

void End::CheckError(Status status, bool abandons) {
  const Error* now = error();
  Blame(status != Status::kError || now != nullptr, "kError without error()");
  if (now == nullptr) {
    Blame(!first_error_, "the error went away");
    return;
  }
  Blame(status == Status::kError || status == Status::kWantWrite ||
            (abandons && status == Status::kOk),
        "a call with an error neither returned it nor had output left");
  if (!first_error_) {
    ++progress_;
    first_error_ = now->ToString();
    return;
  }
  Blame(now->ToString() == *first_error_, "the error changed, from " + *first_error_);
}

void End::CheckWants(IoResult result) {
  if (!IsWant(result.status)) return;
  const Interest interest = session_->interest();
  if (result.status == Status::kWantWrite) {
    Blame(interest.write, "kWantWrite, and interest().write is not set");
    Blame(!wire_.out().writable() || wire_.out().send_stalled(),
          "kWantWrite, and the transport takes more");
    return;
  }
  Blame(interest.read && !interest.now,
        "kWantRead, and interest() is " + Show(interest) + ": a wakeup is lost or idle");
  Blame(!wire_.in().readable() || wire_.in().receive_stalled(),
        "kWantRead, and the transport has more");
}

void End::CheckSuspension(std::string_view what, Status status) {
  const bool serves_the_wire = what == "Flush" || what == "HandleEvents";
  const bool waits = status == Status::kWantAsync;
  Blame(!waits || waiting_.has_value(), "kWantAsync, and nothing here is asynchronous");
  Blame(!waits || suspended(), "kWantAsync, and interest().async is not set");
  Blame(!suspended() || waits || status == Status::kRefused || serves_the_wire,
        "interest().async, and neither kWantAsync nor kRefused");
  Blame(wire_.calls_in_jobs() == 0, "the transport was called inside a job");
  if (!waits) return;
  ++waits_;
  if (suspends_anew_) ++suspensions_;
  if (polls_left_ > 0) --polls_left_;
  if (waiting_ == Waiting::kWaitFds) wait_fds_ = session_->wait_fds();
}

bool End::Blame(bool holds, std::string_view what) {
  if (holds) return true;
  return checks_.That(false, Describe() + "\n  " + std::string(what));
}

std::string End::Describe() const {
  std::string text = name_ + ": ";
  if (!session_) return text + "not started";
  text += handshake_done() ? "handshake done" : "in the handshake";
  text += ", interest " + Show(session_->interest()) + ", " + Show(error());
  text += ", " + std::to_string(unsent()) + " unsent, " + std::to_string(received_.size()) +
          " received; last calls:";
  const std::size_t shown = std::min(call_count_, calls_.size());
  for (std::size_t i = call_count_ - shown; i < call_count_; ++i) {
    const Call& call = calls_[i % calls_.size()];
    text += "\n    " + std::string(call.what) + "[" + std::to_string(call.offered) +
            "] = " + Show(call.status) + " " + std::to_string(call.bytes);
  }
  return text;
}

}  // namespace tandem::conformance
