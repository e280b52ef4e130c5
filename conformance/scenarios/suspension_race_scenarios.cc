// Answers from other threads, at the same time as everything else. Nothing here can be replayed:
// what must hold holds however the threads run.

#include <poll.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/scenarios/scenario.h"
#include "conformance/scenarios/suspension.h"
#include "tandem/engine/thread_pool.h"

namespace tandem::conformance {
namespace {

using Answer = Question::Answer;

constexpr unsigned kRounds = 12;
constexpr unsigned kRoundsLong = 400;

// What is not there by then never comes.
constexpr int kPatienceMs = 20'000;

unsigned Rounds(const World& w) { return w.effort() == Effort::kLong ? kRoundsLong : kRounds; }

// Two threads that begin at the same time.
template <typename Here1, typename There>
void AtTheSameTime(Here1 here, There there) {
  std::atomic<int> ready = 0;
  const auto meet = [&ready] {
    ++ready;
    while (ready < 2) std::this_thread::yield();
  };
  std::thread other([&] {
    meet();
    there();
  });
  meet();
  here();
  other.join();
}

// Has an answer race with `give_up` at every point.
template <typename GiveUp>
void RacesWithAnAnswer(World& w, GiveUp give_up) {
  w.loop().waiting = Waiting::kCallback;
  for (unsigned round = 0; round < Rounds(w) && !w.failed(); ++round) {
    for (const Point point : kPoints) {
      const Note note(w.checks(), Show(point) + ", round " + std::to_string(round));
      const auto desk = Questions::Make(w);
      const auto question = WaitForPoint(w, desk, desk->Build(), point);
      if (!question) return;
      End& end = EndOf(w, point);
      const auto answer = round % 2 == 0 ? Answer::kGood : Answer::kFailure;
      AtTheSameTime([&] { give_up(end); }, [&] { question->Settle(answer); });
      w.RunUntilQuiet();
      w.Equal(end.callbacks_too_late(), 0U, "callbacks when the session was gone");
      if (w.loop().runtime() == nullptr) continue;
      w.Equal(w.loop().runtime()->counters().jobs_in_flight, std::size_t{0}, "jobs that are left");
    }
  }
}

void DestructionRaces(World& w) {
  RacesWithAnAnswer(w, [](End& end) { end.Abandon(); });
}

void RuntimesEndRaces(World& w) {
  RacesWithAnAnswer(w, [&w](End& end) {
    w.loop().DropRuntime();
    end.Abandon();
  });
}

void CallbackIsSetAndUnsetMeanwhile(World& w) {
  RacesWithAnAnswer(w, [&w](End& end) {
    std::atomic<unsigned> calls = 0;
    end.session().SetAsyncCallback([&calls](std::uintptr_t) { ++calls; });
    end.session().SetAsyncCallback(nullptr);
    const unsigned seen = calls;
    std::this_thread::yield();
    w.Equal(calls.load(), seen, "calls of a callback that was unset");
    static_cast<void>(end.Shutdown());
  });
}

// The session goes on one thread, its Runtime turns on another, and the answer comes on a third.
void DestructionElsewhereRaces(World& w) {
  for (unsigned round = 0; round < Rounds(w) && !w.failed(); ++round) {
    for (const Point point : kPoints) {
      const Note note(w.checks(), Show(point) + ", round " + std::to_string(round));
      const auto desk = Questions::Make(w);
      const auto question = WaitForPoint(w, desk, desk->Build(), point);
      if (!question) return;
      engine::Runtime& runtime = *w.loop().runtime();
      std::thread answers([&] { question->Settle(); });
      AtTheSameTime([&] { runtime.RunReady(); }, [&] { EndOf(w, point).Abandon(); });
      answers.join();
      runtime.RunReady();
      w.Equal(runtime.counters().orphans, std::size_t{0}, "orphans");
      w.Equal(runtime.counters().jobs_in_flight, std::size_t{0}, "jobs that are left");
    }
  }
}

// --- A loop that sleeps --------------------------------------------------------------------------

// Sessions of one loop whose keys are on a pool of threads.
class Crowd {
 public:
  Crowd(World& w, std::size_t size, const ExchangeConfigs& configs) : w_(w) {
    for (std::size_t i = 0; i < size; ++i) {
      w_.Open(configs.client, configs.server);
      all_.push_back(w_.Detach());
    }
  }

