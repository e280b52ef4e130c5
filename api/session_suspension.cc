// What a session does while a call of it is suspended, and how that ends early.

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "api/session_core.h"
#include "tandem/fault.h"
#include "tandem/out_of_memory.h"

namespace tandem {
namespace {

Error RuntimeIsGone() {
  return MakeError(ErrorKind::kMisuse, "the session's Runtime was destroyed before its handshake");
}

}  // namespace

SessionCore::~SessionCore() {
  if (busy_) {
    // Its frames are on the stack below: to go on would be to run freed memory.
    std::fputs("tandem: a session was destroyed from inside its own hook or transport\n", stderr);
    std::abort();
  }
  GiveUp();
}

void SessionCore::Retire(std::unique_ptr<SessionCore> core) noexcept {
  if (core == nullptr) return;
  core->job_.Detach();
  core->wire_.Abandon();
  if (core->job_.on_own_thread()) return;
  engine::Runtime* runtime = core->job_.runtime();
  runtime->Adopt(std::move(core));
}

bool SessionCore::Reap() noexcept {
  GiveUp();
  return true;
}

// Takes one turn. Nothing: the step has ended. Else what the program is told.
std::optional<Status> SessionCore::AdvanceHandshake() {
  switch (job_.Advance(*backend_)) {
    case HandshakeJob::Turn::kStepped: return std::nullopt;
    case HandshakeJob::Turn::kElsewhere:
      return Refuse(
          MakeError(ErrorKind::kMisuse,
                    "the session's Runtime has suspended calls on another thread, or this "
                    "one is inside of one"));
    case HandshakeJob::Turn::kRuntimeGone: GiveUp(); return Fail(RuntimeIsGone());
    case HandshakeJob::Turn::kSuspended:
    case HandshakeJob::Turn::kNoRoom: break;
  }
  return WaitForAnswer();
}

Status SessionCore::WaitForAnswer() {
  wire_.Flush();
  wire_.ReadAhead();
  if (wire_.out_of_memory()) return FailForMemory();
  if (const auto alert = wire_.next_plaintext_alert()) {
    GiveUp();
    Error error = MakePeerAlert(*alert, {});
    error.alert_authenticated = false;
    return Fail(std::move(error));
  }
  // Who asks an engine for a peer that has gone wastes its time. But who has said all that he has
  // to say may go: what he said is read first.
  const bool gone = wire_.end_ahead().has_value() || wire_.send_failure().has_value();
  if (!gone || wire_.holds_words()) return Status::kWantAsync;
  GiveUp();
  return FailWithEndAhead();
}

Status SessionCore::FailWithEndAhead() {
  const auto& end = wire_.end_ahead();
  if (!end.has_value()) return FailWithSend();
  const bool closed = end->outcome == TransportResult::Outcome::kEnd;
  Error error;
  SayHowWireEnded(error, closed ? std::nullopt : std::optional(end->system_error));
  return Fail(std::move(error));
}

void SessionCore::SayHowWireEnded(Error& error, std::optional<int> receive_failure) const {
  error.kind = receive_failure.has_value() ? ErrorKind::kTransport : ErrorKind::kTruncated;
  error.system_error = receive_failure.value_or(0);
  if (receive_failure.has_value()) {
    error.what = datagrams() ? "the network says that the peer cannot be reached"
                             : "the connection broke while receiving";
  } else if (handshaking()) {
    error.what = "the peer closed the connection in the middle of the handshake";
  } else {
    error.what = "the connection ended without close_notify: bytes may be missing";
  }
}

Error SessionCore::KeyError() const {
  return MakeError(ErrorKind::kInternal,
                   "the private key could not be used: " + job_.key_failure());
}

// Ends what is suspended, without a word to anybody.
void SessionCore::GiveUp() noexcept {
  if (handshaking()) wire_.Abandon();
  job_.Cancel();
}

void SessionCore::OnRuntimeGone() noexcept {
  GiveUp();
  error_ = UnlessOutOfMemory([]() -> Error { return RuntimeIsGone(); });
}

std::optional<Status> SessionCore::RefuseElsewhere() {
  if (job_.on_own_thread()) return std::nullopt;
  return Refuse(MakeError(ErrorKind::kMisuse,
                          "a suspended session was called on another thread than its own, or from "
                          "inside another suspended call"));
}

Status SessionCore::RefuseInside() {
  return Refuse(MakeError(ErrorKind::kMisuse,
                          "the session was called from inside its own hook or transport"));
}

}  // namespace tandem
