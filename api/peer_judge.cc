#include "api/peer_judge.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "api/hook_call.h"
#include "tandem/backend.h"
#include "tandem/engine/reply.h"

namespace tandem {

std::optional<Error> PeerJudge::JudgeChain(std::span<const Der> sent,
                                           const ChainExaminer& examiner) {
  if (sent.size() > Trust::kMaxSent) {
    findings_.Add(Verdict::kTooDeep);
    return std::nullopt;
  }
  std::chrono::sys_seconds now{};
  if (auto error = ReadClock(now)) return error;
  ChainFindings found = examiner.Examine(sent, now);
  findings_.Add(found.verdicts);
  native_ = std::move(found.native);
  JudgeFound(found, sent.front(), now);
  path_ = std::move(found.path);
  return std::nullopt;
}

std::optional<Error> PeerJudge::ReadClock(std::chrono::sys_seconds& now) const {
  auto time = std::chrono::system_clock::now();
  if (settings_.wall_clock) {
    if (auto error = Guarded("tells the date", [&] { time = settings_.wall_clock(); })) {
      return error;
    }
  }
  now = std::chrono::floor<std::chrono::seconds>(time);
  return std::nullopt;
}

void PeerJudge::JudgeFound(const ChainFindings& found, const Der& leaf,
                           std::chrono::sys_seconds now) {
  std::vector<Certificate> path;
  for (const Der& der : found.path) {
    std::optional<Certificate> certificate = Certificate::Parse(der);
    if (!certificate.has_value()) return findings_.Add(Verdict::kMalformed);
    path.push_back(std::move(*certificate));
  }
  if (path.empty()) return findings_.Add(Verdict::kMalformed);
  // Whoever examines: a path that ends nowhere, or begins elsewhere, proves nothing.
  if (!found.complete && findings_.empty()) findings_.Add(Verdict::kUnknownIssuer);
  if (found.path.front() != leaf) findings_.Add(Verdict::kOther);
  findings_.Add(JudgePath(path, found.complete,
                          {of_server(), now, *settings_.trust,
                           [this](const RevocationList& list, const Certificate& issuer) {
                             return backend_.HasSigned(issuer.der, list.der);
                           }}));
  const bool named =
      !of_server() || (server_ != nullptr && server_->MatchedBy(path.front().names()));
  if (!named) findings_.Add(Verdict::kWrongName);
  if (!settings_.trust->pins().empty()) MatchPins(found.path);
}

void PeerJudge::MatchPins(std::span<const Der> certificates) {
  const auto& pins = settings_.trust->pins();
  const bool matched =
      std::any_of(certificates.begin(), certificates.end(), [&](const Der& certificate) {
        return std::any_of(pins.begin(), pins.end(),
                           [&](const Pin& pin) { return Matches(pin, certificate); });
      });
  if (!matched) findings_.Add(Verdict::kNotPinned);
}

bool PeerJudge::Matches(const Pin& pin, const Der& certificate) const {
  std::span<const std::byte> content = certificate;
  std::optional<Certificate> parsed;
  if (pin.of == Pin::Of::kPublicKey) {
    parsed = Certificate::Parse(certificate);
    if (!parsed.has_value()) return false;
    content = parsed->public_key;
  }
  return std::ranges::equal(backend_.Digest(Hash::kSha256, content), pin.sha256);
}

std::optional<Error> PeerJudge::AskFurther(std::span<const Der> sent) {
  constexpr char does[] = "further verifies a peer";
  PeerCertificates peer;
  if (server_ != nullptr) peer.name = server_->text();
  peer.sent.assign(sent.begin(), sent.end());
  peer.path = path_;
  const VerifyPeer& hook = settings_.trust->further_verifier();
  auto asked = Ask<PeerOpinion>(does, [&](auto reply) { hook(peer, std::move(reply)); });
  if (auto* error = std::get_if<Error>(&asked)) return std::move(*error);
  const auto& outcome = std::get<0>(asked);
  if (const auto* failure = std::get_if<engine::ReplyFailure>(&outcome)) {
    findings_.Add(Verdict::kRefused);
    native_ = failure->reason;
  } else if (const auto& opinion = std::get<0>(outcome); opinion.refused.has_value()) {
    findings_.Add(*opinion.refused);
  }
  return std::nullopt;
}

}  // namespace tandem
