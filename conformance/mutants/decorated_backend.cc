#include "conformance/mutants/decorated_backend.h"

namespace tandem::conformance {

Result<std::unique_ptr<BackendSession>> DecoratedConfig::NewSession(
    const SessionParts& parts) const {
  return Start(std::make_unique<DecoratedSession>(parts));
}

Result<std::unique_ptr<BackendSession>> DecoratedConfig::Start(
    std::unique_ptr<DecoratedSession> session) const {
  auto started = inner_->NewSession(session->PartsOfInner());
  if (!started.ok()) return std::move(started).error();
  session->Take(std::move(started).value());
  return std::unique_ptr<BackendSession>(std::move(session));
}

Result<std::shared_ptr<const BackendConfig>> DecoratedBackend::Compile(
    const Settings& settings) const {
  auto compiled = inner_.Compile(settings);
  if (!compiled.ok()) return std::move(compiled).error();
  return std::shared_ptr<const BackendConfig>(
      std::make_shared<DecoratedConfig>(std::move(compiled).value()));
}

}  // namespace tandem::conformance
