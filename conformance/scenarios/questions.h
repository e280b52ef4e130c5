// Everything in a handshake that may be answered later, asked at one desk.
//
//     handshake                       Questions                       scenario
//     =========                       =========                       ========
//     a hook is run      ---------->  answered, or left open  <-----  Settle(), Next()
//     a key is asked     ---------->  as its Point is told    <-----  Set(point, manner)

#ifndef TANDEM_CONFORMANCE_SCENARIOS_QUESTIONS_H_
#define TANDEM_CONFORMANCE_SCENARIOS_QUESTIONS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "conformance/scenarios/short_exchange.h"
#include "conformance/world/world.h"
#include "tandem/engine/key_engine.h"
#include "tandem/trust.h"

namespace tandem::conformance {

/// Where a handshake may wait, in the order in which it comes there.
enum class Point : std::uint8_t {
  kChooseIdentity,  ///< The server's hook.
  kServerKey,       ///< Signs; or decrypts, where TLS 1.2 exchanges keys so.
  kClientVerifier,  ///< The client's hook.
  kClientKey,       ///< Signs.
  kServerVerifier,  ///< The server's hook, for the client's certificate.
};

inline constexpr std::array kPoints = {Point::kChooseIdentity, Point::kServerKey,
                                       Point::kClientVerifier, Point::kClientKey,
                                       Point::kServerVerifier};

constexpr bool IsKey(Point point) {
  return point == Point::kServerKey || point == Point::kClientKey;
}
constexpr bool IsOfClient(Point point) {
  return point == Point::kClientVerifier || point == Point::kClientKey;
}

/// Returns "the server's key" and so on.
std::string Show(Point point);

/// What happens to a question.
enum class Manner : std::uint8_t {
  kAtOnce,     ///< Answered before the one who was asked returns.
  kLater,      ///< Answered in one of the loop's next turns.
  kElsewhere,  ///< Likewise, on another thread.
  kOpen,       ///< Left open: the scenario says what becomes of it.
  kFails,      ///< Answered later that there is no answer.
  kDrops,      ///< Hooks: the reply is dropped later. Keys: it fails with no reason.
  kThrows,     ///< Hooks: throws. Keys: the engine rejects it.
  kRefuses,    ///< Verifiers: refuse the peer later. Others: as kFails.
};

/// One question that nobody has answered.
class Question {
 public:
  /// What an answer is made of.
  enum class Answer : std::uint8_t {
    kGood,
    kFailure,
    kDropped,
    kRefusal,
    kNothing,  ///< Keys: no bytes, as for a ciphertext that does not decrypt.
    kGarbage,  ///< Keys: bytes that are no signature.
  };

  Question(Point point, std::function<void(Answer)> settle)
      : point_(point), settle_(std::move(settle)) {}

  Point point() const { return point_; }

  /// Answers it, on whichever thread.
  void Settle(Answer answer = Answer::kGood) const { settle_(answer); }

 private:
  Point point_;
  std::function<void(Answer)> settle_;
};

/// What failures say.
inline constexpr std::string_view kFailureText = "the answer is lost";

/// Is asked by both ends of a World's connections. Kept by whoever asks it.
class Questions : public std::enable_shared_from_this<Questions> {
 public:
  /// Makes the desk, and a Runtime for the World if it has none.
  static std::shared_ptr<Questions> Make(World& world);

  /// How the questions of a point are answered from now on; at first all at once.
  void Set(Point point, Manner manner) { manners_[static_cast<std::size_t>(point)] = manner; }
  void SetAll(Manner manner) { manners_.fill(manner); }

  /// The engine says that it is busy, so many times.
  void BeBusy(unsigned times) { busy_ = times; }

  // --- Rules that ask here ----------------------------------------------------------------------

  /// Return the rules of an end for whom everything is asked here, client certificates too.
  World::Rules ClientRules(std::string_view identity = "client_good");
  World::Rules ServerRules(std::string_view identity = "server_p256");

  /// Builds both.
  ExchangeConfigs Build();

  /// Parts of these, for other rules.
  std::shared_ptr<engine::KeyEngine> EngineOf(Point point);
  World::SharedIdentity External(const World::SharedIdentity& identity, Point point);
  Trust Verifying(Point point, Trust trust = World::Roots());
  ChooseIdentity Choosing(World::SharedIdentity identity);

  // --- What was asked ---------------------------------------------------------------------------

  std::size_t asked(Point point) const { return asked_[static_cast<std::size_t>(point)]; }

  /// Returns how many questions were not answered at once.
  std::size_t deferred() const { return deferred_; }

  /// Returns how many open questions the scenario has not taken.
  std::size_t open() const { return open_.size(); }

  /// Takes the oldest of them. There must be one.
  Question Next();

  /// Returns how often an engine was told that nobody waits any more.
  std::size_t cancelled() const { return cancelled_; }

  /// Returns what was asked inside a job, or on another stack than the thread's own.
  std::size_t asked_in_jobs() const { return asked_in_jobs_; }

  /// Returns the last thing that a key was asked for.
  const engine::KeyRequest& last_request() const { return last_request_; }

 private:
  class Engine;

  explicit Questions(World& world) : world_(world) {}

  bool Ask(Point point, std::function<void(Question::Answer)> settle);
  void NoteAsked(Point point);

  World& world_;
  std::array<Manner, kPoints.size()> manners_{};
  std::array<std::size_t, kPoints.size()> asked_{};
  unsigned busy_ = 0;
  std::size_t deferred_ = 0;
  std::deque<Question> open_;
  std::atomic<std::size_t> cancelled_ = 0;
  std::size_t asked_in_jobs_ = 0;
  engine::KeyRequest last_request_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SCENARIOS_QUESTIONS_H_
