// A decorated session in which no library judges a peer, so that a class may judge it otherwise.

#ifndef TANDEM_CONFORMANCE_MUTANTS_LAX_SESSION_H_
#define TANDEM_CONFORMANCE_MUTANTS_LAX_SESSION_H_

#include <optional>
#include <span>
#include <stdexcept>
#include <utility>

#include "conformance/mutants/own_policy_session.h"
#include "tandem/engine/reply.h"
#include "tandem/trust.h"
#include "tandem/verdict.h"

namespace tandem::conformance {

/// Believes everybody inside. What a library asks comes to JudgeInTime(), which may have Judge()
/// ask the session's policy, in its own way or in none.
class LaxSession : public OwnPolicySession {
 public:
  LaxSession(const SessionParts& parts, const PolicyParts& policy_parts)
      : OwnPolicySession(parts, policy_parts), examiner_(policy_parts.examiner) {
    if (!judges()) return;
    settings().trust = Trust::DangerNone().FurtherVerifier(
        [this](const PeerCertificates& peer, engine::Reply<PeerOpinion> reply) {
          const std::optional<Verdict> verdict = JudgeInTime(peer.sent);
          const auto& refusal = this->parts().policy.refusal();
          // A refusal without a verdict is a defect of a hook, and one that throws is told alike.
          if (refusal.has_value() && !refusal->verdict.has_value()) {
            throw std::logic_error("the hook is defective");
          }
          reply.Answer({verdict});
        });
  }

  /// A server that asks for no certificate has none to judge, and needs its policy for the hello.
  SessionParts PartsOfInner() override {
    return judges() ? OwnPolicySession::PartsOfInner() : parts();
  }

 protected:
  /// Says whether this end may be shown certificates.
  bool judges() {
    return parts().role == Role::kClient ||
           settings().client_certificate != ClientCertificate::kNone;
  }

  /// Returns what the session's policy thinks of these certificates, when `examiner` looks at them.
  std::optional<Verdict> Judge(std::span<const Der> sent, const ChainExaminer& examiner) {
    static_cast<void>(parts().policy.JudgePeer(sent, examiner, settings().version_max));
    const auto& refusal = parts().policy.refusal();
    if (!refusal.has_value()) return std::nullopt;
    return refusal->verdict.value_or(Verdict::kOther);
  }

  /// Returns the right one.
  const ChainExaminer& examiner() const { return examiner_; }

 private:
  // Is asked when a library asks.
  virtual std::optional<Verdict> JudgeInTime(std::span<const Der> sent) = 0;

  const ChainExaminer& examiner_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_MUTANTS_LAX_SESSION_H_
