// One connection inside GnuTLS.

#include "backends/gnutls/session.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <gnutls/dtls.h>

#include "backends/gnutls/errors.h"
#include "backends/gnutls/hello.h"
#include "backends/gnutls/info.h"
#include "backends/gnutls/verify.h"
#include "backends/gnutls/versions.h"
#include "backends/gnutls/wire_callbacks.h"
#include "tandem/datagram_listener.h"
#include "tandem/engine/job.h"
#include "tandem/fault.h"

namespace tandem::gnutls {
namespace {

// RFC 8446 section 4.6.3: the sender wants us to change our key too.
constexpr std::byte kUpdateRequested{1};

// Warnings in a handshake that are too many: OpenSSL's limit (MAX_WARN_ALERT_COUNT). GnuTLS bears
// 16 and calls the next an error of its own.
constexpr std::uint32_t kWarningLimit = 5;

// What one handshake message may take on the wire, records' headers included. GnuTLS collects as
// many as the message says, which may be 16 MiB; OpenSSL's limits for messages are half of this.
constexpr std::size_t kMessageBytes = std::size_t{256} << 10;

constexpr unsigned kCommonFlags = GNUTLS_NONBLOCK | GNUTLS_NO_AUTO_REKEY | GNUTLS_NO_TICKETS;

// GnuTLS has no codes below this. But when the machine's clock is set back, it takes the time that
// it would have to wait for one.
constexpr int kLowestCode = -10'000;

// One key share, as OpenSSL sends it: a group that the server likes better costs a round trip.
constexpr unsigned kClientFlags = GNUTLS_CLIENT | GNUTLS_KEY_SHARE_TOP | kNoStatusRequest;

int OnMessage(gnutls_session_t raw, unsigned int type, unsigned int /*when*/, unsigned int incoming,
              const gnutls_datum_t* body) noexcept {
  const auto bytes = std::as_bytes(std::span(body->data, body->size));
  LibrarySession& session = LibrarySession::Of(raw);
  if (incoming == 0) {
    if (type != GNUTLS_HANDSHAKE_CLIENT_HELLO) return 0;
    return session.policy().Within(GNUTLS_E_USER_ERROR, [&] {
      session.set_sent_hello(bytes);
      return 0;
    });
  }
  session.NoteMessage(static_cast<std::uint8_t>(type), bytes);
  switch (type) {
    case GNUTLS_HANDSHAKE_KEY_UPDATE:
      // We answer requests ourselves. The library would too, with its next record; and it takes a
      // request that crosses one of ours for illegal, which RFC 8446 section 4.6.3 does not.
      if (bytes.size() == 1 && bytes[0] == kUpdateRequested) body->data[0] = 0;
      return 0;
    case GNUTLS_HANDSHAKE_CLIENT_HELLO: return OnClientHello(raw, *body);
    case GNUTLS_HANDSHAKE_SERVER_HELLO:
    case GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST: return OnServerHello(raw, *body);
    default: return 0;
  }
}

// Config has checked that the library has room for them.
bool OfferAlpn(gnutls_session_t session, const std::vector<std::string>& protocols) {
  std::vector<gnutls_datum_t> offer;
  for (const std::string& protocol : protocols) {
    // The library takes a pointer to what it only reads.
    auto* name =
        const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(protocol.data()));
    offer.push_back({name, static_cast<unsigned int>(protocol.size())});
  }
  return offer.empty() || gnutls_alpn_set_protocols(session, offer.data(),
                                                    static_cast<unsigned>(offer.size()), 0) >= 0;
}

// The numbers are IANA's here too. A server offers what the policy has selected.
bool OfferSrtp(gnutls_session_t session, const std::vector<SrtpProfile>& profiles) {
  return std::all_of(profiles.begin(), profiles.end(), [session](SrtpProfile profile) {
    return gnutls_srtp_set_profile(session, static_cast<gnutls_srtp_profile_t>(profile)) >= 0;
  });
}

std::string Hex(std::span<const unsigned char> bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

// A hook that throws gets no more for it than the line that it missed: the library goes on. So it
// does where there is no memory for the line.
int OnSecret(gnutls_session_t raw, const char* label, const gnutls_datum_t* secret) noexcept {
  gnutls_datum_t client_random{};
  gnutls_datum_t server_random{};
  gnutls_session_get_random(raw, &client_random, &server_random);
  try {
    const std::string line = std::string(label) + " " +
                             Hex({client_random.data, client_random.size}) + " " +
                             Hex({secret->data, secret->size});
    engine::CallOutside([&] { LibrarySession::Of(raw).settings().key_log(line); });
  } catch (...) {
  }
  return 0;
}

// Says whether a key of the handshake that runs has failed. GnuTLS does not look at what became of
// a decryption: it goes on with a premaster secret of its own, as if it were the peer who is wrong.
bool KeyHasFailed() {
  const engine::Job* job = engine::Job::current();
  return job != nullptr && !job->failure().empty();
}

gnutls_session_t NewSession(Role role, bool datagrams) {
  const unsigned flags = kCommonFlags | (role == Role::kClient ? kClientFlags : GNUTLS_SERVER) |
                         (datagrams ? GNUTLS_DATAGRAM : 0);
  gnutls_session_t session = nullptr;
  return gnutls_init(&session, flags) < 0 ? nullptr : session;
}

}  // namespace

Result<std::unique_ptr<BackendSession>> LibrarySession::Start(const CompiledConfig& config,
                                                              const SessionParts& parts) {
  std::unique_ptr<LibrarySession> session(new LibrarySession(
      config, parts,
      SessionHandle(NewSession(parts.role, config.settings().datagrams.has_value()))));
  if (session->session_ != nullptr && session->Prepare()) {
    return std::unique_ptr<BackendSession>(std::move(session));
  }
  return MakeError(ErrorKind::kInternal, "GnuTLS cannot start a session");
}

LibrarySession& LibrarySession::Of(gnutls_session_t raw) {
  return *static_cast<LibrarySession*>(gnutls_session_get_ptr(raw));
}

Step LibrarySession::Handshake() {
  const bool has_failed = KeyHasFailed();  // In a job that is not this handshake's alone.
  for (;;) {
    const std::size_t unparsed_before = unparsed_bytes_;
    Call call(session_.get(), failure_);
    const Step step = Conclude(call, call.Settle(gnutls_handshake(session_.get())));
    if (call.code() < kLowestCode || call.code() == GNUTLS_E_TIMEDOUT) {
      failure_ = {MakeError(ErrorKind::kTimedOut,
                            "the machine's clock was set back during a handshake of DTLS"),
                  std::nullopt};
      failure_.error.native = NativeText(call.code());
      return Step::Failed();
    }
    if (!has_failed && KeyHasFailed() && call.code() != GNUTLS_E_PK_SIGN_FAILED) {
      failure_ = {MakeFault(Fault::kDefect, NativeText(GNUTLS_E_DECRYPTION_FAILED)),
                  Alert::kDecryptError};
      return Step::Failed();
    }
    if (step.outcome != Step::Outcome::kAgain) return step;
    if (parts_.events.added(Event::Type::kWarningAlert) >= kWarningLimit) {
      failure_.error = MakeFault(Fault::kTooManyWarnings);
      failure_.alert_due = Alert::kUnexpectedMessage;
      return Step::Failed();
    }
    // Datagrams that come again add up too, and there the library has a limit for the message.
    if (unparsed_bytes_ > kMessageBytes && !settings().datagrams.has_value()) {
      failure_ = FailureFor(GNUTLS_E_HANDSHAKE_TOO_LARGE);
      return Step::Failed();
    }
    // GnuTLS comes back after each record of a message that is not complete yet.
    const bool partial = call.code() == GNUTLS_E_AGAIN && !parts_.wire.input_was_empty() &&
                         unparsed_bytes_ > unparsed_before;
    if (!partial) return step;
  }
}

Step LibrarySession::Read(std::span<std::byte> plaintext) {
  Call call(session_.get(), failure_);
  const ssize_t result = gnutls_record_recv(session_.get(), plaintext.data(), plaintext.size());
  return Conclude(call, call.Settle(result == 0 ? GNUTLS_E_SESSION_EOF : result));
}

Step LibrarySession::Write(std::span<const std::byte> plaintext) {
  Call call(session_.get(), failure_);
  return Conclude(
      call, call.Settle(gnutls_record_send(session_.get(), plaintext.data(), plaintext.size())));
}

Step LibrarySession::CloseNotify() {
  closed_ = true;
  Call call(session_.get(), failure_);
  return Conclude(call, call.Settle(gnutls_bye(session_.get(), GNUTLS_SHUT_WR)));
}

Step LibrarySession::Rekey(bool both) {
  Call call(session_.get(), failure_);
  const unsigned flags = both ? GNUTLS_KU_PEER : 0;
  return Conclude(call, call.Settle(gnutls_session_key_update(session_.get(), flags)));
}

// The library sends a flight again when it is asked to go on with the handshake.
Step LibrarySession::HandleTimeout() { return Step::Done(); }

std::optional<std::chrono::milliseconds> LibrarySession::retransmit_in() const {
  // It counts before there is anything to send, too.
  if (gnutls_handshake_get_last_out(session_.get()) < 0) return std::nullopt;
  return std::chrono::milliseconds(gnutls_dtls_get_timeout(session_.get()));
}

void LibrarySession::SetMaxPayload(std::size_t bytes) {
  gnutls_dtls_set_mtu(session_.get(), static_cast<unsigned>(bytes));
}

std::size_t LibrarySession::max_datagram() const {
  return gnutls_dtls_get_data_mtu(session_.get());
}

bool LibrarySession::SendAlert(Alert alert) {
  return gnutls_alert_send(session_.get(), GNUTLS_AL_FATAL,
                           static_cast<gnutls_alert_description_t>(alert)) >= 0;
}

std::size_t LibrarySession::pending() const { return gnutls_record_check_pending(session_.get()); }

ConnectionInfo LibrarySession::Describe() const {
  return gnutls::Describe(session_.get(), parts_.role, server_name_);
}

bool LibrarySession::Export(std::string_view label,
                            std::optional<std::span<const std::byte>> context,
                            std::span<std::byte> material) const {
  // A null pointer is no context, which is not the same as an empty one.
  const char* bytes = context.has_value() ? "" : nullptr;
  const std::size_t size = context.has_value() ? context->size() : 0;
  if (size > 0) bytes = reinterpret_cast<const char*>(context->data());
  return gnutls_prf_rfc5705(session_.get(), label.size(), label.data(), size, bytes,
                            material.size(), reinterpret_cast<char*>(material.data())) >= 0;
}

std::vector<std::byte> LibrarySession::FirstFinished() const {
  gnutls_datum_t finished{};
  if (gnutls_session_channel_binding(session_.get(), GNUTLS_CB_TLS_UNIQUE, &finished) < 0) {
    return {};
  }
  const BytesHandle owner(finished.data);
  return BytesOf(finished);
}

Failure LibrarySession::TakeFailure() { return std::exchange(failure_, Failure()); }

void LibrarySession::set_hello(std::string server_name, const HelloAnswer* answer) {
  server_name_ = std::move(server_name);
  answer_ = answer;
}

void LibrarySession::NoteAlert(Alert alert) {
  parts_.events.Add({.type = Event::Type::kWarningAlert, .alert = alert});
}

void LibrarySession::NoteMessage(std::uint8_t type, std::span<const std::byte> body) {
  unparsed_bytes_ = 0;
  if (type != GNUTLS_HANDSHAKE_KEY_UPDATE) return;
  parts_.events.Add({.type = Event::Type::kRekeyedByPeer});
  if (!body.empty() && body.front() == kUpdateRequested) key_update_due_ = true;
}

LibrarySession::LibrarySession(const CompiledConfig& config, const SessionParts& parts,
                               SessionHandle session)
    : config_(config), parts_(parts), session_(std::move(session)) {}

bool LibrarySession::Prepare() {
  gnutls_session_t session = session_.get();
  gnutls_session_set_ptr(session, this);
  AttachWire(session);
  gnutls_handshake_set_timeout(session, GNUTLS_INDEFINITE_TIMEOUT);  // The session has deadlines.
  gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_PRE, OnMessage);
  // Null where there is no hook: by default the library writes to what SSLKEYLOGFILE names.
  gnutls_session_set_keylog_function(session, settings().key_log ? OnSecret : nullptr);
  if (gnutls_priority_set(session, config_.priority()) < 0 ||
      gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, config_.credentials()) < 0) {
    return false;
  }
  if (settings().datagrams.has_value() && !PrepareDatagrams()) return false;
  if (parts_.role == Role::kServer) {
    // Whether one is required is for OnPeerCertificates() to say.
    if (settings().client_certificate != ClientCertificate::kNone) {
      gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
    }
    return true;
  }
  if (!OfferAlpn(session, settings().alpn)) return false;
  if (parts_.server == nullptr || !parts_.server->is_dns()) return true;
  server_name_ = parts_.server->text();
  return gnutls_server_name_set(session, GNUTLS_NAME_DNS, server_name_.data(),
                                server_name_.size()) >= 0;
}

