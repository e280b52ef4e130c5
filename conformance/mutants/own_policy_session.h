// A decorated session whose inside has a HandshakePolicy of its own, so that decisions pass by
// here.

#ifndef TANDEM_CONFORMANCE_MUTANTS_OWN_POLICY_SESSION_H_
#define TANDEM_CONFORMANCE_MUTANTS_OWN_POLICY_SESSION_H_

#include <memory>
#include <utility>

#include "conformance/mutants/decorated_backend.h"
#include "conformance/mutants/mutant.h"
#include "tandem/handshake_policy.h"
#include "tandem/settings.h"

namespace tandem::conformance {

/// What a policy is made of. The session must not outlive it.
struct PolicyParts {
  const Settings& settings;
  const Backend& backend;
  const ChainExaminer& examiner;
};

/// Decides by a copy of the settings, which a class that derives from it changes while it is made.
/// The session's own policy is asked nothing but what such a class asks it.
class OwnPolicySession : public DecoratedSession {
 public:
  OwnPolicySession(const SessionParts& parts, const PolicyParts& policy_parts)
      : DecoratedSession(parts),
        settings_(policy_parts.settings),
        policy_(settings_, policy_parts.backend, parts.server) {}
  ~OwnPolicySession() override { DropInner(); }

  SessionParts PartsOfInner() override {
    return {parts().role, parts().server, parts().wire, policy_, parts().events};
  }

  Failure TakeFailure() override {
    Failure failure = inner().TakeFailure();
    if (!policy_.refusal().has_value()) return failure;
    const auto sent = failure.error.alert_sent;
    failure.error = *policy_.refusal();
    failure.error.alert_sent = sent;
    if (!sent.has_value()) failure.alert_due = policy_.refusal_alert();
    return failure;
  }

 protected:
  Settings& settings() { return settings_; }

 private:
  Settings settings_;
  HandshakePolicy policy_;
};

/// Has a `Session`, an OwnPolicySession, for each connection.
template <typename Session>
class PolicyMutant : public Mutant {
 public:
  using Mutant::Mutant;

  Result<std::shared_ptr<const BackendConfig>> Compile(const Settings& settings) const override {
    auto compiled = inner().Compile(settings);
    if (!compiled.ok()) return std::move(compiled).error();
    return std::shared_ptr<const BackendConfig>(
        std::make_shared<WrongConfig>(std::move(compiled).value(), settings, *this));
  }

 private:
  class WrongConfig final : public DecoratedConfig {
   public:
    WrongConfig(std::shared_ptr<const BackendConfig> inner, const Settings& settings,
                const Backend& backend)
        : DecoratedConfig(std::move(inner)), settings_(settings), backend_(backend) {}

    Result<std::unique_ptr<BackendSession>> NewSession(const SessionParts& parts) const override {
      return Start(
          std::make_unique<Session>(parts, PolicyParts{settings_, backend_, this->inner()}));
    }

   private:
    const Settings& settings_;
    const Backend& backend_;
  };
};

/// Makes a backend whose sessions are a `Session` each; for Bug::make.
template <typename Session>
std::unique_ptr<const Backend> MakePolicy(const Backend& inner, const Bug& bug) {
  return std::make_unique<PolicyMutant<Session>>(inner, bug);
}

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_MUTANTS_OWN_POLICY_SESSION_H_
