#include "api/session_core.h"

#include <algorithm>
#include <string>
#include <utility>

#include "tandem/out_of_memory.h"

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;

// A library that says "not now" this often in one handshake call, with input at hand, is being fed
// warnings; no honest peer sends so many.
constexpr int kHandshakeSteps = 64;

// Each step without data pulls a record, and kIdleRecords of them end the session; more steps than
// that are a defect of a backend, which must not become an endless loop.
constexpr int kReadSteps = 256;

// Records in a row without application data, after the handshake: OpenSSL's own limit for empty
// ones (MAX_EMPTY_RECORDS), so that it is met at the same count on every backend.
constexpr std::uint64_t kIdleRecords = 32;

// Warning alerts in a row: OpenSSL's own limit (MAX_WARN_ALERT_COUNT).
constexpr std::uint32_t kIdleWarnings = 4;

// Key updates of a peer in one window: GnuTLS's own limit, and it cannot be raised.
constexpr std::uint32_t kKeyUpdatesPerWindow = 8;
constexpr std::chrono::milliseconds kKeyUpdateWindow{1000};

// Records under one sending key: far below AES-GCM's bound of 2^24.5 (RFC 8446 section 5.5), and
// few enough for a test to get there.
constexpr std::uint64_t kRecordsPerKey = std::uint64_t{1} << 20;

Error TooMuch(const std::string& what) { return MakeError(ErrorKind::kLimit, what); }

Error NotTls(std::span<const std::byte> first_bytes) {
  std::string text;
  for (const std::byte byte : first_bytes) text.push_back(std::to_integer<char>(byte));
  for (const std::string_view word : {"HTTP/", "GET ", "POST ", "HEAD ", "PUT ", "OPTIO"}) {
    if (text.substr(0, word.size()) != word) continue;
    return MakeError(ErrorKind::kProtocol,
                     "the peer speaks plain HTTP instead of TLS; check the port and the scheme");
  }
  return MakeError(ErrorKind::kProtocol,
                   "the peer does not speak TLS; check the port, and whether TLS is on there");
}

}  // namespace

SessionCore::SessionCore(std::shared_ptr<const Config> config, std::optional<ServerName> server,
                         const AcceptedHello* hello, Transport& transport, engine::Runtime* runtime)
    : config_(std::move(config)),
      server_(std::move(server)),
      own_wire_(MakeWire(config_->settings(), hello, transport)),
      wire_(*own_wire_),
      policy_(config_->settings(), config_->backend(), server_.has_value() ? &*server_ : nullptr),
      job_(runtime, *this, config_->settings()),
      handshake_deadline_(Now() + config_->settings().handshake_timeout),
      max_payload_(config_->settings().datagrams.value_or(DatagramRules()).max_payload) {}

std::optional<Error> SessionCore::Start(const AcceptedHello* hello) {
  const auto& identity = config_->settings().identity;
  if (identity != nullptr && identity->is_external() && job_.runtime() == nullptr) {
    return MakeError(ErrorKind::kMisuse,
                     "the identity's key lives elsewhere: the session needs a Runtime to wait for "
                     "it with");
  }
  const SessionParts parts{config_->settings().role,
                           server_.has_value() ? &*server_ : nullptr,
                           wire_,
                           policy_,
                           events_,
                           hello};
  auto backend = config_->compiled().NewSession(parts);
  if (!backend.ok()) return std::move(backend).error();
  backend_ = std::move(backend).value();
  waits_for_peer_ = parts.role == Role::kServer && hello == nullptr;
  return std::nullopt;
}

Clock::time_point SessionCore::Now() const {
  const SteadyClock& clock = config_->settings().steady_clock;
  return clock ? clock() : Clock::now();
}

// --- The handshake -------------------------------------------------------------------------------

Status SessionCore::Handshake() {
  refusal_.reset();
  if (error_.has_value()) return Status::kError;
  if (handshaking()) return DriveHandshake();
  wire_.Flush();
  return Status::kOk;
}

