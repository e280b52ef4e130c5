#include "examples/client.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace tandem_examples {

using tandem::ErrorKind;
using tandem::Status;

using Clock = std::chrono::steady_clock;

Client::Client(Descriptor socket, std::unique_ptr<Dialogue> dialogue, const ClientRules& rules)
    : rules_(rules),
      socket_(std::move(socket)),
      transport_(socket_.number()),
      dialogue_(std::move(dialogue)) {
  auto session = tandem::Session::Server(rules_.config, transport_, rules_.runtime);
  if (session.ok()) {
    session_.emplace(*std::move(session));
  } else {
    failure_ = session.error();
  }
  Touch();
}

void Client::OnReady(std::function<void()> handler) {
  if (session_.has_value()) session_->OnReady(std::move(handler));
}

Client::Need Client::Turn(std::span<std::byte> buffer) {
  if (!session_.has_value()) return Need::kGone;
  switch (phase_) {
    case Phase::kHandshake: return Handshake();
    case Phase::kTalk: return Talk(buffer);
    case Phase::kPart: return Part();
    case Phase::kListen: return Listen(buffer);
    case Phase::kLinger: return Linger(buffer);
  }
  return Need::kGone;
}

Client::Need Client::Handshake() {
  const Status status = session_->Handshake();
  if (status == Status::kError) return Fail(*session_->error());
  if (status == Status::kOk) {
    phase_ = Phase::kTalk;
    Touch();
    return Need::kTurn;
  }
  return session_->interest().now ? Need::kTurn : Need::kEvent;
}

Client::Need Client::Talk(std::span<std::byte> buffer) {
  const bool said = Say();
  const bool heard = session_->error() == nullptr && Hear(buffer);
  if (session_->error() != nullptr) return Fail(*session_->error());
  if (dialogue_->finished()) {
    BeginToPart();
    return Part();
  }
  if (said || heard) {
    Touch();
    return Need::kTurn;
  }
  // Input that nobody wants yet is no reason to come back at once.
  const bool ready = session_->interest().now && dialogue_->wants_input();
  return ready ? Need::kTurn : Need::kEvent;
}

// Returns whether anything was said.
bool Client::Say() {
  const auto output = dialogue_->Output();
  if (output.empty()) {
    // What the socket did not take before. An error shows in session_->error().
    if (session_->interest().write) session_->Flush();
    return false;
  }
  const auto result = session_->Write(output.first(std::min(output.size(), kTurnBytes)));
  if (result.bytes > 0) dialogue_->Consume(result.bytes);
  return result.bytes > 0;
}

// Returns whether anything was heard.
bool Client::Hear(std::span<std::byte> buffer) {
  if (!dialogue_->wants_input()) return false;
  if (starved_ && !session_->interest().now) return false;
  const auto result = session_->Read(buffer);
  if (result.status == Status::kClosed) {
    dialogue_->TakeEnd();
    return true;
  }
  starved_ = result.status == Status::kWantRead;
  if (result.bytes > 0) dialogue_->TakeInput(buffer.first(result.bytes));
  return result.bytes > 0;
}

void Client::BeginToPart() {
  phase_ = Phase::kPart;
  starved_ = false;
  Touch();
  if (dialogue_->whole() && rules_.close != CloseStyle::kAbrupt) session_->Shutdown();
}

// Waits until all that was said has left.
Client::Need Client::Part() {
  const Status status = session_->Flush();
  if (status == Status::kError) return Fail(*session_->error());
  if (status == Status::kWantWrite) return Need::kEvent;
  if (rules_.close != CloseStyle::kHalf || !dialogue_->whole()) return BeginToLinger();
  phase_ = Phase::kListen;
  return Need::kTurn;
}

// Waits for the peer's own goodbye; without one, the connection was cut.
Client::Need Client::Listen(std::span<std::byte> buffer) {
  const auto result = session_->Read(buffer);
  if (result.status == Status::kError) return Fail(*session_->error());
  if (result.status == Status::kClosed) return BeginToLinger();
  if (result.status == Status::kOk) return Need::kTurn;
  return session_->interest().now ? Need::kTurn : Need::kEvent;
}

Client::Need Client::BeginToLinger() {
  ::shutdown(socket_.number(), SHUT_WR);
  phase_ = Phase::kLinger;
  give_up_ = Clock::now() + kLingerTime;
  return Need::kTurn;
}

Client::Need Client::Linger(std::span<std::byte> buffer) {
  const ssize_t got = ::recv(socket_.number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got > 0 || (got < 0 && errno == EINTR)) return Need::kTurn;
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? Need::kEvent : Need::kGone;
}

Client::Need Client::Fail(tandem::Error error) {
  const ErrorKind kind = error.kind;
  failure_ = std::move(error);
  // Nobody is there to be told, or nobody listens.
  if (kind == ErrorKind::kTransport || kind == ErrorKind::kTruncated) return Need::kGone;
  if (kind == ErrorKind::kTimedOut) return Need::kGone;
  // The alert is a few bytes; a socket that has no room for them belongs to a lost client.
  session_->Flush();
  return BeginToLinger();
}

Deadline Client::due() const {
  if (!session_.has_value()) return Clock::now();
  if (phase_ == Phase::kHandshake) return session_->event_timeout().value_or(give_up_);
  return give_up_;
}

Client::Need Client::HandleDue() {
  if (phase_ == Phase::kHandshake && session_.has_value()) {
    if (session_->HandleEvents() == Status::kError) return Fail(*session_->error());
    return Need::kEvent;
  }
  // The keep-alive of an idle client is no failure; a response that nobody takes is one.
  if (phase_ == Phase::kTalk && !dialogue_->Output().empty()) {
    failure_ = tandem::MakeError(ErrorKind::kTimedOut, "the client does not read our answer");
  }
  return Need::kGone;
}

void Client::Leave() {
  if (!session_.has_value() || phase_ != Phase::kTalk) return;
  if (rules_.close != CloseStyle::kAbrupt) session_->Shutdown();
}

void Client::Touch() { give_up_ = Clock::now() + rules_.idle_timeout; }

}  // namespace tandem_examples
