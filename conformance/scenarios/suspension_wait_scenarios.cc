// The ways to learn that a suspended call is worth calling again: each says so when it is, and only
// then.

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/scenarios/scenario.h"
#include "conformance/scenarios/suspension.h"

namespace tandem::conformance {
namespace {

using engine::AsyncStatus;

// A handshake that waits at one point.
struct Wait {
  std::shared_ptr<Questions> desk;
  ExchangeConfigs configs;
  std::optional<Question> question;
};

Wait WaitAt(World& w, Point point) {
  Wait wait;
  wait.desk = Questions::Make(w);
  wait.configs = wait.desk->Build();
  wait.question = WaitForPoint(w, wait.desk, wait.configs, point);
  return wait;
}

bool Readable(const std::vector<int>& fds) { return AnyReadable(fds); }

bool Readable(int fd) { return AnyReadable(std::span(&fd, 1)); }

void FdsAreReadableExactlyWhenAnswered(World& w) {
  w.loop().waiting = Waiting::kWaitFds;
  for (const Point point : kPoints) {
    const Note note(w.checks(), Show(point));
    const Wait wait = WaitAt(w, point);
    if (!wait.question) return;
    Session& session = EndOf(w, point).session();
    const std::vector<int> fds = session.wait_fds();
    w.Equal(fds.size(), std::size_t{1}, "fds to wait on");
    w.That(!Readable(fds), "readable before the answer");
    w.Equal(EndOf(w, point).Handshake(), Status::kWantAsync, "Handshake() before the answer");
    w.That(session.wait_fds() == fds, "others after a call");
    w.That(!Readable(fds), "readable after a call");
    wait.question->Settle();
    w.That(Readable(fds), "not readable when the answer has come");
    if (!w.Handshake()) return;
    w.That(!Readable(session.wait_fds()), "readable when nothing is suspended");
    w.Equal(PeerOf(w, point).session().wait_fds(), std::vector<int>(),
            "fds of one who never waited");
  }
}

void ChangedFdsTellWhatIsNew(World& w) {
  w.loop().waiting = Waiting::kPolling;
  const Wait wait = WaitAt(w, Point::kServerKey);
  if (!wait.question) return;
  Session& session = w.server().session();
  const engine::ChangedFds first = session.changed_wait_fds();
  w.Equal(first.added, session.wait_fds(), "fds that were added");
  w.Equal(first.deleted, std::vector<int>(), "fds that were deleted");
  static_cast<void>(w.server().Handshake());
  const engine::ChangedFds second = session.changed_wait_fds();
  w.Equal(second.added, std::vector<int>(), "fds that a call without an answer has added");
  w.Equal(second.deleted, std::vector<int>(), "fds that it has deleted");
  wait.question->Settle();
  w.Handshake();
}

void CallbackReplacesFds(World& w) {
  w.loop().waiting = Waiting::kCallback;
  const Wait wait = WaitAt(w, Point::kServerKey);
  if (!wait.question) return;
  w.Equal(w.server().session().wait_fds(), std::vector<int>(), "fds beside a callback");
  w.server().session().SetAsyncCallback(nullptr);
  w.Equal(w.server().session().wait_fds().size(), std::size_t{1}, "fds without it");
}

void CallbackComesOnceForAnAnswer(World& w) {
  w.loop().waiting = Waiting::kCallback;
  for (const Point point : kPoints) {
    const Note note(w.checks(), Show(point));
    const Wait wait = WaitAt(w, point);
    if (!wait.question) return;
    End& end = EndOf(w, point);
    const unsigned before = end.callbacks();
    static_cast<void>(end.Handshake());
    w.Equal(end.callbacks(), before, "callbacks without an answer");
    std::thread([&] { wait.question->Settle(); }).join();
    w.Equal(end.callbacks(), before + 1, "callbacks with one");
    w.Handshake();
    w.Equal(PeerOf(w, point).callbacks(), 0U, "callbacks of the peer");
  }
}

// One thread at a time: it is joined before anybody looks.
struct Calls {
  unsigned count = 0;
  std::uintptr_t argument = 0;
  std::thread::id thread;

