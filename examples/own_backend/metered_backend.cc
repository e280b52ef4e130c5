#include "own/metered_backend.h"

#include <chrono>
#include <utility>

namespace own {
namespace {

class MeteredSession final : public tandem::BackendSession {
 public:
  MeteredSession(std::unique_ptr<tandem::BackendSession> inner, Meter& meter)
      : inner_(std::move(inner)), meter_(meter) {}

  tandem::Step Handshake() override { return inner_->Handshake(); }

  tandem::Step Read(std::span<std::byte> plaintext) override {
    const tandem::Step step = inner_->Read(plaintext);
    meter_.bytes_read += step.bytes;
    return step;
  }

  tandem::Step Write(std::span<const std::byte> plaintext) override {
    const tandem::Step step = inner_->Write(plaintext);
    meter_.bytes_written += step.bytes;
    return step;
  }

  tandem::Step CloseNotify() override { return inner_->CloseNotify(); }
  tandem::Step Rekey(bool both) override { return inner_->Rekey(both); }
  tandem::Step HandleTimeout() override { return inner_->HandleTimeout(); }
  std::optional<std::chrono::milliseconds> retransmit_in() const override {
    return inner_->retransmit_in();
  }
  void SetMaxPayload(std::size_t bytes) override { inner_->SetMaxPayload(bytes); }
  std::size_t max_datagram() const override { return inner_->max_datagram(); }
  bool SendAlert(tandem::Alert alert) override { return inner_->SendAlert(alert); }
  std::size_t pending() const override { return inner_->pending(); }
  tandem::ConnectionInfo Describe() const override { return inner_->Describe(); }

  bool Export(std::string_view label, std::optional<std::span<const std::byte>> context,
              std::span<std::byte> material) const override {
    return inner_->Export(label, context, material);
  }

  std::vector<std::byte> FirstFinished() const override { return inner_->FirstFinished(); }
  tandem::Failure TakeFailure() override { return inner_->TakeFailure(); }
  tandem::engine::ThreadState* thread_state() override { return inner_->thread_state(); }

 private:
  std::unique_ptr<tandem::BackendSession> inner_;
  Meter& meter_;
};

class MeteredConfig final : public tandem::BackendConfig {
 public:
  MeteredConfig(std::shared_ptr<const tandem::BackendConfig> inner, Meter& meter)
      : inner_(std::move(inner)), meter_(meter) {}

  tandem::ChainFindings Examine(std::span<const tandem::Der> sent,
                                std::chrono::sys_seconds now) const override {
    return inner_->Examine(sent, now);
  }

  tandem::CompiledRules Compiled() const override { return inner_->Compiled(); }

  tandem::Result<std::unique_ptr<tandem::BackendSession>> NewSession(
      const tandem::SessionParts& parts) const override {
    auto session = inner_->NewSession(parts);
    if (!session.ok()) return session;
    ++meter_.sessions;
    return std::unique_ptr<tandem::BackendSession>(
        std::make_unique<MeteredSession>(*std::move(session), meter_));
  }

 private:
  std::shared_ptr<const tandem::BackendConfig> inner_;
  Meter& meter_;
};

}  // namespace

tandem::Result<std::shared_ptr<const tandem::BackendIdentity>> MeteredBackend::LoadIdentity(
    const tandem::IdentityMaterial& material) const {
  return inner_.LoadIdentity(material);
}

tandem::Result<tandem::Der> MeteredBackend::DecryptKey(std::span<const std::byte> encrypted,
                                                       std::string_view passphrase) const {
  return inner_.DecryptKey(encrypted, passphrase);
}

tandem::Result<tandem::IdentityMaterial> MeteredBackend::OpenPkcs12(
    std::span<const std::byte> content, std::string_view passphrase) const {
  return inner_.OpenPkcs12(content, passphrase);
}

std::vector<std::byte> MeteredBackend::Digest(tandem::Hash hash,
                                              std::span<const std::byte> content) const {
  return inner_.Digest(hash, content);
}

bool MeteredBackend::HasSigned(std::span<const std::byte> issuer,
                               std::span<const std::byte> list) const {
  return inner_.HasSigned(issuer, list);
}

tandem::Result<std::shared_ptr<const tandem::BackendConfig>> MeteredBackend::Compile(
    const tandem::Settings& settings) const {
  auto config = inner_.Compile(settings);
  if (!config.ok()) return config;
  return std::shared_ptr<const tandem::BackendConfig>(
      std::make_shared<MeteredConfig>(*std::move(config), meter_));
}

}  // namespace own
