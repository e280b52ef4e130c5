#include "tandem/handshake_policy.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "api/hook_call.h"
#include "api/peer_judge.h"
#include "tandem/backend.h"
#include "tandem/engine/reply.h"
#include "tandem/fault.h"
#include "tandem/identity.h"
#include "tandem/out_of_memory.h"
#include "tandem/server_hello.h"

namespace tandem {
namespace {

using IdentityPointer = std::shared_ptr<const Identity>;

// Names come from peers too, and go to logs.
std::string Quoted(const std::string& name) {
  std::string quoted = "\"";
  for (const char c : name) {
    const bool plain = c >= ' ' && c <= '~' && c != '"' && c != '\\';
    quoted += plain ? c : '?';
  }
  return quoted + '"';
}

Error Untrusted(const ServerName* server, Verdict verdict) {
  const std::string who =
      server != nullptr ? "the server " + Quoted(server->text()) : std::string("the client");
  Error error = MakeError(ErrorKind::kUntrusted,
                          who + " is not trusted: " + std::string(VerdictText(verdict)));
  error.verdict = verdict;
  return error;
}

// Says whether the client can read the key of `identity`. In TLS 1.2 it names the curves of ECDSA
// keys among the groups (RFC 8422 section 5.1.1); OpenSSL obeys by itself, GnuTLS does not look.
bool CanRead(const ClientHello& hello, const Identity& identity) {
  struct Curve {
    SignatureScheme scheme;
    Group group;
  };
  constexpr Curve curves[] = {{0x0403, 0x0017}, {0x0503, 0x0018}, {0x0603, 0x0019}};
  if (hello.version != Version::kTls12) return true;
  return std::none_of(std::begin(curves), std::end(curves), [&](const Curve& curve) {
    return identity.CanSign(curve.scheme) &&
           std::find(hello.groups.begin(), hello.groups.end(), curve.group) == hello.groups.end();
  });
}

// Says whether a server of TLS 1.3 with `identity` can sign by a scheme of both sides. Without one
// some libraries look for an older version and then complain of that.
bool CanSignFor(const ClientHello& hello, const Identity& identity,
                const std::vector<SignatureScheme>& ours) {
  const auto& theirs = hello.signature_schemes;
  if (hello.version != Version::kTls13 || theirs.empty()) return true;
  std::vector<SignatureScheme> common;
  std::copy_if(ours.begin(), ours.end(), std::back_inserter(common), [&](SignatureScheme scheme) {
    return std::find(theirs.begin(), theirs.end(), scheme) != theirs.end();
  });
  return identity.CanSignAny(common, hello.version);
}

// Returns what is wrong with an identity that a hook has chosen; null if nothing.
const char* MistakeOf(const Identity* identity, const Backend& backend) {
  if (identity == nullptr) {
    return "the hook that chooses an identity answered with none; fail the reply instead";
  }
  if (&identity->backend() != &backend) {
    return "the hook chose an identity that was loaded for another backend";
  }
  if (identity->is_external() && engine::Job::current() == nullptr) {
    return "the hook chose an identity whose key lives elsewhere, and the session has no Runtime "
           "to wait for it with";
  }
  return nullptr;
}

}  // namespace

const HelloAnswer* HandshakePolicy::AnswerHello(const ClientHello& hello) {
  if (refusal_.has_value()) return nullptr;
  if (answer_.has_value()) return &*answer_;
  IdentityPointer identity = Choose(hello);
  if (identity == nullptr) return nullptr;
  std::optional<std::string> alpn = SelectAlpn(hello);
  if (!alpn.has_value()) return nullptr;
  answer_ = HelloAnswer{std::move(identity), std::move(*alpn), SelectSrtp(hello)};
  return &*answer_;
}

const HelloAnswer* HandshakePolicy::AnswerHello(std::span<const std::byte> message,
                                                std::string& server_name) {
  if (refusal_.has_value()) return nullptr;
  HelloRules rules = {settings_.version_min,
                      settings_.version_max,
                      settings_.cipher_suites,
                      settings_.groups,
                      first_hello_.has_value() ? &*first_hello_ : nullptr,
                      settings_.datagrams.has_value()};
  if (!settings_.raw_rules.empty()) {  // What they make of these only the library knows.
    rules.cipher_suites = {};
    rules.groups = {};
  }
  ClientHello hello;
  if (const auto refusal = ReadClientHello(message, rules, hello)) {
    Refuse(refusal->alert, MakeFault(refusal->fault));
    return nullptr;
  }
  server_name = hello.server_name;
  if (!first_hello_.has_value()) first_hello_ = hello;
  const HelloAnswer* answer = AnswerHello(hello);
  if (answer == nullptr) return nullptr;
  const Identity& identity = *answer->identity;
  if (!CanRead(hello, identity)) {
    Refuse(Alert::kHandshakeFailure, MakeFault(Fault::kNoSharedSuite));
    return nullptr;
  }
  if (settings_.raw_rules.empty() && !CanSignFor(hello, identity, settings_.signature_schemes)) {
    Refuse(Alert::kHandshakeFailure, MakeFault(Fault::kNoSharedScheme));
    return nullptr;
  }
  return answer;
}

std::optional<Alert> HandshakePolicy::JudgeAnswer(std::span<const std::byte> message,
                                                  std::span<const std::byte> client_hello) {
  const auto refusal =
      CheckServerHello(message, client_hello, answered_, settings_.datagrams.has_value());
  answered_ = true;
  if (!refusal.has_value()) return std::nullopt;
  Refuse(refusal->alert, MakeFault(refusal->fault));
  return refusal_alert_;
}

IdentityPointer HandshakePolicy::Choose(const ClientHello& hello) {
  if (!settings_.choose_identity) return settings_.identity;
  auto asked = Ask<IdentityPointer>("chooses an identity", [&](auto reply) {
    settings_.choose_identity(hello, std::move(reply));
  });
  if (auto* error = std::get_if<Error>(&asked)) {
    Refuse(Alert::kInternalError, std::move(*error));
    return nullptr;
  }
  const auto& outcome = std::get<0>(asked);
  if (const auto* failure = std::get_if<engine::ReplyFailure>(&outcome)) {
    Refuse(Alert::kUnrecognizedName,
           MakeError(ErrorKind::kIncompatible, "no identity for a client that asks for " +
                                                   Quoted(hello.server_name) + ": " +
                                                   failure->reason));
    return nullptr;
  }
  const IdentityPointer& identity = std::get<0>(outcome);
  if (const char* mistake = MistakeOf(identity.get(), backend_)) {
    Refuse(Alert::kInternalError, MakeError(ErrorKind::kMisuse, mistake));
    return nullptr;
  }
  return identity;
}

// The server's order decides, as with ALPN.
std::optional<SrtpProfile> HandshakePolicy::SelectSrtp(const ClientHello& hello) const {
  for (const SrtpProfile profile : settings_.srtp) {
    if (std::find(hello.srtp.begin(), hello.srtp.end(), profile) != hello.srtp.end()) {
      return profile;
    }
  }
  return std::nullopt;
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

std::optional<Alert> HandshakePolicy::JudgePeer(std::span<const Der> sent,
                                                const ChainExaminer& examiner, Version version) {
  const Trust& trust = *settings_.trust;
  PeerJudge judge(settings_, backend_, server_);
  std::optional<Error> defect;
  if (trust.mode() == Trust::Mode::kPins) {
    judge.MatchPins(sent.first(1));
  } else if (trust.mode() != Trust::Mode::kDangerNone) {
    defect = judge.JudgeChain(sent, examiner);
  }
  if (!defect.has_value() && judge.findings().empty() && trust.further_verifier()) {
    defect = judge.AskFurther(sent);
  }
  if (defect.has_value()) {
    Refuse(Alert::kInternalError, std::move(*defect));
    return refusal_alert_;
  }
  const std::optional<Verdict> verdict = judge.findings().Gravest();
  if (!verdict.has_value()) {
    peer_is_trusted_ = true;
    return std::nullopt;
  }
  Error error = Untrusted(server_, *verdict);
  error.native = judge.native();
  refused_chain_.assign(sent.begin(), sent.end());
  Refuse(AlertFor(*verdict, version), std::move(error));
  return refusal_alert_;
}

Alert HandshakePolicy::RefuseMissingCertificate(Version version) {
  Error error = Untrusted(server_, Verdict::kNoCertificate);
  error.what += " and one is required";
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

void HandshakePolicy::RefuseForMemory() noexcept { Refuse(Alert::kInternalError, OutOfMemory()); }

void HandshakePolicy::RefuseForDefect() noexcept {
  Refuse(Alert::kInternalError,
         UnlessOutOfMemory([]() -> Error { return MakeFault(Fault::kDefect); }));
}

void HandshakePolicy::Refuse(Alert alert, Error error) {
  if (refusal_.has_value()) return;
  refusal_ = std::move(error);
  refusal_alert_ = alert;
}

}  // namespace tandem
