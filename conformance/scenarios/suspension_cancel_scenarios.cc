// A suspended handshake that nobody wants any more: at every point, for every reason, and what
// becomes of the answer that comes all the same.

#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/scenarios/scenario.h"
#include "conformance/scenarios/suspension.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;
using Answer = Question::Answer;

std::size_t AskedInAll(const Questions& desk) {
  std::size_t asked = 0;
  for (const Point point : kPoints) asked += desk.asked(point);
  return asked;
}

std::size_t SentInAll(World& w) { return w.to_server().sent() + w.to_client().sent(); }

// The one that waits, and all that was so when it was given up.
struct GivenUp {
  End& end;
  Point point;
  std::size_t asked;
  std::size_t sent;
  std::size_t cancelled;
};

// What is answered too late finds nobody, on whichever thread.
void NothingFollows(World& w, const Questions& desk, const Question& question,
                    const GivenUp& given_up, Answer answer) {
  const unsigned callbacks = given_up.end.callbacks();
  w.Equal(desk.cancelled() - given_up.cancelled, std::size_t{IsKey(given_up.point) ? 1U : 0U},
          "operations that were cancelled");
  std::thread([&] { question.Settle(answer); }).join();
  w.RunUntilQuiet();
  w.Equal(AskedInAll(desk), given_up.asked, "questions");
  w.Equal(SentInAll(w), given_up.sent, "bytes sent");
  w.Equal(given_up.end.callbacks(), callbacks, "callbacks");
  w.Equal(given_up.end.callbacks_too_late(), 0U, "callbacks when the session was gone");
  w.That(!given_up.end.suspended(), "it waits still");
  if (w.loop().runtime() == nullptr) return;
  w.Equal(w.loop().runtime()->counters().jobs_in_flight, std::size_t{0}, "jobs that are left");
}

bool Anywhere(Point) { return true; }

// Where nothing of what the peer has said can be held unread, so that its end is the end.
bool WherePeerHasToWait(Point point) {
  return point != Point::kClientVerifier && point != Point::kServerVerifier;
}

// Gives a handshake up by `give_up` at its first question, at its second, ... until it has no more,
// where `applies`.
void GiveUpAnywhere(World& w, const std::function<void(End&)>& give_up,
                    bool (*applies)(Point) = Anywhere) {
  EachWay(w, [&] {
    for (const Answer answer : {Answer::kGood, Answer::kFailure}) {
      const auto desk = Questions::Make(w);
      const ExchangeConfigs configs = desk->Build();
      for (std::size_t nth = 0;; ++nth) {
        const Note note(w.checks(), "question " + std::to_string(nth));
        if (w.loop().runtime() == nullptr) w.loop().MakeRuntime();
        const auto question = WaitForQuestion(w, desk, configs, nth);
        if (w.failed()) return;
        if (!question) {
          w.Equal(nth, kPoints.size(), "questions in a handshake");
          break;
        }
        if (!applies(question->point())) continue;
        End& end = EndOf(w, question->point());
        if (!w.That(end.suspended(), "nobody waits; " + end.Describe())) return;
        const GivenUp given_up{end, question->point(), AskedInAll(*desk), SentInAll(w),
                               desk->cancelled()};
        give_up(end);
        NothingFollows(w, *desk, *question, given_up, answer);
      }
    }
  });
}

void DestroyedAnywhere(World& w) {
  GiveUpAnywhere(w, [](End& end) { end.Abandon(); });
}

void ShutDownAnywhere(World& w) {
  GiveUpAnywhere(w, [&w](End& end) {
    w.Equal(end.Shutdown(), Status::kOk, "Shutdown()");
    w.Fails(end, {ErrorKind::kMisuse});
  });
}

void TimedOutAnywhere(World& w) {
  GiveUpAnywhere(w, [&w](End& end) {
    w.Advance(24h);
    w.Equal(end.HandleEvents(), Status::kError, "HandleEvents() at the deadline");
    w.Fails(end, {ErrorKind::kTimedOut});
  });
}

void LeftByItsPeerAnywhere(World& w) {
  const auto leave = [&w](End& end) {
    End& peer = &end == &w.client() ? w.server() : w.client();
    peer.Abandon();
    Link& in = &end == &w.client() ? w.to_client() : w.to_server();
    in.FailReceive(ECONNRESET);
    w.RunUntilQuiet();
    w.Fails(end, {.kind = ErrorKind::kTransport, .system_error = ECONNRESET});
  };
  GiveUpAnywhere(w, leave, WherePeerHasToWait);
}

void RuntimeEndsAnywhere(World& w) {
  GiveUpAnywhere(w, [&w](End& end) {
    w.loop().DropRuntime();
    w.Equal(end.Handshake(), Status::kError, "Handshake() afterwards");
    w.Fails(end, {ErrorKind::kMisuse});
  });
}

