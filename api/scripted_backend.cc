#include "api/scripted_backend.h"

#include <algorithm>
#include <utility>

namespace tandem {
namespace {

class ScriptedSession final : public BackendSession, public ChainExaminer {
 public:
  ScriptedSession(Script& script, const SessionParts& parts)
      : script_(script), wire_(parts.wire), client_(parts.role == Role::kClient) {
    script_.events = &parts.events;
    script_.policy = &parts.policy;
  }

  Step Handshake() override {
    const Step step = Next("handshake", script_.handshake);
    if (step.outcome == Step::Outcome::kDone && client_ && script_.judges_peer) {
      const std::vector<Der> sent(1, Der(1));
      static_cast<void>(script_.policy->JudgePeer(sent, *this, Version::kTls13));
    }
    return step;
  }
  ChainFindings Examine(std::span<const Der>, std::chrono::sys_seconds) const override {
    return script_.findings;
  }
  Step Read(std::span<std::byte>) override { return Next("read", script_.read); }
  Step Write(std::span<const std::byte> plaintext) override {
    const std::string call = "write " + std::to_string(plaintext.size());
    if (!script_.write.empty()) return Next(call, script_.write);
    script_.calls.push_back(call);
    wire_.Push(plaintext);
    return Step::Done(plaintext.size());
  }
  Step CloseNotify() override {
    script_.calls.push_back("close_notify");
    return Step::Done();
  }
  Step Rekey(bool both) override {
    script_.calls.push_back(both ? "rekey both" : "rekey");
    return Step::Done();
  }
  Step HandleTimeout() override { return Step::Done(); }
  std::optional<std::chrono::milliseconds> retransmit_in() const override { return std::nullopt; }
  void SetMaxPayload(std::size_t /*bytes*/) override {}
  std::size_t max_datagram() const override { return 0; }
  bool SendAlert(Alert alert) override {
    script_.alerts.push_back(alert);
    return script_.sends_alerts;
  }
  std::size_t pending() const override { return script_.pending; }
  ConnectionInfo Describe() const override { return script_.info; }
  bool Export(std::string_view, std::optional<std::span<const std::byte>>,
              std::span<std::byte> material) const override {
    std::fill(material.begin(), material.end(), std::byte{7});
    return true;
  }
  std::vector<std::byte> FirstFinished() const override { return {12, std::byte{9}}; }
  Failure TakeFailure() override { return script_.failure; }
  engine::ThreadState* thread_state() override { return nullptr; }

 private:
  Step Next(const std::string& call, std::deque<Script::Play>& plays) {
    script_.calls.push_back(call);
    if (plays.empty()) {
      std::byte byte{};
      (void)wire_.Pull(std::span(&byte, 1));
      return Step::Again();
    }
    const Script::Play play = std::move(plays.front());
    plays.pop_front();
    return play(wire_);
  }

  Script& script_;
  Wire& wire_;
  const bool client_;
};

class ScriptedIdentity final : public BackendIdentity {
 public:
  std::shared_ptr<const engine::BlockingKey> BlockingKey() const override { return nullptr; }
};

class ScriptedConfig final : public BackendConfig {
 public:
  explicit ScriptedConfig(Script& script) : script_(script) {}

  Result<std::unique_ptr<BackendSession>> NewSession(const SessionParts& parts) const override {
    return std::unique_ptr<BackendSession>(std::make_unique<ScriptedSession>(script_, parts));
  }
  CompiledRules Compiled() const override { return {}; }
  ChainFindings Examine(std::span<const Der>, std::chrono::sys_seconds) const override {
    return script_.findings;
  }

 private:
  Script& script_;
};

}  // namespace

Result<std::shared_ptr<const BackendIdentity>> ScriptedBackend::LoadIdentity(
    const IdentityMaterial&) const {
  return std::shared_ptr<const BackendIdentity>(std::make_shared<ScriptedIdentity>());
}

// The passphrase is right when it is "right"; nothing else about the key matters here.
Result<Der> ScriptedBackend::DecryptKey(std::span<const std::byte> encrypted,
                                        std::string_view passphrase) const {
  if (passphrase == "right") return Der(encrypted.begin(), encrypted.end());
  return MakeError(ErrorKind::kMisuse, "the passphrase is wrong");
}

Result<IdentityMaterial> ScriptedBackend::OpenPkcs12(std::span<const std::byte>,
                                                     std::string_view) const {
  return MakeError(ErrorKind::kUnsupported, "scripted");
}

// Not a hash at all: the length, so that equal things are equal.
std::vector<std::byte> ScriptedBackend::Digest(Hash, std::span<const std::byte> content) const {
  return std::vector<std::byte>(32, static_cast<std::byte>(content.size()));
}

bool ScriptedBackend::HasSigned(std::span<const std::byte>, std::span<const std::byte>) const {
  return true;
}

Result<std::shared_ptr<const BackendConfig>> ScriptedBackend::Compile(const Settings&) const {
  return std::shared_ptr<const BackendConfig>(std::make_shared<ScriptedConfig>(script_));
}

}  // namespace tandem