  engine::AsyncCallback Callback() {
    return [this](std::uintptr_t with) {
      ++count;
      argument = with;
      thread = std::this_thread::get_id();
    };
  }
};

void CallbackSetLateIsCalled(World& w) {
  w.loop().waiting = Waiting::kPolling;
  const Wait wait = WaitAt(w, Point::kServerKey);
  if (!wait.question) return;
  Calls calls;
  w.server().session().SetAsyncCallback(calls.Callback());
  w.server().session().SetAsyncArgument(42);
  std::thread answers([&] { wait.question->Settle(); });
  const std::thread::id thread = answers.get_id();
  answers.join();
  w.Equal(calls.count, 1U, "calls");
  w.Equal(calls.argument, std::uintptr_t{42}, "the argument");
  w.That(calls.thread == thread, "called on another thread than where the answer came");
  w.Handshake();
}

void CallbackUnsetIsNotCalled(World& w) {
  w.loop().waiting = Waiting::kPolling;
  const Wait wait = WaitAt(w, Point::kServerKey);
  if (!wait.question) return;
  Calls calls;
  w.server().session().SetAsyncCallback(calls.Callback());
  w.server().session().SetAsyncCallback(nullptr);
  wait.question->Settle();
  w.Handshake();
  w.Equal(calls.count, 0U, "calls");
}

void ConfigsCallbackIsCalledUntilReplaced(World& w) {
  w.loop().waiting = Waiting::kPolling;
  const auto desk = Questions::Make(w);
  Calls of_config;
  Calls of_session;
  const ExchangeConfigs configs = {w.Build(desk->ClientRules()),
                                   w.Build(desk->ServerRules().OnAsync(of_config.Callback(), 7))};
  auto question = WaitForPoint(w, desk, configs, Point::kChooseIdentity);
  if (!question) return;
  desk->Set(Point::kServerKey, Manner::kOpen);
  question->Settle();
  w.Equal(of_config.count, 1U, "calls of the Config's");
  w.Equal(of_config.argument, std::uintptr_t{7}, "its argument");
  w.RunUntilQuiet();
  if (!w.Equal(desk->open(), std::size_t{1}, "open questions")) return;
  w.server().session().SetAsyncCallback(of_session.Callback());
  desk->Next().Settle();
  w.Equal(of_config.count, 1U, "calls of the Config's");
  w.Equal(of_session.count, 1U, "calls of the session's");
  w.Handshake();
}

void RuntimesFdIsReadableExactlyWhenAnswered(World& w) {
  w.loop().waiting = Waiting::kReadyHandler;
  for (const Point point : kPoints) {
    const Note note(w.checks(), Show(point));
    const Wait wait = WaitAt(w, point);
    if (!wait.question) return;
    engine::Runtime& runtime = *w.loop().runtime();
    w.That(!Readable(runtime.fd()) && !runtime.has_ready(), "ready before the answer");
    std::thread([&] { wait.question->Settle(); }).join();
    w.That(Readable(runtime.fd()) && runtime.has_ready(), "not ready when it has come");
    w.Equal(runtime.RunReady(), std::size_t{1}, "handlers called");
    w.That(!Readable(runtime.fd()) && !runtime.has_ready(), "ready after RunReady()");
    w.Equal(runtime.RunReady(), std::size_t{0}, "handlers called again");
    w.Handshake();
  }
}

void ReadyHandlerMayGoOnAndMayDestroy(World& w) {
  w.loop().waiting = Waiting::kPolling;
  for (const bool destroys : {false, true}) {
    const Wait wait = WaitAt(w, Point::kServerKey);
    if (!wait.question) return;
    End& server = w.server();
    unsigned calls = 0;
    server.session().OnReady([&] {
      ++calls;
      if (destroys) return server.Abandon();
      static_cast<void>(server.Handshake());
    });
    wait.question->Settle();
    w.Equal(w.loop().runtime()->RunReady(), std::size_t{1}, "handlers called");
    w.Equal(calls, 1U, "calls of the handler");
    if (destroys) continue;
    w.That(!server.suspended(), "it has not gone on");
    w.Handshake();
  }
}

void ReadyHandlerUnsetIsNotCalled(World& w) {
  w.loop().waiting = Waiting::kPolling;
  const Wait wait = WaitAt(w, Point::kServerKey);
  if (!wait.question) return;
  unsigned calls = 0;
  w.server().session().OnReady([&] { ++calls; });
  w.server().session().OnReady(nullptr);
  wait.question->Settle();
  w.loop().runtime()->RunReady();
  w.Equal(calls, 0U, "calls of the handler");
  w.Handshake();
}

// One RunReady() calls so many handlers and no more, and the others are ready still.
void RunReadyKeepsItsBudget(World& w) {
  constexpr std::size_t sessions = 5;
  w.loop().waiting = Waiting::kReadyHandler;
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  std::vector<std::unique_ptr<Connection>> all;
  std::vector<Question> questions;
  for (std::size_t i = 0; i < sessions; ++i) {
    auto question = WaitForPoint(w, desk, configs, Point::kServerKey);
    if (!question) return;
    questions.push_back(std::move(*question));
    all.push_back(w.Detach());
  }
  for (const Question& question : questions) question.Settle();
  engine::Runtime& runtime = *w.loop().runtime();
  w.Equal(runtime.RunReady(2), std::size_t{2}, "handlers of the first turn");
  w.That(runtime.has_ready() && Readable(runtime.fd()), "the others are not ready any more");
  w.Equal(runtime.RunReady(2), std::size_t{2}, "handlers of the second turn");
  w.Equal(runtime.RunReady(2), std::size_t{1}, "handlers of the third turn");
  for (const auto& connection : all) w.That(connection->server.Wakes(), "one was not told");
}

void StatusTellsHowTheEngineStands(World& w) {
  w.loop().waiting = Waiting::kPolling;
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  w.Open(configs.client, configs.server);
  w.Equal(w.server().session().async_status(), AsyncStatus::kUnsupported, "status at first");
  auto question = WaitForPoint(w, desk, configs, Point::kServerKey);
  if (!question) return;
  w.Equal(w.server().session().async_status(), AsyncStatus::kOk, "status while it is pending");
  question->Settle();
  w.Handshake();
}

void BusyEngineIsAskedAgain(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  EachWay(w, [&] {
    desk->Set(Point::kServerKey, Manner::kLater);
    desk->BeBusy(3);
    w.Open(configs.client, configs.server);
    bool was_again = false;
    w.RunUntil(
        [&] {
          was_again = was_again || (w.server().suspended() &&
                                    w.server().session().async_status() == AsyncStatus::kAgain);
          return w.client().handshake_done() && w.server().handshake_done();
        },
        "a busy engine");
    w.That(was_again, "the status was never kAgain");
    w.Exchange(Pattern(10, 1), Pattern(10, 2));
  });
  w.Equal(desk->asked(Point::kServerKey), kWaitings.size(), "operations that were taken");
}

// An engine without threads, driven by the Runtime.
void RuntimeDrivesEngines(World& w) {
  w.loop().waiting = Waiting::kPolling;
  engine::Runtime& runtime = w.loop().MakeRuntime();
  const auto engine = std::make_shared<engine::SimulatedEngine>(w.seed(), engine::Misbehaviour{});
  runtime.Drive(engine);
  const auto identity = w.OnEngine(w.ServerIdentity("server_p256"), engine);
  w.Open(w.ClientRules(), w.ServerRules(identity));
  w.RunUntilQuiet();
  if (!IsSuspended(w, w.server())) return;
  unsigned ready = 0;
  w.server().session().OnReady([&] { ++ready; });
  for (unsigned turn = 0; turn <= engine::Misbehaviour{}.max_delay; ++turn) runtime.RunReady();
  w.Equal(ready, 1U, "calls of the handler");
  w.Handshake();
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
}

constexpr Scenario kScenarios[] = {
    {"WaitFdsAreReadableExactlyWhenAnswered", kEach, FdsAreReadableExactlyWhenAnswered},
    {"ChangedWaitFdsTellWhatIsNew", kEach, ChangedFdsTellWhatIsNew},
    {"AsyncCallbackReplacesWaitFds", kEach, CallbackReplacesFds},
    {"AsyncCallbackComesOnceForAnAnswer", kEach, CallbackComesOnceForAnAnswer},
    {"AsyncCallbackSetLateIsCalled", kEach, CallbackSetLateIsCalled},
    {"AsyncCallbackUnsetIsNotCalled", kEach, CallbackUnsetIsNotCalled},
    {"ConfigsCallbackIsCalledUntilReplaced", kEach, ConfigsCallbackIsCalledUntilReplaced},
    {"RuntimesFdIsReadableExactlyWhenAnswered", kEach, RuntimesFdIsReadableExactlyWhenAnswered},
    {"ReadyHandlerMayGoOnAndMayDestroy", kEach, ReadyHandlerMayGoOnAndMayDestroy},
    {"ReadyHandlerUnsetIsNotCalled", kEach, ReadyHandlerUnsetIsNotCalled},
    {"RunReadyKeepsItsBudgetAndForgetsNobody", kEach, RunReadyKeepsItsBudget},
    {"StatusIsOkWhileTheAnswerIsPending", kEach, StatusTellsHowTheEngineStands},
    {"BusyEngineIsAskedAgainUntilItTakesTheOperation", kEach, BusyEngineIsAskedAgain},
    {"RuntimeDrivesEnginesWithoutThreads", kEach, RuntimeDrivesEngines},
};

}  // namespace

std::span<const Scenario> SuspensionWaitScenarios() { return kScenarios; }

}  // namespace tandem::conformance