Status SessionCore::DriveHandshake() {
  if (const auto refused = RefuseElsewhere()) return *refused;
  if (Now() >= handshake_deadline_) return HandleEvents();
  wire_.Flush();
  has_more_ = false;
  for (int steps = 0; steps < kHandshakeSteps; ++steps) {
    wire_.BeginStep();
    if (const auto waits = AdvanceHandshake()) return *waits;
    const Step step = job_.step();
    // Not every library notices: one that goes on without a certificate is not to be heard.
    if (step.outcome != Step::Outcome::kFailed && !job_.key_failure().empty()) {
      wire_.Mute();
      return Fail(KeyError());
    }
    switch (step.outcome) {
      case Step::Outcome::kDone: return FinishHandshake();
      case Step::Outcome::kFailed: return FailWithLibrary();
      case Step::Outcome::kClosed: {
        Error error = MakeError(ErrorKind::kPeerAlert, "the peer closed during the handshake");
        error.alert_received = Alert::kCloseNotify;
        return Fail(std::move(error));
      }
      case Step::Outcome::kAgain: break;
    }
    if (wire_.input_was_empty()) return WaitForPeer();
    unanswered_ = 0;
  }
  if (datagrams()) {  // Anybody can send so many.
    has_more_ = true;
    return WaitForPeer();
  }
  return Fail(TooMuch("the peer sends nothing but warnings in the handshake"),
              Alert::kUnexpectedMessage);
}

Status SessionCore::WaitForPeer() {
  waits_for_peer_ = true;
  ArmRetransmission();
  wire_.Flush();
  // Only now: had the peer said why it went away, the library would have read it before.
  if (wire_.send_failure().has_value()) return FailWithSend();
  if (wire_.output_over_limit()) return Fail(TooMuch("the peer does not read what it asks for"));
  return wire_.holds_output() ? Status::kWantWrite : Status::kWantRead;
}

// The last line of defence: a library that is done has asked about everybody who must prove who he
// is. It does not where it has been told to speak without certificates.
std::optional<Error> SessionCore::PeerIsProved(const ConnectionInfo& info) const {
  if (policy_.refusal().has_value()) return policy_.refusal();
  const Settings& settings = config_->settings();
  const bool must =
      settings.role == Role::kClient ||
      settings.client_certificate == ClientCertificate::kRequired ||
      (settings.client_certificate == ClientCertificate::kOptional && !info.peer_chain.empty());
  if (!must || policy_.peer_is_trusted()) return std::nullopt;
  return MakeError(ErrorKind::kInternal,
                   "the library ended the handshake without asking whether the peer is trusted");
}

Status SessionCore::FinishHandshake() {
  ConnectionInfo info = backend_->Describe();
  if (auto error = PeerIsProved(info)) return Fail(std::move(*error), Alert::kInternalError);
  const bool client = config_->settings().role == Role::kClient;
  if (client) {
    if (const auto alert = policy_.JudgeAlpn(info.alpn)) return Fail(*policy_.refusal(), alert);
  }
  wire_.Flush();
  // Our last flight never left: nothing was established.
  if (wire_.out_of_memory()) return FailForMemory();
  wire_.LeaveHandshake();
  events_.Add({.type = Event::Type::kHandshakeDone});
  // Only a TLS 1.3 client is done before its peer has looked at what it sent (RFC 8446 section 2).
  peer_accepted_ = !client || info.version != Version::kTls13;
  if (peer_accepted_) events_.Add({.type = Event::Type::kPeerAccepted});
  if (datagrams()) info.version = Version::kDtls12;
  retransmission_.reset();
  has_more_ = datagrams();  // What came too early lies in the library; and who waits is told.
  info_ = std::move(info);
  return Status::kOk;
}

// --- Reading -------------------------------------------------------------------------------------

IoResult SessionCore::Read(std::span<std::byte> plaintext) {
  refusal_.reset();
  if (error_.has_value()) return {Status::kError};
  if (handshaking()) {
    const Status status = DriveHandshake();
    if (status != Status::kOk) return {status};
  }
  wire_.Flush();
  if (read_closed_) return {Status::kClosed};
  if (plaintext.empty()) return {Status::kOk};
  return datagrams() ? ReadDatagram(plaintext) : ReadSteps(plaintext);
}

