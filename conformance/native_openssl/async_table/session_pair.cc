#include "conformance/native_openssl/async_table/session_pair.h"

#include <chrono>
#include <utility>
#include <variant>

#include "conformance/pki/pki.h"
#include "tandem/engine/thread_pool.h"

namespace tandem::conformance {
namespace {

// When the certificates of make_pki are good.
constexpr std::chrono::sys_days kToday{std::chrono::year{2030} / 6 / 15};

template <typename T>
T Must(Result<T> result) {
  return std::move(result).value();
}

}  // namespace

engine::Submission HeldEngine::Submit(
    const std::shared_ptr<engine::Operation>& operation) noexcept {
  if (busy > 0) {
    --busy;
    return engine::Submission::kAgain;
  }
  on_submit();
  held_.push_back(operation);
  return engine::Submission::kPending;
}

void HeldEngine::Continue(const std::shared_ptr<engine::Operation>& /*operation*/) noexcept {
  on_continue();
}

void HeldEngine::Answer() {
  for (const auto& operation : std::exchange(held_, {})) {
    const auto& key = dynamic_cast<const engine::BlockingKey&>(operation->key());
    engine::KeyOutcome outcome = key.Perform(operation->request());
    if (auto* output = std::get_if<std::vector<std::byte>>(&outcome)) {
      operation->Complete(std::move(*output));
    } else {
      operation->Fail("the key has failed");
    }
  }
}

void HeldEngine::Fail() {
  for (const auto& operation : std::exchange(held_, {})) operation->Fail("the row wants it so");
}

SessionPair::SessionPair(const Backend& backend, engine::Runtime& runtime, const Open& open) {
  identity_ = Must(Identity::FromPem(backend, PkiText("server_p256"), PkiText("server_p256.key")));
  if (open.key) identity_ = Must(Identity::OnEngine(identity_, engine_));
  server_.emplace(Must(Session::Server(ServerRules(backend, open), server_end_, &runtime)));
  client_.emplace(Must(Session::Client(
      ClientRules(backend, open), Must(ServerName::Parse("server.test")), client_end_, &runtime)));
}

std::shared_ptr<const Config> SessionPair::ServerRules(const Backend& backend, const Open& open) {
  using Reply = engine::Reply<std::shared_ptr<const Identity>>;
  auto rules = open.identity ? Config::ForServer(backend,
                                                 [this](const ClientHello& /*hello*/, Reply reply) {
                                                   identity_reply_ = std::move(reply);
                                                 })
                             : Config::ForServer(backend, identity_);
  return Must(rules.Versions(Version::kTls13, Version::kTls13).Build());
}

std::shared_ptr<const Config> SessionPair::ClientRules(const Backend& backend, const Open& open) {
  Trust trust = Must(Trust::FromPem(PkiText("root_a")));
  if (open.opinion) {
    trust.FurtherVerifier(
        [this](const PeerCertificates& /*peer*/, engine::Reply<PeerOpinion> reply) {
          opinion_reply_ = std::move(reply);
        });
  }
  return Must(Config::ForClient(backend, std::move(trust))
                  .Versions(Version::kTls13, Version::kTls13)
                  .ReplaceWallClock([] { return kToday; })
                  .Build());
}

Status SessionPair::ServerStep() {
  static_cast<void>(client().Handshake());
  return server().Handshake();
}

bool SessionPair::Finish() {
  // More flights than any handshake has.
  constexpr int kSteps = 20;
  for (int i = 0; i < kSteps; ++i) {
    const Status client_says = client().Handshake();
    if (server().Handshake() == Status::kOk && client_says == Status::kOk) return true;
  }
  return false;
}

void SessionPair::AnswerIdentity() { std::exchange(identity_reply_, {})->Answer(identity_); }

void SessionPair::AnswerOpinion() { std::exchange(opinion_reply_, {})->Answer(PeerOpinion{}); }

}  // namespace tandem::conformance
