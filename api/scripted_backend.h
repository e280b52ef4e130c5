// A backend without a library: a test writes down how each step ends. For tests.

#ifndef TANDEM_SCRIPTED_BACKEND_H_
#define TANDEM_SCRIPTED_BACKEND_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tandem/backend.h"

namespace tandem {

/// How the steps of one session will end, and what was asked of it. Outlives the session.
struct Script {
  /// Plays one step of the library: may pull and push. Nothing left to play: kAgain after a Pull().
  using Play = std::function<Step(Wire& wire)>;

  std::deque<Play> handshake;
  std::deque<Play> read;
  std::deque<Play> write;
  ChainFindings findings;   ///< What Examine() finds.
  bool judges_peer = true;  ///< The handshake asks the policy about a peer, before it is done.
  Failure failure{MakeError(ErrorKind::kInternal, "scripted"), std::nullopt};
  ConnectionInfo info;
  std::size_t pending = 0;
  bool sends_alerts = true;

  EventQueue* events = nullptr;       ///< The session's, once it is made.
  HandshakePolicy* policy = nullptr;  ///< Likewise.
  std::vector<std::string> calls;     ///< "handshake", "read", "write 5", "close_notify", ...
  std::vector<Alert> alerts;          ///< What SendAlert() was asked for.
};

/// Plays `script` for every session. TLS 1.2 and 1.3; identities are whatever is given.
class ScriptedBackend final : public Backend {
 public:
  explicit ScriptedBackend(Script& script) : script_(script) {}

  std::string_view name() const override { return "scripted"; }
  std::string version() const override { return "scripted 1"; }
  const Capabilities& capabilities() const override { return capabilities_; }
  Result<std::shared_ptr<const BackendIdentity>> LoadIdentity(
      const IdentityMaterial& material) const override;
  Result<Der> DecryptKey(std::span<const std::byte> encrypted,
                         std::string_view passphrase) const override;
  Result<IdentityMaterial> OpenPkcs12(std::span<const std::byte> content,
                                      std::string_view passphrase) const override;
  std::vector<std::byte> Digest(Hash hash, std::span<const std::byte> content) const override;
  bool HasSigned(std::span<const std::byte> issuer, std::span<const std::byte> list) const override;
  Result<std::shared_ptr<const BackendConfig>> Compile(const Settings& settings) const override;

 private:
  Script& script_;
  Capabilities capabilities_{.versions = {Version::kTls12, Version::kTls13},
                             .client_chooses_alert = true};
};

}  // namespace tandem

#endif  // TANDEM_SCRIPTED_BACKEND_H_
