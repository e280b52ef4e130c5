// What the calls on a session say while one of them is suspended, and how it ends early.

#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "conformance/scenarios/scenario.h"
#include "conformance/scenarios/suspension.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;

// Runs `play` where the handshake waits at each point; the question is open.
template <typename Play>
void AtEachPoint(World& w, const std::shared_ptr<Questions>& desk, const ExchangeConfigs& configs,
                 Play play) {
  for (const Point point : kPoints) {
    const Note note(w.checks(), "waits for " + Show(point));
    auto question = WaitForPoint(w, desk, configs, point);
    if (!question) return;
    play(point, std::move(*question));
    if (w.failed()) return;
  }
}

template <typename Play>
void AtEachPoint(World& w, Play play) {
  const auto desk = Questions::Make(w);
  AtEachPoint(w, desk, desk->Build(), play);
}

// Whatever is called: it waits for the same answer, and has no other effect.
void CallsSayWantAsync(World& w) {
  AtEachPoint(w, [&w](Point point, const Question& question) {
    End& end = EndOf(w, point);
    const std::size_t sent = w.to_client().sent() + w.to_server().sent();
    w.Equal(end.ReadSome(10).status, Status::kWantAsync, "Read()");
    w.Equal(end.Write(Pattern(10, 1)).status, Status::kWantAsync, "Write()");
    w.Equal(end.Handshake(), Status::kWantAsync, "Handshake()");
    w.Equal(end.Rekey(true), Status::kRefused, "Rekey()");
    w.Equal(end.HandleEvents(), Status::kOk, "HandleEvents() before any timer is due");
    w.Equal(end.Flush(), Status::kOk, "Flush()");
    w.Equal(end.session().pending(), std::size_t{0}, "pending()");
    const auto exported = end.session().Export("label", std::nullopt, 8);
    w.That(!exported.ok() && exported.error().kind == ErrorKind::kMisuse, "Export()");
    w.Happened(end, {});
    w.Equal(w.to_client().sent() + w.to_server().sent(), sent, "bytes sent");
    question.Settle();
    if (w.Handshake()) w.Exchange(Pattern(10, 1), Pattern(10, 2));
  });
}

// Read() and Write() bring a handshake that waits to its end as Handshake() does.
void ReadAndWriteGoOn(World& w) {
  AtEachPoint(w, [&w](Point point, const Question& question) {
    question.Settle();
    End& end = EndOf(w, point);
    static_cast<void>(end.ReadSome(100));
    w.That(!end.suspended(), "Read() did not go on; " + end.Describe());
    if (w.Handshake()) w.Exchange(Pattern(10, 1), Pattern(10, 2));
  });
}

void ShutdownAbandons(World& w) {
  AtEachPoint(w, [&w](Point point, const Question& question) {
    End& end = EndOf(w, point);
    const std::size_t sent = w.to_client().sent() + w.to_server().sent();
    w.Equal(end.Shutdown(), Status::kOk, "Shutdown()");
    w.Fails(end, {ErrorKind::kMisuse});
    w.Equal(end.session().interest(), Interest{}, "interest() of an abandoned session");
    question.Settle();
    w.RunUntilQuiet();
    w.Equal(w.to_client().sent() + w.to_server().sent(), sent, "bytes sent");
    w.Equal(end.Handshake(), Status::kError, "Handshake() afterwards");
    w.Equal(w.loop().runtime()->counters().jobs_in_flight, std::size_t{0}, "jobs that are left");
  });
}

