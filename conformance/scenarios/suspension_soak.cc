#include "conformance/scenarios/suspension_soak.h"

#include <array>
#include <chrono>
#include <memory>
#include <utility>

#include "conformance/scenarios/questions.h"
#include "conformance/scenarios/suspension.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;

// Connections that share two engines, and one Runtime if nobody takes it away.
constexpr unsigned kConnectionsOfABatch = 12;

// Turns after which a session may be given up: as many as a handshake takes, and some.
constexpr std::size_t kGiveUpTurns = 25;

constexpr std::array kUsualManners = {Manner::kAtOnce, Manner::kLater, Manner::kLater,
                                      Manner::kElsewhere};
constexpr std::array kBadManners = {Manner::kFails, Manner::kDrops, Manner::kThrows,
                                    Manner::kRefuses};

std::uint8_t Chance(Random& random, std::uint8_t most) {
  return random.OneIn(2) ? std::uint8_t{0} : static_cast<std::uint8_t>(random.Below(most + 1U));
}

engine::Misbehaviour Misbehave(Random& random) {
  return {.early = Chance(random, 120),
          .again = Chance(random, 120),
          .error = Chance(random, 12),
          .reject = Chance(random, 12),
          .duplicate = Chance(random, 120),
          .spurious = Chance(random, 120),
          .never = Chance(random, 8),
          .max_delay = static_cast<unsigned>(1 + random.Below(6))};
}

// What ends a connection before its time.
enum class Fate : std::uint8_t { kNone, kDestroyed, kBothDestroyed, kShutDown, kTimedOut, kRobbed };

Fate FateOf(Random& random) {
  if (!random.OneIn(4)) return Fate::kNone;
  return static_cast<Fate>(1 + random.Below(5));
}

// Some connections by the same two engines.
class Batch {
 public:
  explicit Batch(World& w) : w_(w) {
    w.loop().waiting = kWaitings[w.random().Below(kWaitings.size())];
    w.loop().MakeRuntime();
    desk_ = Questions::Make(w);
    client_engine_ = w.loop().MakeEngine(w.random().Next(), Misbehave(w.random()));
    server_engine_ = w.loop().MakeEngine(w.random().Next(), Misbehave(w.random()));
    const auto client = w.OnEngine(w.ClientIdentity("client_good"), client_engine_);
    const auto server = w.OnEngine(w.ServerIdentity("server_p256"), server_engine_);
    configs_ = {
        w.Build(w.ClientRules(desk_->Verifying(Point::kClientVerifier)).ClientIdentity(client)),
        w.Build(w.ServerRules(desk_->Choosing(server))
                    .ClientCertificates(ClientCertificate::kRequired,
                                        desk_->Verifying(Point::kServerVerifier)))};
  }

  void PlayOne();

  // Counts what the engines did, when all connections are gone.
  SoakCounts Finish();

 private:
  bool SetManners();
  void MeetFate(Fate fate);
  void JudgeEnd(End& end);
  void Judge(bool meddled);
  std::size_t Troubles() const;

  World& w_;
  std::shared_ptr<Questions> desk_;
  std::shared_ptr<engine::SimulatedEngine> client_engine_;
  std::shared_ptr<engine::SimulatedEngine> server_engine_;
  ExchangeConfigs configs_;
  SoakCounts counts_;
};

// Says whether some hook will not answer well.
bool Batch::SetManners() {
  bool bad = false;
  for (const Point point : kPoints) {
    const bool this_one = w_.random().OneIn(30);
    bad = bad || (this_one && !IsKey(point));
    desk_->Set(point, this_one ? kBadManners[w_.random().Below(kBadManners.size())]
                               : kUsualManners[w_.random().Below(kUsualManners.size())]);
  }
  return bad;
}

void Batch::MeetFate(Fate fate) {
  End& one = w_.random().OneIn(2) ? w_.client() : w_.server();
  switch (fate) {
    case Fate::kNone: break;
    case Fate::kDestroyed: one.Abandon(); break;
    case Fate::kBothDestroyed:
      w_.client().Abandon();
      w_.server().Abandon();
      break;
    case Fate::kShutDown:
      if (one.error() == nullptr) static_cast<void>(one.Shutdown());
      break;
    case Fate::kTimedOut: w_.Advance(24h); break;
    case Fate::kRobbed: w_.loop().DropRuntime(); break;
  }
}