IoResult SessionCore::ReadSteps(std::span<std::byte> plaintext) {
  for (int steps = 0; steps < kReadSteps; ++steps) {
    const std::uint64_t records_before = wire_.records_pulled();
    const std::size_t events_before = events_.size();
    wire_.BeginStep();
    const Step step = backend_->Read(plaintext);
    if (step.outcome == Step::Outcome::kFailed) return {FailWithLibrary()};
    const std::uint64_t records = wire_.records_pulled() - records_before;
    if (records > 0 || step.outcome != Step::Outcome::kAgain) NoteAcceptance(events_before);
    if (const auto result = AfterRead(step, records)) return *result;
  }
  return {Fail(MakeError(ErrorKind::kInternal, "the library has input and makes no progress"))};
}

// A record that the peer protected with its traffic key proves that it has taken our Finished.
void SessionCore::NoteAcceptance(std::size_t events_before) {
  if (peer_accepted_) return;
  peer_accepted_ = true;
  events_.Insert(events_before, {.type = Event::Type::kPeerAccepted});
}

std::optional<IoResult> SessionCore::AfterRead(const Step& step, std::uint64_t records) {
  const bool idle = step.outcome == Step::Outcome::kAgain;
  idle_records_ = idle ? idle_records_ + records : 0;
  if (const auto failed = CheckBudgets()) return IoResult{*failed};
  if (!idle) idle_warnings_ = events_.added(Event::Type::kWarningAlert);
  if (step.outcome == Step::Outcome::kDone) return IoResult{Status::kOk, step.bytes};
  if (step.outcome == Step::Outcome::kClosed) {
    read_closed_ = true;
    return IoResult{Status::kClosed};
  }
  if (!wire_.input_was_empty()) return std::nullopt;
  // Reported only when nothing more can be read: what the peer sent before it went is delivered.
  if (wire_.send_failure().has_value()) return IoResult{FailWithSend()};
  return IoResult{Status::kWantRead};
}

std::optional<Status> SessionCore::CheckBudgets() {
  if (TooManyKeyUpdates()) {
    return Fail(TooMuch("the peer changes its key more than 8 times in a second"));
  }
  if (idle_records_ > kIdleRecords) {
    return Fail(TooMuch("the peer sends records without content and nothing else"),
                Alert::kUnexpectedMessage);
  }
  if (events_.added(Event::Type::kWarningAlert) - idle_warnings_ > kIdleWarnings) {
    return Fail(TooMuch("the peer sends warnings and nothing else"), Alert::kUnexpectedMessage);
  }
  if (wire_.output_over_limit()) return Fail(TooMuch("the peer does not read what it asks for"));
  return std::nullopt;
}

bool SessionCore::TooManyKeyUpdates() {
  const std::uint32_t seen = events_.added(Event::Type::kRekeyedByPeer);
  if (seen == key_updates_seen_) return false;
  const Clock::time_point now = Now();
  if (now - key_update_window_ > kKeyUpdateWindow) {
    key_update_window_ = now;
    key_updates_before_ = key_updates_seen_;
  }
  key_updates_seen_ = seen;
  return seen - key_updates_before_ > kKeyUpdatesPerWindow;
}

// --- Writing -------------------------------------------------------------------------------------

IoResult SessionCore::Write(std::span<const std::byte> plaintext) {
  refusal_.reset();
  if (error_.has_value()) return {Status::kError};
  if (handshaking()) {
    const Status status = DriveHandshake();
    if (status != Status::kOk) return {status};
  }
  if (write_closed_) return {Status::kClosed};
  if (plaintext.empty()) return {Status::kOk};
  wire_.Flush();
  if (wire_.send_failure().has_value()) return {FailWithSend()};
  if (wire_.holds_output()) return {Status::kWantWrite};
  if (datagrams()) return WriteDatagram(plaintext);
  const std::size_t budget = std::min(plaintext.size(), Session::kWriteBudget);
  std::size_t taken = 0;
  while (taken < budget && !wire_.holds_output() && !wire_.send_failure().has_value() &&
         !wire_.out_of_memory()) {
    if (const auto failed = RekeyWhenDue()) return {*failed};
    const std::size_t size = std::min(budget - taken, BackendSession::kRecordBytes);
    wire_.BeginStep();
    const Step step = backend_->Write(plaintext.subspan(taken, size));
    if (step.outcome == Step::Outcome::kFailed) return {FailWithLibrary()};
    if (step.outcome != Step::Outcome::kDone) {
      return {Fail(MakeError(ErrorKind::kInternal, "the library refused to take a record"))};
    }
    taken += step.bytes;
    ++records_written_;
  }
  return {Status::kOk, taken};
}

