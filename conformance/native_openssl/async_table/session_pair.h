// Two sessions and the wire between them, with a key and an opinion that answer when a row says so.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_SESSION_PAIR_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_SESSION_PAIR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "conformance/world/link.h"
#include "tandem/engine/key_engine.h"
#include "tandem/engine/runtime.h"
#include "tandem/session.h"

namespace tandem::conformance {

/// Keeps what it is asked until it is told to answer. Its keys are BlockingKeys.
class HeldEngine final : public engine::KeyEngine {
 public:
  engine::Submission Submit(const std::shared_ptr<engine::Operation>& operation) noexcept override;
  void Continue(const std::shared_ptr<engine::Operation>& operation) noexcept override;

  /// Answers all that it holds, as the key does; on the caller's thread.
  void Answer();

  /// Fails all that it holds.
  void Fail();

  std::size_t held() const { return held_.size(); }

  /// Says whether nobody waits any more for the last that it was asked.
  bool abandoned() const { return held_.back()->abandoned(); }

  /// Says that it is busy so many times first.
  unsigned busy = 0;

  /// Run where a question comes, and where its call goes on without an answer: in the job.
  std::function<void()> on_submit = [] {};
  std::function<void()> on_continue = [] {};

 private:
  std::vector<std::shared_ptr<engine::Operation>> held_;
};

/// What a SessionPair leaves open.
struct Open {
  bool key = false;       ///< The server's key is a HeldEngine's.
  bool identity = false;  ///< The server's choice of who it is.
  bool opinion = false;   ///< The client's on the server.
};

class SessionPair {
 public:
  SessionPair(const Backend& backend, engine::Runtime& runtime, const Open& open);
  SessionPair(const SessionPair&) = delete;
  SessionPair& operator=(const SessionPair&) = delete;

  Session& server() { return *server_; }
  Session& client() { return *client_; }
  HeldEngine& engine() { return *engine_; }

  /// Calls the client and then the server, and returns what the server says.
  Status ServerStep();

  /// Runs the handshake until neither end gets on; says whether both are done.
  bool Finish();

  void EndServer() { server_.reset(); }

  /// Answer what was left open.
  void AnswerIdentity();
  void AnswerOpinion();

 private:
  std::shared_ptr<const Config> ServerRules(const Backend& backend, const Open& open);
  std::shared_ptr<const Config> ClientRules(const Backend& backend, const Open& open);

  Random random_{1};
  Link to_server_{random_};
  Link to_client_{random_};
  WireEnd server_end_{to_client_, to_server_};
  WireEnd client_end_{to_server_, to_client_};
  std::shared_ptr<HeldEngine> engine_ = std::make_shared<HeldEngine>();
  std::shared_ptr<const Identity> identity_;
  std::optional<engine::Reply<std::shared_ptr<const Identity>>> identity_reply_;
  std::optional<engine::Reply<PeerOpinion>> opinion_reply_;
  std::optional<Session> server_;
  std::optional<Session> client_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_SESSION_PAIR_H_