void Batch::PlayOne() {
  const Note note(w_.checks(), "connection " + std::to_string(counts_.connections));
  if (w_.loop().runtime() == nullptr) w_.loop().MakeRuntime();
  const bool bad_hooks = SetManners();
  const Fate fate = FateOf(w_.random());
  const std::size_t end_at = w_.random().Below(kGiveUpTurns);
  const std::size_t troubles = Troubles();
  w_.Open(configs_.client, configs_.server);
  std::size_t turn = 0;
  bool met = false;
  w_.RunUntilQuiet([&] {
    if (fate == Fate::kNone || turn++ != end_at) return;
    MeetFate(fate);
    met = true;
  });
  counts_.suspensions += w_.client().suspensions() + w_.server().suspensions();
  ++counts_.connections;
  if (met) ++counts_.given_up;
  Judge(met || bad_hooks || Troubles() != troubles);
}

// Returns how many operations have not come to a good end.
std::size_t Batch::Troubles() const {
  std::size_t troubles = 0;
  for (const auto& engine : {client_engine_, server_engine_}) {
    const engine::SimulatedEngine::Counters& seen = engine->counters();
    troubles += seen.forgotten + seen.failed + seen.rejected;
  }
  return troubles;
}

void Batch::Judge(bool meddled) {
  if (!meddled) {
    if (!w_.client().handshake_done() || !w_.server().handshake_done()) ++counts_.lost;
    w_.That(counts_.lost == 0, "nothing went wrong, and it is not done\n  " +
                                   w_.client().Describe() + "\n  " + w_.server().Describe());
    if (!w_.failed() && w_.Exchange(Pattern(20, 1), Pattern(30, 2))) ++counts_.done;
    return;
  }
  ++counts_.failed;
  // Who waits for what was forgotten, or for a peer that is gone, has his deadline.
  w_.Advance(24h);
  JudgeEnd(w_.client());
  JudgeEnd(w_.server());
}

void Batch::JudgeEnd(End& end) {
  w_.Equal(end.callbacks_too_late(), 0U, "callbacks when the session was gone");
  if (!end.started()) return;
  if (end.error() == nullptr) static_cast<void>(end.HandleEvents());
  if (end.error() != nullptr || end.handshake_done()) return;
  ++counts_.lost;
  w_.That(false, "neither done nor over: " + end.Describe());
}

SoakCounts Batch::Finish() {
  if (w_.loop().runtime() != nullptr) {
    w_.client().Abandon();
    w_.server().Abandon();
    w_.Equal(w_.loop().runtime()->counters().jobs_in_flight, std::size_t{0}, "jobs that are left");
  }
  for (const auto& engine : {client_engine_, server_engine_}) {
    const engine::SimulatedEngine::Counters& seen = engine->counters();
    counts_.again += seen.again;
    counts_.late += seen.late;
    counts_.forgotten += seen.forgotten;
    counts_.duplicates_dropped += seen.duplicates_dropped;
    counts_.duplicates_taken += seen.duplicates_taken;
  }
  w_.Equal(counts_.duplicates_taken, std::size_t{0}, "second answers that were taken");
  w_.loop().ForgetEngines();
  return counts_;
}

}  // namespace

SoakCounts& SoakCounts::operator+=(const SoakCounts& more) {
  connections += more.connections;
  suspensions += more.suspensions;
  done += more.done;
  failed += more.failed;
  given_up += more.given_up;
  again += more.again;
  late += more.late;
  forgotten += more.forgotten;
  duplicates_dropped += more.duplicates_dropped;
  duplicates_taken += more.duplicates_taken;
  lost += more.lost;
  return *this;
}

std::string SoakCounts::ToString() const {
  const auto count = [](std::size_t number, const char* what) {
    return std::to_string(number) + " " + what;
  };
  return count(suspensions, "suspensions in ") + count(connections, "connections: ") +
         count(done, "done, ") + count(failed, "failed as they had to, ") +
         count(given_up, "given up; ") + count(again, "busy, ") + count(late, "late, ") +
         count(forgotten, "forgotten, ") + count(duplicates_dropped, "second answers dropped, ") +
         count(duplicates_taken, "taken; ") + count(lost, "sessions lost");
}

SoakCounts Soak(World& world, std::size_t suspensions) {
  SoakCounts counts;
  for (std::uint64_t round = 0; counts.suspensions < suspensions && !world.failed(); ++round) {
    const Note note(world.checks(), "batch " + std::to_string(round));
    world.BeginRound(round);
    Batch batch(world);
    for (unsigned i = 0; i < kConnectionsOfABatch && !world.failed(); ++i) batch.PlayOne();
    counts += batch.Finish();
  }
  return counts;
}

}  // namespace tandem::conformance