std::optional<Status> SessionCore::RekeyWhenDue() {
  if (records_written_ < kRecordsPerKey || info_->version != Version::kTls13) return std::nullopt;
  const Status status = SendKeyUpdate(false);
  if (status == Status::kOk) return std::nullopt;
  return status;
}

Status SessionCore::Rekey(bool both) {
  refusal_.reset();
  if (error_.has_value()) return Status::kError;
  if (handshaking()) {
    return Refuse(MakeError(ErrorKind::kMisuse, "there is no key to change before the handshake"));
  }
  if (info_->version != Version::kTls13) {
    return Refuse(MakeError(ErrorKind::kUnsupported, "TLS 1.2 cannot change its keys"));
  }
  if (write_closed_) return Status::kClosed;
  wire_.Flush();
  if (wire_.send_failure().has_value()) return FailWithSend();
  if (wire_.holds_output()) return Status::kWantWrite;
  return SendKeyUpdate(both);
}

Status SessionCore::SendKeyUpdate(bool both) {
  wire_.BeginStep();
  if (backend_->Rekey(both).outcome != Step::Outcome::kDone) return FailWithLibrary();
  records_written_ = 0;
  events_.Add({.type = Event::Type::kRekeyedByUs});
  return Status::kOk;
}

// --- Ending --------------------------------------------------------------------------------------

Status SessionCore::Shutdown() {
  refusal_.reset();
  if (error_.has_value()) return Status::kError;
  if (handshaking()) {
    if (const auto refused = RefuseElsewhere()) return *refused;
    GiveUp();
    error_ = MakeError(ErrorKind::kMisuse, "the handshake was abandoned by Shutdown()");
    return Status::kOk;
  }
  if (!write_closed_) {
    write_closed_ = true;
    wire_.BeginStep();
    if (backend_->CloseNotify().outcome == Step::Outcome::kFailed) return FailWithLibrary();
    wire_.EndOutput();
  }
  wire_.Flush();
  return Status::kOk;
}

Status SessionCore::Flush() {
  refusal_.reset();
  wire_.Flush();
  if (wire_.holds_output()) return Status::kWantWrite;
  if (error_.has_value()) return Status::kError;
  return wire_.send_failure().has_value() ? FailWithSend() : Status::kOk;
}

Status SessionCore::HandleEvents() {
  refusal_.reset();
  if (error_.has_value()) return Status::kError;
  if (handshaking() && Now() >= handshake_deadline_) {
    if (const auto refused = RefuseElsewhere()) return *refused;
    GiveUp();
    return Fail(MakeError(ErrorKind::kTimedOut, "the handshake took longer than its time limit"));
  }
  if (const auto status = RetransmitWhenDue()) return *status;
  wire_.Flush();
  return Status::kOk;
}

// --- What to wait for ----------------------------------------------------------------------------

Interest SessionCore::interest() const {
  Interest interest;
  interest.write = wire_.holds_output();
  if (error_.has_value()) return interest;
  if (handshaking() && job_.waiting()) {
    interest.async = true;
    interest.now = job_.woken();
    interest.read = wire_.can_read_ahead();
    return interest;
  }
  if (handshaking()) {
    interest.read = waits_for_peer_;
    interest.now = !waits_for_peer_ || wire_.holds_input() || has_more_;
    return interest;
  }
  interest.read = !read_closed_;
  interest.now = !read_closed_ && (wire_.holds_input() || has_more_ || backend_->pending() > 0);
  return interest;
}

std::size_t SessionCore::pending() const {
  const bool open = !handshaking() && !error_.has_value() && !read_closed_;
  return open ? backend_->pending() : 0;
}

std::optional<Clock::time_point> SessionCore::event_timeout() const {
  if (!handshaking() || error_.has_value()) return std::nullopt;
  // What is suspended is not to be disturbed.
  if (!retransmission_.has_value() || job_.waiting()) return handshake_deadline_;
  return std::min(handshake_deadline_, *retransmission_);
}