bool LibrarySession::PrepareDatagrams() {
  constexpr unsigned never = std::numeric_limits<int>::max();  // The session has deadlines.
  const DatagramRules& rules = *settings().datagrams;
  gnutls_dtls_set_mtu(session_.get(), static_cast<unsigned>(rules.max_payload));
  gnutls_dtls_set_timeouts(session_.get(), static_cast<unsigned>(rules.first_timeout.count()),
                           never);
  if (parts_.role == Role::kClient && !OfferSrtp(session_.get(), settings().srtp)) return false;
  return parts_.accepted == nullptr || GoOnFromHello();
}

// The ClientHello lies in the Wire. The library counts from the answer that it never sent.
bool LibrarySession::GoOnFromHello() {
  gnutls_dtls_prestate_st before{};
  before.record_seq = static_cast<unsigned>(parts_.accepted->record_sequence());
  before.hsk_read_seq = AcceptedHello::kMessageSequence;
  gnutls_dtls_prestate_set(session_.get(), &before);
  return true;
}

Step LibrarySession::Conclude(const Call& call, Step step) {
  if (call.code() == GNUTLS_E_KEY_USAGE_VIOLATION) {
    // The library has found this before it asked for our opinion; there may be worse to find.
    static_cast<void>(OnPeerCertificates(session_.get()));
  }
  if (step.outcome == Step::Outcome::kFailed && parts_.role == Role::kServer &&
      failure_.error.verdict == Verdict::kMalformed) {
    failure_.alert_due = Alert::kDecodeError;  // OpenSSL tells a client so, and a server otherwise.
  }
  if (call.code() == GNUTLS_E_UNSUPPORTED_VERSION_PACKET && !in_hello()) {
    // It is not the version of TLS that is wrong, but that of a record.
    failure_.error = MakeFault(Fault::kMalformedMessage, NativeText(call.code()));
  }
  if (step.outcome != Step::Outcome::kAgain) return step;
  if (call.code() == GNUTLS_E_REHANDSHAKE) return RefuseRenegotiation();
  if (call.code() == GNUTLS_E_WARNING_ALERT_RECEIVED) {
    const auto alert = static_cast<Alert>(gnutls_alert_get(session_.get()));
    if (alert == Alert::kNoRenegotiation) {  // We never ask for one; OpenSSL gives up here.
      failure_ = FailureFor(call.code());
      return Step::Failed();
    }
    NoteAlert(alert);
  }
  return key_update_due_ ? AnswerKeyUpdate() : step;
}