  // Calls who would be called, until all are done; sleeps on the Runtime's fd alone. Destroys one
  // in so many of those who wait.
  void Run(unsigned destroys_one_in) {
    while (!w_.failed() && !Done()) {
      bool called = false;
      for (const auto& connection : all_) {
        for (End* end : {&connection->client, &connection->server}) {
          if (!end->Wakes()) continue;
          called = true;
          end->HandshakeTurn();
          if (end->suspended() && MayDestroy(destroys_one_in)) Destroy(*connection);
        }
      }
      if (!called) Sleep();
    }
  }

  std::size_t destroyed() const { return destroyed_; }
  const std::vector<std::unique_ptr<Connection>>& all() const { return all_; }

 private:
  static bool IsOver(const End& end) { return !end.started() || end.handshake_done(); }

  bool Done() const {
    for (const auto& connection : all_) {
      if (!IsOver(connection->client) || !IsOver(connection->server)) return false;
    }
    return true;
  }

  // Who is suspended when depends on threads, so the first is taken whatever the seed says.
  bool MayDestroy(unsigned one_in) {
    return one_in > 0 && (destroyed_ == 0 || w_.random().OneIn(one_in));
  }

  void Destroy(Connection& connection) {
    connection.client.Abandon();
    connection.server.Abandon();
    ++destroyed_;
  }

  void Sleep() {
    pollfd one{w_.loop().runtime()->fd(), POLLIN, 0};
    w_.Equal(::poll(&one, 1, kPatienceMs), 1, "fds that are readable before patience ends");
    w_.loop().runtime()->RunReady();
  }

  World& w_;
  std::vector<std::unique_ptr<Connection>> all_;
  std::size_t destroyed_ = 0;
};

void LoopSleepsOnOneFd(World& w, unsigned destroys_one_in) {
  constexpr std::size_t sessions = 24;
  w.loop().MakeRuntime();
  w.loop().waiting = Waiting::kReadyHandler;
  const auto pool = std::make_shared<engine::ThreadPool>(
      engine::ThreadPool::Options{.threads = 2, .queue_limit = 8, .nice = 0});
  const auto client =
      w.ClientRules().ClientIdentity(w.OnEngine(w.ClientIdentity("client_good"), pool));
  const auto server = w.ServerRules(w.OnEngine(w.ServerIdentity("server_p256"), pool))
                          .ClientCertificates(ClientCertificate::kRequired, World::Roots());
  Crowd crowd(w, sessions, {w.Build(client), w.Build(server)});
  crowd.Run(destroys_one_in);
  // How many are depends on threads: an answer may always come before anybody has to wait.
  w.That(destroys_one_in > 0 || crowd.destroyed() == 0, "some were destroyed");
  w.Equal(w.loop().runtime()->counters().jobs_in_flight, std::size_t{0}, "jobs that are left");
}

constexpr Scenario kScenarios[] = {
    {"AnswerMayRaceWithDestruction", kEach, DestructionRaces},
    {"AnswerMayRaceWithTheEndOfTheRuntime", kEach, RuntimesEndRaces},
    {"AnswerMayRaceWithTheSettingOfACallback", kEach, CallbackIsSetAndUnsetMeanwhile},
    {"AnswerMayRaceWithDestructionOnAnotherThread", kEach, DestructionElsewhereRaces},
    {"LoopThatSleepsOnOneFdLosesNobody", kEach, [](World& w) { LoopSleepsOnOneFd(w, 0); }},
    {"LoopThatDestroysSessionsLosesNoOther", kEach, [](World& w) { LoopSleepsOnOneFd(w, 10); }},
};

}  // namespace

std::span<const Scenario> SuspensionRaceScenarios() { return kScenarios; }

}  // namespace tandem::conformance
