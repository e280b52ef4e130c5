#include "tandem/handshake_policy.h"

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

#include "tandem/engine/reply.h"
#include "tandem/identity.h"

namespace tandem {
namespace {

using IdentityPointer = std::shared_ptr<const Identity>;

// Runs the program's hook; what it throws must not travel through a library written in C.
std::optional<Error> CallHook(const ChooseIdentity& hook, const ClientHello& hello,
                              engine::Reply<IdentityPointer> reply) {
  try {
    hook(hello, std::move(reply));
  } catch (const std::exception& thrown) {
    return MakeError(ErrorKind::kMisuse,
                     std::string("the hook that chooses an identity threw: ") + thrown.what());
  } catch (...) {
    return MakeError(ErrorKind::kMisuse, "the hook that chooses an identity threw");
  }
  return std::nullopt;
}

std::string Quoted(const std::string& name) { return "\"" + name + "\""; }

}  // namespace

const HelloAnswer* HandshakePolicy::AnswerHello(const ClientHello& hello) {
  if (refusal_.has_value()) return nullptr;
  if (answer_.has_value()) return &*answer_;
  IdentityPointer identity = Choose(hello);
  if (identity == nullptr) return nullptr;
  std::optional<std::string> alpn = SelectAlpn(hello);
  if (!alpn.has_value()) return nullptr;
  answer_ = HelloAnswer{std::move(identity), std::move(*alpn)};
  return &*answer_;
}

IdentityPointer HandshakePolicy::Choose(const ClientHello& hello) {
  if (!settings_.choose_identity) return settings_.identity;
  auto [reply, answer] = engine::MakeReply<IdentityPointer>();
  if (auto error = CallHook(settings_.choose_identity, hello, std::move(reply))) {
    Refuse(Alert::kInternalError, std::move(*error));
    return nullptr;
  }
  const auto outcome = answer.Take();
  if (!outcome.has_value()) {
    Refuse(Alert::kInternalError,
           MakeError(ErrorKind::kUnsupported,
                     "the hook that chooses an identity kept its reply open; answer before it "
                     "returns"));
    return nullptr;
  }
  if (const auto* failure = std::get_if<engine::ReplyFailure>(&*outcome)) {
    Refuse(Alert::kUnrecognizedName,
           MakeError(ErrorKind::kIncompatible, "no identity for a client that asks for " +
                                                   Quoted(hello.server_name) + ": " +
                                                   failure->reason));
    return nullptr;
  }
  const IdentityPointer& identity = std::get<0>(*outcome);
  if (identity == nullptr || &identity->backend() != &backend_) {
    Refuse(Alert::kInternalError,
           MakeError(ErrorKind::kMisuse,
                     identity == nullptr
                         ? "the hook that chooses an identity answered with none; fail the reply "
                           "instead"
                         : "the hook chose an identity that was loaded for another backend"));
    return nullptr;
  }
  return identity;
}

std::optional<std::string> HandshakePolicy::SelectAlpn(const ClientHello& hello) {
  if (settings_.alpn.empty()) return std::string();
  for (const std::string& protocol : settings_.alpn) {
    if (std::find(hello.alpn.begin(), hello.alpn.end(), protocol) != hello.alpn.end()) {
      return protocol;
    }
  }
  const bool must = hello.alpn.empty() ? settings_.alpn_policy == AlpnPolicy::kMustPresent
                                       : settings_.alpn_policy != AlpnPolicy::kIgnore;
  if (!must) return std::string();
  Refuse(Alert::kNoApplicationProtocol,
         MakeError(ErrorKind::kIncompatible,
                   hello.alpn.empty()
                       ? "the client names no application protocol (ALPN) and one is required"
                       : "the client and this server share no application protocol (ALPN)"));
  return std::nullopt;
}

std::optional<Alert> HandshakePolicy::JudgePeer(const PeerEvidence& evidence, Version version) {
  VerdictSet findings = evidence.chain;
  if (server_ != nullptr && !server_->MatchedBy(evidence.names)) findings.Add(Verdict::kWrongName);
  const std::optional<Verdict> verdict = findings.Gravest();
  if (!verdict.has_value()) return std::nullopt;
  const std::string who =
      server_ != nullptr ? "the server " + Quoted(server_->text()) : "the client";
  Error error = MakeError(ErrorKind::kUntrusted,
                          who + " is not trusted: " + std::string(VerdictText(*verdict)));
  error.verdict = verdict;
  error.native = evidence.native;
  Refuse(AlertFor(*verdict, version), std::move(error));
  return refusal_alert_;
}

Alert HandshakePolicy::RefuseMissingCertificate(Version version) {
  Error error =
      MakeError(ErrorKind::kUntrusted,
                "the client is not trusted: " + std::string(VerdictText(Verdict::kNoCertificate)) +
                    " and one is required");
  error.verdict = Verdict::kNoCertificate;
  Refuse(AlertFor(Verdict::kNoCertificate, version), std::move(error));
  return refusal_alert_;
}

std::optional<Alert> HandshakePolicy::JudgeAlpn(const std::string& selected) {
  const auto& ours = settings_.alpn;
  if (selected.empty()) {
    if (settings_.alpn_policy != AlpnPolicy::kMustPresent || ours.empty()) return std::nullopt;
    Refuse(Alert::kNoApplicationProtocol,
           MakeError(ErrorKind::kIncompatible,
                     "the server selected no application protocol (ALPN) and one is required"));
    return refusal_alert_;
  }
  if (std::find(ours.begin(), ours.end(), selected) != ours.end()) return std::nullopt;
  Refuse(Alert::kIllegalParameter,
         MakeError(ErrorKind::kProtocol,
                   "the server selected an application protocol (ALPN) that was not offered"));
  return refusal_alert_;
}

void HandshakePolicy::Refuse(Alert alert, Error error) {
  if (refusal_.has_value()) return;
  refusal_ = std::move(error);
  refusal_alert_ = alert;
}

}  // namespace tandem