// Says whether the library is about to choose a version.
bool LibrarySession::in_hello() const {
  const int came = gnutls_handshake_get_last_in(session_.get());
  if (parts_.role == Role::kClient) {
    return came == GNUTLS_HANDSHAKE_SERVER_HELLO || came == GNUTLS_HANDSHAKE_HELLO_RETRY_REQUEST;
  }
  const int went = gnutls_handshake_get_last_out(session_.get());
  return came == GNUTLS_HANDSHAKE_CLIENT_HELLO && went < 0;
}

Step LibrarySession::RefuseRenegotiation() {
  if (!closed_) {
    parts_.events.Add({.type = Event::Type::kRenegotiationRefused});
    Call call(session_.get(), failure_);
    const Step step = call.Settle(
        gnutls_alert_send(session_.get(), GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION));
    if (step.outcome == Step::Outcome::kFailed) return step;
  }
  // A server keeps the ClientHello for the handshake that it expects us to start. Reading once
  // makes it throw the message away, which it reports as an error and survives.
  std::byte unused{};
  if (parts_.role == Role::kServer && pending() > 0) {
    static_cast<void>(gnutls_record_recv(session_.get(), &unused, 1));
  }
  return Step::Again();
}

// With the next record would be soon enough for RFC 8446, but who only reads must answer too.
Step LibrarySession::AnswerKeyUpdate() {
  key_update_due_ = false;
  if (closed_) return Step::Again();
  Call call(session_.get(), failure_);
  const Step step = call.Settle(gnutls_session_key_update(session_.get(), 0));
  return step.outcome == Step::Outcome::kFailed ? step : Step::Again();
}

}  // namespace tandem::gnutls