// --- Failing -------------------------------------------------------------------------------------

Status SessionCore::FailWithLibrary() {
  Failure failure = Attribute(backend_->TakeFailure());
  return Fail(std::move(failure.error), failure.alert_due);
}

Status SessionCore::FailWithSend() {
  if (auto alert = AlertBehindBrokenSend()) return Fail(std::move(*alert));
  Error error = MakeError(ErrorKind::kTransport, "the connection broke while sending");
  error.system_error = wire_.send_failure().value_or(0);
  return Fail(std::move(error));
}

// A server that refuses a TLS 1.3 client says why and goes away, while the client already writes
// (RFC 8446 section 4.4.2.4): the alert that waits to be read says more than the broken pipe.
std::optional<Error> SessionCore::AlertBehindBrokenSend() {
  if (handshaking() || peer_accepted_) return std::nullopt;
  std::byte unread{};
  for (std::uint64_t steps = 0; steps < kIdleRecords; ++steps) {
    wire_.BeginStep();
    const Step step = backend_->Read(std::span(&unread, 1));
    if (step.outcome == Step::Outcome::kFailed) {
      Failure failure = Attribute(backend_->TakeFailure());
      if (failure.error.kind == ErrorKind::kPeerAlert) return std::move(failure.error);
      return std::nullopt;
    }
    if (step.outcome != Step::Outcome::kAgain || wire_.input_was_empty()) return std::nullopt;
  }
  return std::nullopt;
}

// Decides whose fault it was. The library knows only what it was given; the Wire knows why.
Failure SessionCore::Attribute(Failure failure) const {
  Error& error = failure.error;
  const auto alert_sent = error.alert_sent;
  if (policy_.refusal().has_value()) {
    Failure refused{*policy_.refusal(), std::nullopt};
    if (refused.error.native.empty()) refused.error.native = error.native;
    refused.error.alert_sent = alert_sent;
    if (!alert_sent.has_value()) refused.alert_due = policy_.refusal_alert();
    return refused;
  }
  if (wire_.out_of_memory()) return {OutOfMemory(), std::nullopt};
  if (handshaking() && !job_.key_failure().empty()) {
    Error key = KeyError();
    error.kind = key.kind;
    error.what = std::move(key.what);
    if (alert_sent.has_value()) return {std::move(error), std::nullopt};
    return {std::move(error), failure.alert_due.value_or(Alert::kInternalError)};
  }
  if (const auto alert = wire_.last_plaintext_alert(); alert.has_value() && handshaking()) {
    error.kind = ErrorKind::kPeerAlert;
    error.what = "the peer ended the handshake with the alert " + std::string(AlertName(*alert));
    error.alert_received = alert;
    error.alert_authenticated = false;
    error.alert_sent.reset();
    return {std::move(error), std::nullopt};
  }
  if (error.kind == ErrorKind::kPeerAlert) return failure;
  if (wire_.receive_failure().has_value() || wire_.saw_end()) {
    SayHowWireEnded(error, wire_.receive_failure());
  } else if (!wire_.looks_like_tls()) {
    error = NotTls(wire_.first_bytes());
  } else {
    return failure;
  }
  error.alert_sent.reset();
  return {std::move(error), std::nullopt};
}

// Whatever was half done: nothing but Flush() goes on, and the library is not entered again.
Status SessionCore::FailForMemory() noexcept {
  if (!error_.has_value()) error_ = OutOfMemory();
  return Status::kError;
}

Status SessionCore::Fail(Error error, std::optional<Alert> alert_due) {
  wire_.BeginStep();
  // Behind close_notify there is nothing, not even an alert.
  const bool may_tell = alert_due.has_value() && !write_closed_;
  if (may_tell && backend_->SendAlert(*alert_due)) error.alert_sent = alert_due;
  if (wire_.out_of_memory()) error.alert_sent.reset();
  error_ = std::move(error);
  wire_.Flush();
  return Status::kError;
}

Status SessionCore::Refuse(Error error) {
  refusal_ = std::move(error);
  return Status::kRefused;
}

}  // namespace tandem
