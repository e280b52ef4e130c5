// Backends that are wrong about whom to believe.

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "conformance/mutants/bug.h"
#include "conformance/mutants/lax_session.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/own_policy_session.h"
#include "tandem/client_hello.h"
#include "tandem/engine/reply.h"
#include "tandem/identity.h"
#include "tandem/trust.h"

namespace tandem::conformance {
namespace {

using Chain = std::span<const Der>;

class BelievesEveryChain final : public LaxSession {
 public:
  using LaxSession::LaxSession;

 private:
  class Credulous final : public ChainExaminer {
   public:
    ChainFindings Examine(Chain sent, std::chrono::sys_seconds /*now*/) const override {
      ChainFindings findings;
      findings.path.assign(sent.begin(), sent.end());
      findings.complete = true;
      return findings;
    }
  };

  std::optional<Verdict> JudgeInTime(Chain sent) override { return Judge(sent, Credulous()); }
};

class VerifiesTheLeafAlone final : public LaxSession {
 public:
  using LaxSession::LaxSession;

 private:
  std::optional<Verdict> JudgeInTime(Chain sent) override {
    return Judge(sent.first(1), examiner());
  }
};

class FindsNothingParticular final : public LaxSession {
 public:
  using LaxSession::LaxSession;

 private:
  std::optional<Verdict> JudgeInTime(Chain sent) override {
    class Vague final : public ChainExaminer {
     public:
      explicit Vague(const ChainExaminer& inner) : inner_(inner) {}
      ChainFindings Examine(Chain chain, std::chrono::sys_seconds now) const override {
        ChainFindings findings = inner_.Examine(chain, now);
        if (!findings.verdicts.empty()) findings.verdicts = {Verdict::kOther};
        return findings;
      }

     private:
      const ChainExaminer& inner_;
    };
    return Judge(sent, Vague(examiner()));
  }
};

class VerifiesTooLate final : public LaxSession {
 public:
  using LaxSession::LaxSession;

  Step Handshake() override {
    const Step step = inner().Handshake();
    if (step.outcome != Step::Outcome::kDone || !judges()) return step;
    const ConnectionInfo info = inner().Describe();
    if (info.peer_chain.empty()) return step;
    return Judge(info.peer_chain, examiner()).has_value() ? Step::Failed() : step;
  }

 private:
  std::optional<Verdict> JudgeInTime(Chain /*sent*/) override { return std::nullopt; }
};

class NeverVerifies final : public LaxSession {
 public:
  using LaxSession::LaxSession;

 private:
  std::optional<Verdict> JudgeInTime(Chain /*sent*/) override { return std::nullopt; }
};

class VerifiesNoClients final : public LaxSession {
 public:
  using LaxSession::LaxSession;

 private:
  std::optional<Verdict> JudgeInTime(Chain sent) override {
    return parts().role == Role::kServer ? std::nullopt : Judge(sent, examiner());
  }
};

class ChoosesBeforeItKnowsTheName final : public OwnPolicySession {
 public:
  ChoosesBeforeItKnowsTheName(const SessionParts& parts, const PolicyParts& policy_parts)
      : OwnPolicySession(parts, policy_parts) {
    if (!settings().choose_identity) return;
    settings().choose_identity = [hook = settings().choose_identity](
                                     const ClientHello& hello,
                                     engine::Reply<std::shared_ptr<const Identity>> reply) {
      ClientHello blind = hello;
      blind.server_name.clear();
      hook(blind, std::move(reply));
    };
  }

  SessionParts PartsOfInner() override {
    return settings().choose_identity ? OwnPolicySession::PartsOfInner() : parts();
  }
};

constexpr Bug kBugs[] = {
    {"believes-every-chain",
     "Finds every chain complete and nothing wrong with it.",
     {"Tls13/UnknownIssuerIsRejected", Role::kClient},
     MakePolicy<BelievesEveryChain>},
    {"verifies-the-leaf-alone",
     "Does not look at the intermediates that the peer has sent.",
     {"Tls13/HandshakeThroughIntermediateSucceeds", Role::kClient},
     MakePolicy<VerifiesTheLeafAlone>},
    {"finds-nothing-particular",
     "Knows that a chain is wrong, and not in what.",
     {"Tls13/UnknownIssuerIsRejected", Role::kClient},
     MakePolicy<FindsNothingParticular>},
    {"verifies-too-late",
     "Looks at the peer's certificates when the handshake is over.",
     {"Tls13/UnknownIssuerIsRejected", Role::kClient},
     MakePolicy<VerifiesTooLate>},
    {"never-verifies",
     "Does not ask whether the peer is trusted.",
     {"Tls13/HandshakeWithP256IdentitySucceeds", Role::kClient},
     MakePolicy<NeverVerifies>},
    {"verifies-no-clients",
     "Does not ask whether a client is trusted.",
     {"Tls13/GoodClientCertificateIsAcceptedAndReadable", Role::kServer},
     MakePolicy<VerifiesNoClients>},
    {"chooses-before-it-knows-the-name",
     "Asks for an identity before it has read the SNI.",
     {"Tls13/IdentityIsChosenByServerName", Role::kServer},
     MakePolicy<ChoosesBeforeItKnowsTheName>},
};

}  // namespace

std::span<const Bug> TrustBugs() { return kBugs; }

}  // namespace tandem::conformance