void DeadlineEndsIt(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = {w.Build(desk->ClientRules().HandshakeTimeout(5s)),
                                   w.Build(desk->ServerRules().HandshakeTimeout(5s))};
  for (const bool by_timer : {true, false}) {
    AtEachPoint(w, desk, configs, [&](Point point, const Question& question) {
      End& end = EndOf(w, point);
      w.That(end.session().event_timeout() == w.now() + 5s, "event_timeout()");
      w.Advance(4999ms);
      w.Equal(end.Handshake(), Status::kWantAsync, "Handshake() before the deadline");
      w.Advance(1ms);
      const std::size_t sent = w.to_client().sent() + w.to_server().sent();
      w.Equal(by_timer ? end.HandleEvents() : end.Handshake(), Status::kError, "at the deadline");
      w.Fails(end, {ErrorKind::kTimedOut});
      w.That(!end.session().event_timeout().has_value(), "the timer still runs");
      question.Settle();
      w.RunUntilQuiet();
      w.Equal(w.to_client().sent() + w.to_server().sent(), sent, "bytes sent");
      w.Equal(w.loop().runtime()->counters().jobs_in_flight, std::size_t{0}, "jobs that are left");
    });
  }
}

// Where the peer goes on speaking without being answered: some of that may be held unread.
bool PeerSpeaksOn(Point point) {
  return point == Point::kClientVerifier || point == Point::kServerVerifier;
}

// Who goes while he is waited for is noticed at once, and nobody is asked more for him. But who has
// said all that he has to say may go: that is read first, when the answer has come.
void PeerThatGoesIsNoticed(World& w, bool reset) {
  AtEachPoint(w, [&w, reset](Point point, const Question& question) {
    End& end = EndOf(w, point);
    Link& in = IsOfClient(point) ? w.to_client() : w.to_server();
    if (reset) {
      in.FailReceive(ECONNRESET);
    } else {
      in.End();
    }
    w.RunUntilQuiet();
    if (!PeerSpeaksOn(point)) w.That(end.error() != nullptr, "it waits on; " + end.Describe());
    question.Settle();
    w.RunUntilQuiet();
    w.Fails(end, {.kind = reset ? ErrorKind::kTransport : ErrorKind::kTruncated,
                  .system_error = reset ? ECONNRESET : 0});
    w.Equal(w.loop().runtime()->counters().jobs_in_flight, std::size_t{0}, "jobs that are left");
  });
}

// The end of its handshake, a request, close_notify and the end of the stream, all in one go.
void OneShotClientIsServed(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  EachWay(w, [&] {
    desk->SetAll(Manner::kAtOnce);
    desk->Set(Point::kServerVerifier, Manner::kOpen);
    w.Open(configs.client, configs.server);
    w.client().Send(Pattern(500, 1));
    w.client().CloseAfterSending();
    w.RunUntilQuiet();
    w.to_server().End();
    w.RunUntilQuiet();
    if (!w.Equal(desk->open(), std::size_t{1}, "open questions")) return;
    if (!IsSuspended(w, w.server())) return;
    w.That(w.client().shut_down(), "the client waits for something");
    desk->Next().Settle();
    w.server().Send(Pattern(700, 2));
    w.RunUntilQuiet();
    w.Lives(w.server());
    w.Got(w.server(), Pattern(500, 1));
    w.That(w.server().saw_close(), "the server saw no close");
    w.Got(w.client(), Pattern(700, 2));
  });
}

void MakeRuntimeForOne(World& w) {
  engine::Runtime::Options options;
  options.max_jobs = 1;
  w.loop().MakeRuntime(options);
}

// Records belong to no job: they move while all the jobs that there may be are taken.
void RecordsNeedNoJob(World& w) {
  MakeRuntimeForOne(w);
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  if (!ConnectAndTalk(w, configs)) return;
  const auto established = w.Detach();
  const auto question = WaitForPoint(w, desk, configs, Point::kServerKey);
  if (!question) return;
  w.Equal(w.loop().runtime()->counters().jobs_in_flight, std::size_t{1}, "jobs in flight");
  const auto waiting = w.Detach();
  End& one = established->client;
  End& other = established->server;
  w.Equal(one.Write(Pattern(100, 7)).status, Status::kOk, "Write()");
  w.Equal(other.ReadSome(200).status, Status::kOk, "Read()");
  if (w.tls13()) w.Equal(other.Rekey(true), Status::kOk, "Rekey()");
  w.Equal(other.Write(Pattern(100, 8)).status, Status::kOk, "Write() back");
  w.Equal(one.ReadAll(), Status::kWantRead, "Read() of all");
  w.Equal(one.Shutdown(), Status::kOk, "Shutdown()");
  w.Equal(other.ReadAll(), Status::kClosed, "Read() to the end");
  IsSuspended(w, waiting->server);
}

