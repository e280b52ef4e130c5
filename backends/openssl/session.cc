// One connection inside OpenSSL.

#include "backends/openssl/session.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <openssl/err.h>
#include <openssl/srtp.h>

#include "backends/openssl/call.h"
#include "backends/openssl/errors.h"
#include "backends/openssl/info.h"
#include "backends/openssl/versions.h"
#include "backends/openssl/wire_callbacks.h"

namespace tandem::openssl {
namespace {

constexpr std::size_t kAlertBytes = 2;

// What stands before a handshake message: its type and length; in DTLS also its number and place.
constexpr std::size_t kMessageHeader = 4;
constexpr std::size_t kDatagramMessageHeader = 12;

// RFC 6347 section 4.2.4.1.
constexpr unsigned kLongestWaitMicroseconds = 60'000'000;

void OnMessage(int sent, int /*version*/, int type, const void* content, std::size_t size, SSL* ssl,
               void* /*unused*/) noexcept {
  const auto* bytes = static_cast<const std::uint8_t*>(content);
  if (type == SSL3_RT_ALERT && size == kAlertBytes) {
    LibrarySession::Of(ssl).NoteAlert(sent != 0, bytes[0], static_cast<Alert>(bytes[1]));
  }
  const std::size_t header = SSL_is_dtls(ssl) == 1 ? kDatagramMessageHeader : kMessageHeader;
  if (type == SSL3_RT_HANDSHAKE && size >= header && sent == 0) {
    LibrarySession::Of(ssl).NoteMessage(bytes[0],
                                        std::as_bytes(std::span(bytes, size)).subspan(header));
  }
}

// How long the next flight is waited for; 0: `waited` for the first time.
unsigned OnTimer(SSL* ssl, unsigned waited) noexcept {
  const auto first = LibrarySession::Of(ssl).settings().datagrams->first_timeout;
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(first).count();
  if (waited == 0) return static_cast<unsigned>(micros);
  return std::min(2 * waited, kLongestWaitMicroseconds);
}

// The library has names of its own.
const char* WordFor(SrtpProfile profile) {
  switch (profile) {
    case SrtpProfile::kAes128CmHmacSha1_80: return "SRTP_AES128_CM_SHA1_80";
    case SrtpProfile::kAes128CmHmacSha1_32: return "SRTP_AES128_CM_SHA1_32";
    case SrtpProfile::kAeadAes128Gcm: return "SRTP_AEAD_AES_128_GCM";
    case SrtpProfile::kAeadAes256Gcm: return "SRTP_AEAD_AES_256_GCM";
  }
  return "";
}

// The library returns 0 for success here.
bool OfferSrtp(SSL* ssl, const std::vector<SrtpProfile>& profiles) {
  std::string list;
  for (const SrtpProfile profile : profiles) {
    list += std::string(list.empty() ? "" : ":") + WordFor(profile);
  }
  return list.empty() || SSL_set_tlsext_use_srtp(ssl, list.c_str()) == 0;
}

}  // namespace

Result<std::unique_ptr<BackendSession>> LibrarySession::Start(const CompiledConfig& config,
                                                              const SessionParts& parts) {
  const CleanQueue clean;
  std::unique_ptr<LibrarySession> session(
      new LibrarySession(config, parts, SessionHandle(SSL_new(config.context()))));
  if (session->ssl_ != nullptr && session->Prepare()) {
    return std::unique_ptr<BackendSession>(std::move(session));
  }
  Error error = MakeError(ErrorKind::kInternal, "OpenSSL cannot start a session");
  error.native = NativeText(ERR_peek_last_error());
  return error;
}

LibrarySession& LibrarySession::Of(const SSL* ssl) {
  return *static_cast<LibrarySession*>(SSL_get_app_data(ssl));
}

Step LibrarySession::Handshake() {
  thread_state_.Begin();
  Call call(ssl_.get(), failure_);
  return Conclude(call, call.Settle(SSL_do_handshake(ssl_.get())));
}

Step LibrarySession::Read(std::span<std::byte> plaintext) {
  Call call(ssl_.get(), failure_);
  std::size_t bytes = 0;
  const int result = SSL_read_ex(ssl_.get(), plaintext.data(), plaintext.size(), &bytes);
  const Step step = Conclude(call, call.Settle(result, bytes));
  const bool owes_key = SSL_get_key_update_type(ssl_.get()) != SSL_KEY_UPDATE_NONE;
  return step.outcome == Step::Outcome::kAgain && owes_key ? AnswerKeyUpdate() : step;
}

Step LibrarySession::Write(std::span<const std::byte> plaintext) {
  Call call(ssl_.get(), failure_);
  std::size_t bytes = 0;
  const int result = SSL_write_ex(ssl_.get(), plaintext.data(), plaintext.size(), &bytes);
  return Conclude(call, call.Settle(result, bytes));
}

Step LibrarySession::CloseNotify() {
  closed_ = true;
  Call call(ssl_.get(), failure_);
  const int result = SSL_shutdown(ssl_.get());
  // 0 is success too: our half is closed, and the peer's is not yet.
  return Conclude(call, call.Settle(result == 0 ? 1 : result));
}

Step LibrarySession::Rekey(bool both) {
  Call call(ssl_.get(), failure_);
  int result =
      SSL_key_update(ssl_.get(), both ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED);
  // That only set a flag; this sends it.
  if (result == 1) result = SSL_do_handshake(ssl_.get());
  return Conclude(call, call.Settle(result));
}

Step LibrarySession::HandleTimeout() {
  Call call(ssl_.get(), failure_);
  return RunTimers(ssl_.get()) ? Step::Done() : Conclude(call, call.Settle(-1));
}

std::optional<std::chrono::milliseconds> LibrarySession::retransmit_in() const {
  const CleanQueue clean;
  const auto left = TimeToTimers(ssl_.get());
  if (!left.has_value()) return std::nullopt;
  const auto micros = std::chrono::seconds(left->tv_sec) + std::chrono::microseconds(left->tv_usec);
  return std::chrono::ceil<std::chrono::milliseconds>(micros);
}

void LibrarySession::SetMaxPayload(std::size_t bytes) {
  SSL_set_mtu(ssl_.get(), static_cast<long>(bytes));
}

std::size_t LibrarySession::max_datagram() const { return DTLS_get_data_mtu(ssl_.get()); }

bool LibrarySession::SendAlert(Alert /*alert*/) {
  return false;  // The library sends its own alerts, and has no call for ours.
}

std::size_t LibrarySession::pending() const {
  return static_cast<std::size_t>(SSL_pending(ssl_.get()));
}

ConnectionInfo LibrarySession::Describe() const {
  const CleanQueue clean;
  return openssl::Describe(ssl_.get(), server_name_);
}

bool LibrarySession::Export(std::string_view label,
                            std::optional<std::span<const std::byte>> context,
                            std::span<std::byte> material) const {
  const CleanQueue clean;
  const auto bytes = context.value_or(std::span<const std::byte>());
  return SSL_export_keying_material(ssl_.get(), reinterpret_cast<unsigned char*>(material.data()),
                                    material.size(), label.data(), label.size(),
                                    reinterpret_cast<const unsigned char*>(bytes.data()),
                                    bytes.size(), context.has_value() ? 1 : 0) == 1;
}

std::vector<std::byte> LibrarySession::FirstFinished() const {
  const SSL* ssl = ssl_.get();
  if (NegotiatedVersion(ssl) == Version::kTls13) return {};
  // The client's comes first, but for a session that is resumed.
  const bool is_client = SSL_is_server(ssl) == 0;
  const bool ours = is_client == (SSL_session_reused(ssl) == 0);
  std::array<std::byte, EVP_MAX_MD_SIZE> message{};
  const std::size_t size = ours ? SSL_get_finished(ssl, message.data(), message.size())
                                : SSL_get_peer_finished(ssl, message.data(), message.size());
  return {message.begin(), message.begin() + static_cast<std::ptrdiff_t>(size)};
}

Failure LibrarySession::TakeFailure() { return std::exchange(failure_, Failure()); }

void LibrarySession::set_hello(std::string server_name, const HelloAnswer* answer) {
  server_name_ = std::move(server_name);
  answer_ = answer;
}

const LoadedIdentity* LibrarySession::IdentityOf(const SSL* ssl) {
  // The library asks its questions about security while it makes an SSL, too.
  const auto* session = static_cast<const LibrarySession*>(SSL_get_app_data(ssl));
  return session == nullptr ? nullptr : session->identity_;
}

bool LibrarySession::Become(const LoadedIdentity& identity) {
  identity_ = &identity;
  return identity.Apply(ssl_.get());
}

void LibrarySession::NoteAlert(bool sent, std::uint8_t level, Alert alert) {
  const bool warning = level == SSL3_AL_WARNING;
  if (sent) {
    if (!warning) alert_sent_ = alert;
    if (warning && alert == Alert::kNoRenegotiation) {
      parts_.events.Add({.type = Event::Type::kRenegotiationRefused});
    }
    return;
  }
  if (alert == Alert::kCloseNotify) return;
  // TLS 1.3 ignores the level: all but one are fatal (RFC 8446 section 6). In TLS 1.2 the library
  // takes one warning for fatal: the refusal of what was never asked for.
  // Until the hellos have crossed there is no version, and warnings are what they say.
  const OSSL_HANDSHAKE_STATE state = SSL_get_state(ssl_.get());
  const bool negotiated = state != TLS_ST_BEFORE && state != TLS_ST_CW_CLNT_HELLO;
  const bool tls13 = negotiated && NegotiatedVersion(ssl_.get()) == Version::kTls13;
  const bool goes_on =
      tls13 ? alert == Alert::kUserCanceled : warning && alert != Alert::kNoRenegotiation;
  if (goes_on) parts_.events.Add({.type = Event::Type::kWarningAlert, .alert = alert});
}

void LibrarySession::NoteMessage(std::uint8_t type, std::span<const std::byte> body) {
  if (type == SSL3_MT_CLIENT_HELLO) client_hello_ = body;
  if (type == SSL3_MT_KEY_UPDATE) parts_.events.Add({.type = Event::Type::kRekeyedByPeer});
}

LibrarySession::LibrarySession(const CompiledConfig& config, const SessionParts& parts,
                               SessionHandle ssl)
    : config_(config), parts_(parts), ssl_(std::move(ssl)) {}

bool LibrarySession::Prepare() {
  SSL* ssl = ssl_.get();
  if (SSL_set_app_data(ssl, this) != 1 || !AttachWire(ssl, parts_.wire)) return false;
  SSL_set_msg_callback(ssl, OnMessage);
  // A certificate that openssl.cnf names for everybody is not ours.
  SSL_certs_clear(ssl);
  if (settings().datagrams.has_value() && !PrepareDatagrams()) return false;
  if (parts_.role == Role::kServer) {
    SSL_set_accept_state(ssl);
    return parts_.accepted == nullptr || GoOnFromHello();
  }
  SSL_set_connect_state(ssl);
  if (parts_.server != nullptr && parts_.server->is_dns()) {
    server_name_ = parts_.server->text();
    if (SSL_set_tlsext_host_name(ssl, server_name_.c_str()) != 1) return false;
  }
  const auto& identity = settings().identity;
  return identity == nullptr || Become(static_cast<const LoadedIdentity&>(identity->loaded()));
}

bool LibrarySession::PrepareDatagrams() {
  SSL* ssl = ssl_.get();
  SSL_set_options(ssl, SSL_OP_NO_QUERY_MTU);
  DTLS_set_timer_cb(ssl, OnTimer);
  if (!OfferSrtp(ssl, settings().srtp)) return false;
  return SSL_set_mtu(ssl, static_cast<long>(settings().datagrams->max_payload)) != 0;
}

// The ClientHello lies in the Wire; this looks at it, and leaves it there.
bool LibrarySession::GoOnFromHello() {
  const AddressHandle unused(BIO_ADDR_new());
  return unused != nullptr && DTLSv1_listen(ssl_.get(), unused.get()) == 1 && PrepareDatagrams();
}

Step LibrarySession::Conclude(const Call& call, Step step) {
  if (step.outcome != Step::Outcome::kFailed) return step;
  Error& error = failure_.error;
  error.alert_sent = alert_sent_;
  // A reason that the table lacks, told by an alert that blames the peer.
  if (error.kind == ErrorKind::kInternal &&
      alert_sent_.value_or(Alert::kInternalError) != Alert::kInternalError) {
    error = MakeFault(Fault::kIllegalChoice, std::move(error.native));
    error.alert_sent = alert_sent_;
  }
  if (call.code() == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
    // The library has found and said it by itself; the policy only keeps the Error. Its alert is
    // the one that was sent.
    static_cast<void>(policy().RefuseMissingCertificate(NegotiatedVersion(ssl_.get())));
  }
  return step;
}

// The library would answer with its next record; but who only reads must answer too.
Step LibrarySession::AnswerKeyUpdate() {
  if (closed_) return Step::Again();
  const Step step = Rekey(false);
  return step.outcome == Step::Outcome::kFailed ? step : Step::Again();
}

}  // namespace tandem::openssl
