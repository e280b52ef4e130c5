// One connection inside GnuTLS.

#ifndef TANDEM_BACKENDS_GNUTLS_SESSION_H_
#define TANDEM_BACKENDS_GNUTLS_SESSION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gnutls/gnutls.h>

#include "backends/gnutls/call.h"
#include "backends/gnutls/config.h"
#include "backends/gnutls/handles.h"
#include "tandem/backend.h"

namespace tandem::gnutls {

/// Drives one gnutls_session_t. The library's callbacks find their way back by Of().
class LibrarySession final : public BackendSession {
 public:
  /// Starts a connection by `config`, which must outlive it.
  static Result<std::unique_ptr<BackendSession>> Start(const CompiledConfig& config,
                                                       const SessionParts& parts);

  /// Returns the session that `raw` belongs to.
  static LibrarySession& Of(gnutls_session_t raw);

  Step Handshake() override;
  Step Read(std::span<std::byte> plaintext) override;
  Step Write(std::span<const std::byte> plaintext) override;
  Step CloseNotify() override;
  Step Rekey(bool both) override;
  Step HandleTimeout() override;
  std::optional<std::chrono::milliseconds> retransmit_in() const override;
  void SetMaxPayload(std::size_t bytes) override;
  std::size_t max_datagram() const override;
  bool SendAlert(Alert alert) override;
  std::size_t pending() const override;
  ConnectionInfo Describe() const override;
  bool Export(std::string_view label, std::optional<std::span<const std::byte>> context,
              std::span<std::byte> material) const override;
  std::vector<std::byte> FirstFinished() const override;
  Failure TakeFailure() override;

  /// None. GnuTLS keeps random numbers per thread, and no job stops in the middle of making them;
  /// and the mode and context of FIPS 140, which are the program's to set: a job that goes on has
  /// those that the thread has then.
  engine::ThreadState* thread_state() override { return nullptr; }

  const CompiledConfig& config() const { return config_; }
  const Settings& settings() const { return config_.settings(); }
  HandshakePolicy& policy() const { return parts_.policy; }
  Wire& wire() const { return parts_.wire; }

  /// Keeps what the ClientHello said and what was answered. Server; called from inside callbacks.
  void set_hello(std::string server_name, const HelloAnswer* answer);

  /// Keeps the ClientHello that was sent last, which answers are checked against.
  void set_sent_hello(std::span<const std::byte> body) {
    sent_hello_.assign(body.begin(), body.end());
  }
  std::span<const std::byte> sent_hello() const { return sent_hello_; }

  /// Returns what was answered to the ClientHello, or null.
  const HelloAnswer* answer() const { return answer_; }

  /// Notes an alert that came and is not fatal.
  void NoteAlert(Alert alert);

  /// Notes bytes that the library has pulled. Called from inside callbacks.
  void NotePulled(std::size_t bytes) { unparsed_bytes_ += bytes; }

  /// Notes a whole handshake message that came. Called from inside callbacks.
  void NoteMessage(std::uint8_t type, std::span<const std::byte> body);

 private:
  LibrarySession(const CompiledConfig& config, const SessionParts& parts, SessionHandle session);

  bool Prepare();
  bool PrepareDatagrams();
  bool GoOnFromHello();
  bool in_hello() const;
  Step Conclude(const Call& call, Step step);
  Step RefuseRenegotiation();
  Step AnswerKeyUpdate();

  const CompiledConfig& config_;
  SessionParts parts_;
  SessionHandle session_;
  std::string server_name_;
  std::vector<std::byte> sent_hello_;
  const HelloAnswer* answer_ = nullptr;
  std::size_t unparsed_bytes_ = 0;  // Pulled since the last whole handshake message.
  bool key_update_due_ = false;
  bool closed_ = false;  // Our direction.
  Failure failure_;
};

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_SESSION_H_
