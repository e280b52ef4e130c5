// A backend that passes everything on to another.
//
//     DecoratedBackend  --Compile()---->  DecoratedConfig  --NewSession()-->  DecoratedSession
//           |                                   |                                   |
//         inner                               inner                               inner
//
// Override what is to be different.

#ifndef TANDEM_CONFORMANCE_MUTANTS_DECORATED_BACKEND_H_
#define TANDEM_CONFORMANCE_MUTANTS_DECORATED_BACKEND_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tandem/backend.h"

namespace tandem::conformance {

/// Passes every call on to the session inside.
class DecoratedSession : public BackendSession {
 public:
  explicit DecoratedSession(const SessionParts& parts) : parts_(parts) {}

  /// Returns what the session inside is lent: what this one was, unless overridden.
  virtual SessionParts PartsOfInner() { return parts_; }

  /// Takes the session that PartsOfInner() were lent to. Once, before anything else.
  void Take(std::unique_ptr<BackendSession> inner) { inner_ = std::move(inner); }

  Step Handshake() override { return inner_->Handshake(); }
  Step Read(std::span<std::byte> plaintext) override { return inner_->Read(plaintext); }
  Step Write(std::span<const std::byte> plaintext) override { return inner_->Write(plaintext); }
  Step CloseNotify() override { return inner_->CloseNotify(); }
  Step Rekey(bool both) override { return inner_->Rekey(both); }
  Step HandleTimeout() override { return inner_->HandleTimeout(); }
  std::optional<std::chrono::milliseconds> retransmit_in() const override {
    return inner_->retransmit_in();
  }
  void SetMaxPayload(std::size_t bytes) override { inner_->SetMaxPayload(bytes); }
  std::size_t max_datagram() const override { return inner_->max_datagram(); }
  bool SendAlert(Alert alert) override { return inner_->SendAlert(alert); }
  std::size_t pending() const override { return inner_->pending(); }
  ConnectionInfo Describe() const override { return inner_->Describe(); }
  bool Export(std::string_view label, std::optional<std::span<const std::byte>> context,
              std::span<std::byte> material) const override {
    return inner_->Export(label, context, material);
  }
  std::vector<std::byte> FirstFinished() const override { return inner_->FirstFinished(); }
  Failure TakeFailure() override { return inner_->TakeFailure(); }
  engine::ThreadState* thread_state() override { return inner_->thread_state(); }

 protected:
  BackendSession& inner() const { return *inner_; }
  const SessionParts& parts() const { return parts_; }

  /// Ends the session inside. A class that lends it something of its own calls this in its
  /// destructor, for the session inside must not live longer.
  void DropInner() { inner_.reset(); }

 private:
  SessionParts parts_;
  std::unique_ptr<BackendSession> inner_;
};

/// Passes every call on to the config inside.
class DecoratedConfig : public BackendConfig {
 public:
  explicit DecoratedConfig(std::shared_ptr<const BackendConfig> inner) : inner_(std::move(inner)) {}

  ChainFindings Examine(std::span<const Der> sent, std::chrono::sys_seconds now) const override {
    return inner_->Examine(sent, now);
  }
  CompiledRules Compiled() const override { return inner_->Compiled(); }

  /// Starts a DecoratedSession.
  Result<std::unique_ptr<BackendSession>> NewSession(const SessionParts& parts) const override;

 protected:
  const BackendConfig& inner() const { return *inner_; }

  /// Starts the session inside of `session`.
  Result<std::unique_ptr<BackendSession>> Start(std::unique_ptr<DecoratedSession> session) const;

 private:
  std::shared_ptr<const BackendConfig> inner_;
};

/// Passes every call on to `inner`, which must outlive it.
class DecoratedBackend : public Backend {
 public:
  explicit DecoratedBackend(const Backend& inner) : inner_(inner) {}

  std::string_view name() const override { return inner_.name(); }
  std::string version() const override { return inner_.version(); }
  const Capabilities& capabilities() const override { return inner_.capabilities(); }
  Result<std::shared_ptr<const BackendIdentity>> LoadIdentity(
      const IdentityMaterial& material) const override {
    return inner_.LoadIdentity(material);
  }
  Result<Der> DecryptKey(std::span<const std::byte> encrypted,
                         std::string_view passphrase) const override {
    return inner_.DecryptKey(encrypted, passphrase);
  }
  Result<IdentityMaterial> OpenPkcs12(std::span<const std::byte> content,
                                      std::string_view passphrase) const override {
    return inner_.OpenPkcs12(content, passphrase);
  }
  std::vector<std::byte> Digest(Hash hash, std::span<const std::byte> content) const override {
    return inner_.Digest(hash, content);
  }
  bool HasSigned(std::span<const std::byte> issuer,
                 std::span<const std::byte> list) const override {
    return inner_.HasSigned(issuer, list);
  }

  /// Compiles to a DecoratedConfig.
  Result<std::shared_ptr<const BackendConfig>> Compile(const Settings& settings) const override;

 protected:
  const Backend& inner() const { return inner_; }

 private:
  const Backend& inner_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_MUTANTS_DECORATED_BACKEND_H_