// A limit of jobs is a reason to wait, not to fail, and who waits for room is woken.
void WhoFindsNoJobWaitsForOne(World& w) {
  MakeRuntimeForOne(w);
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  EachWay(w, [&] {
    const auto question = WaitForPoint(w, desk, configs, Point::kServerKey);
    if (!question) return;
    const auto first = w.Detach();
    desk->SetAll(Manner::kLater);
    w.Open(configs.client, configs.server);
    w.RunUntilQuiet();
    w.That(!w.client().handshake_done(), "it needs no job");
    w.That(w.client().suspended() || w.server().suspended(), "nobody waits for room");
    w.That(w.loop().runtime()->counters().no_jobs > 0, "nobody was counted");
    question->Settle();
    static_cast<void>(first->server.Handshake());
    w.That(!first->server.suspended(), "the first one waits still");
    first->client.Abandon();
    first->server.Abandon();
    if (w.Handshake()) w.Exchange(Pattern(10, 1), Pattern(10, 2));
  });
}

// What a library keeps for each thread is kept for each job: sessions that take turns do not see
// what the others left.
void InterleavedSessionsAreIndependent(World& w) {
  constexpr std::size_t sessions = 8;
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  const ExchangeConfigs stranger = {w.Build(w.ClientRules(World::Roots("root_b"))),
                                    w.Build(w.ServerRules())};
  std::vector<std::unique_ptr<Connection>> all;
  desk->SetAll(Manner::kOpen);
  for (std::size_t i = 0; i < sessions; ++i) {
    w.Open(configs.client, configs.server);
    all.push_back(w.Detach());
  }
  for (int step = 0; step < 40; ++step) {
    for (const auto& connection : all) {
      for (End* end : {&connection->client, &connection->server}) {
        if (!end->handshake_done()) static_cast<void>(end->Handshake());
        w.Lives(*end);
      }
      // Leaves errors lying about on this thread.
      w.Open(stranger.client, stranger.server);
      w.RunUntilQuiet();
    }
    while (desk->open() > 0) desk->Next().Settle();
    if (w.failed()) return;
  }
  for (const auto& connection : all) {
    w.That(connection->client.handshake_done() && connection->server.handshake_done(),
           "not done; " + connection->client.Describe() + connection->server.Describe());
  }
}

constexpr Scenario kScenarios[] = {
    {"CallsWhileSuspendedSayWantAsync", kEach, CallsSayWantAsync},
    {"ReadGoesOnWithAHandshakeThatHasWaited", kEach, ReadAndWriteGoOn},
    {"ShutdownWhileSuspendedAbandons", kEach, ShutdownAbandons},
    {"DeadlineEndsAHandshakeThatWaits", kEach, DeadlineEndsIt},
    {"PeerThatHangsUpIsNoticedWhileSuspended", kEach,
     [](World& w) { PeerThatGoesIsNoticed(w, false); }},
    {"ResetIsNoticedWhileSuspended", kEach, [](World& w) { PeerThatGoesIsNoticed(w, true); }},
    {"OneShotClientIsServedThoughTheVerifierAnswersLate", kTls13, OneShotClientIsServed},
    {"RecordsNeedNoJob", kEach, RecordsNeedNoJob},
    {"WhoFindsNoJobWaitsForOne", kEach, WhoFindsNoJobWaitsForOne},
    {"SuspendedSessionsDoNotSeeEachOthersErrors", kEach, InterleavedSessionsAreIndependent},
};

}  // namespace

std::span<const Scenario> SuspensionCallScenarios() { return kScenarios; }

}  // namespace tandem::conformance