// The ends that are not suspended learn of it at their next call, if they need it still.
void RuntimeEndsBeforeTheHandshakeDoes(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  w.Open(configs.client, configs.server);
  w.Equal(w.client().Handshake(), Status::kWantRead, "the client's Handshake()");
  w.loop().DropRuntime();
  for (End* end : {&w.client(), &w.server()}) {
    w.Equal(end->Handshake(), Status::kError, end->name() + "'s Handshake() afterwards");
    w.Fails(*end, {ErrorKind::kMisuse});
  }
  w.loop().MakeRuntime();
  if (!ConnectAndTalk(w, configs)) return;
  w.loop().DropRuntime();
  w.Equal(w.client().Write(Pattern(10, 3)).status, Status::kOk, "Write() of an established one");
  w.Equal(w.server().ReadSome(20).status, Status::kOk, "Read() of an established one");
}

void DestroyedWithTheRuntimeAnywhere(World& w) {
  GiveUpAnywhere(w, [&w](End& end) {
    w.loop().DropRuntime();
    end.Abandon();
  });
}

// On another thread nothing can be brought to its end: the Runtime does that, later, when even the
// transport is gone.
void DestroyedElsewhereAnywhere(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  engine::Runtime& runtime = *w.loop().runtime();
  for (std::size_t nth = 0; nth < kPoints.size() && !w.failed(); ++nth) {
    const Note note(w.checks(), "question " + std::to_string(nth));
    const auto question = WaitForQuestion(w, desk, configs, nth);
    if (!w.That(question.has_value(), "there is no such question")) return;
    End& end = EndOf(w, question->point());
    const std::size_t asked = AskedInAll(*desk);
    std::thread([&] { end.Abandon(); }).join();
    w.Equal(runtime.counters().orphans, std::size_t{1}, "orphans");
    w.Detach().reset();
    std::thread([&] { question->Settle(); }).join();
    runtime.RunReady();
    w.Equal(runtime.counters().orphans, std::size_t{0}, "orphans after a turn");
    w.Equal(runtime.counters().jobs_in_flight, std::size_t{0}, "jobs that are left");
    w.Equal(AskedInAll(*desk), asked, "questions");
  }
}

// A suspended session belongs to its thread; elsewhere it is refused, and not harmed.
void RefusedElsewhere(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  for (const Point point : kPoints) {
    const Note note(w.checks(), Show(point));
    const auto question = WaitForPoint(w, desk, configs, point);
    if (!question) return;
    End& end = EndOf(w, point);
    std::thread([&] {
      w.Equal(end.Handshake(), Status::kRefused, "Handshake() elsewhere");
      const Error* refusal = end.session().refusal();
      w.That(refusal != nullptr && refusal->kind == ErrorKind::kMisuse, "the refusal");
      w.Equal(end.ReadSome(10).status, Status::kRefused, "Read() elsewhere");
      w.Equal(end.Shutdown(), Status::kRefused, "Shutdown() elsewhere");
    }).join();
    question->Settle();
    if (w.Handshake()) w.Exchange(Pattern(10, 1), Pattern(10, 2));
  }
}

// Some of them are answered by then, and some are destroyed afterwards.
void RuntimeEndsWithManySuspended(World& w) {
  constexpr std::size_t sessions = 20;
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  std::vector<std::unique_ptr<Connection>> all;
  std::vector<Question> questions;
  for (std::size_t i = 0; i < sessions; ++i) {
    auto question = WaitForPoint(w, desk, configs, kPoints[i % kPoints.size()]);
    if (!question) return;
    questions.push_back(std::move(*question));
    all.push_back(w.Detach());
  }
  w.Equal(w.loop().runtime()->counters().jobs_in_flight, sessions, "jobs in flight");
  for (std::size_t i = 0; i < sessions; i += 4) questions[i].Settle();
  w.loop().DropRuntime();
  for (std::size_t i = 0; i < sessions; ++i) {
    End& end = IsOfClient(questions[i].point()) ? all[i]->client : all[i]->server;
    w.Fails(end, {ErrorKind::kMisuse});
    if (i % 2 == 0) end.Abandon();
  }
  for (const Question& question : questions) question.Settle();
}

constexpr Scenario kScenarios[] = {
    {"SuspendedSessionMayBeDestroyedAnywhere", kEach, DestroyedAnywhere},
    {"SuspendedSessionMayBeShutDownAnywhere", kEach, ShutDownAnywhere},
    {"SuspendedSessionMayTimeOutAnywhere", kEach, TimedOutAnywhere},
    {"SuspendedSessionMayLoseItsPeerAnywhere", kEach, LeftByItsPeerAnywhere},
    {"RuntimeMayEndWhileASessionIsSuspendedAnywhere", kEach, RuntimeEndsAnywhere},
    {"RuntimeMayEndBeforeTheHandshakeDoes", kEach, RuntimeEndsBeforeTheHandshakeDoes},
    {"SessionMayOutliveItsRuntime", kEach, DestroyedWithTheRuntimeAnywhere},
    {"RuntimeMayEndWithManySuspended", kEach, RuntimeEndsWithManySuspended},
    {"SuspendedSessionMayBeDestroyedOnAnotherThread", kEach, DestroyedElsewhereAnywhere},
    {"SuspendedSessionIsRefusedOnAnotherThread", kEach, RefusedElsewhere},
};

}  // namespace

std::span<const Scenario> SuspensionCancelScenarios() { return kScenarios; }

}  // namespace tandem::conformance
