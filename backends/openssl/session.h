// One connection inside OpenSSL.

#ifndef TANDEM_BACKENDS_OPENSSL_SESSION_H_
#define TANDEM_BACKENDS_OPENSSL_SESSION_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/openssl/call.h"
#include "backends/openssl/config.h"
#include "backends/openssl/handles.h"
#include "backends/openssl/identity.h"
#include "backends/openssl/thread_state.h"
#include "tandem/backend.h"

namespace tandem::openssl {

/// Drives one SSL. The library's callbacks find their way back by Of().
class LibrarySession final : public BackendSession {
 public:
  /// Starts a connection by `config`, which must outlive it.
  static Result<std::unique_ptr<BackendSession>> Start(const CompiledConfig& config,
                                                       const SessionParts& parts);

  /// Returns the session that `ssl` belongs to.
  static LibrarySession& Of(const SSL* ssl);

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
  engine::ThreadState* thread_state() override { return &thread_state_; }

  const CompiledConfig& config() const { return config_; }
  const Settings& settings() const { return config_.settings(); }
  HandshakePolicy& policy() const { return parts_.policy; }

  /// Keeps what the ClientHello said and what was answered. Server; called from inside callbacks.
  void set_hello(std::string server_name, const HelloAnswer* answer);

  /// Returns what was answered to the ClientHello, or null.
  const HelloAnswer* answer() const { return answer_; }

  /// Becomes `identity`. False if the library refuses. Called from inside callbacks too.
  bool Become(const LoadedIdentity& identity);

  /// Returns who the session of `ssl` is; null as long as that is nobody, or is not known.
  static const LoadedIdentity* IdentityOf(const SSL* ssl);

  /// Notes an alert that went by. Called from inside callbacks.
  void NoteAlert(bool sent, std::uint8_t level, Alert alert);

  /// Notes a whole handshake message that came. Called from inside callbacks.
  void NoteMessage(std::uint8_t type, std::span<const std::byte> body);

  /// Hands out the body of the ClientHello that came last, once. Valid while OnClientHello() runs.
  std::span<const std::byte> TakeClientHello() { return std::exchange(client_hello_, {}); }

 private:
  LibrarySession(const CompiledConfig& config, const SessionParts& parts, SessionHandle ssl);

  bool Prepare();
  bool PrepareDatagrams();
  bool GoOnFromHello();
  Step Conclude(const Call& call, Step step);
  Step AnswerKeyUpdate();

  const CompiledConfig& config_;
  SessionParts parts_;
  SessionHandle ssl_;
  std::string server_name_;
  const HelloAnswer* answer_ = nullptr;
  const LoadedIdentity* identity_ = nullptr;
  std::span<const std::byte> client_hello_;  // The library's memory.
  bool closed_ = false;                      // Our direction.
  std::optional<Alert> alert_sent_;
  Failure failure_;
  LibraryThreadState thread_state_;
};

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_SESSION_H_
