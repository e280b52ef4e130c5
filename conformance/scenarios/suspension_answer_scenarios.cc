// A handshake that waits, at every point at which one can, and every answer that there is.

#include <string>

#include "conformance/scenarios/scenario.h"
#include "conformance/scenarios/suspension.h"

namespace tandem::conformance {
namespace {

// Says whether no more was asked than once at each point, and nothing on a job's stack.
void AskedOnce(World& w, const Questions& desk, std::size_t times) {
  for (const Point point : kPoints) {
    w.Equal(desk.asked(point), times, "questions to " + Show(point));
  }
  w.Equal(desk.asked_in_jobs(), std::size_t{0}, "hooks that ran elsewhere than on their own stack");
}

void WaitsFor(World& w, Point point) {
  const Note note(w.checks(), Show(point));
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  EachWay(w, [&] {
    for (const Manner manner : {Manner::kLater, Manner::kElsewhere}) {
      desk->Set(point, manner);
      if (!ConnectAndTalk(w, configs)) return;
      w.That(EndOf(w, point).waits() > 0, "it waited for nothing");
      w.Equal(PeerOf(w, point).waits(), std::size_t{0}, "calls of the peer that waited");
    }
  });
  AskedOnce(w, *desk, kWaitings.size() * 2);
}

void WaitsForAll(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  EachWay(w, [&] {
    desk->SetAll(Manner::kLater);
    if (!ConnectAndTalk(w, configs)) return;
    w.That(w.client().waits() >= 2 && w.server().waits() >= 3, "it waited too seldom");
  });
  AskedOnce(w, *desk, kWaitings.size());
  w.Equal(w.loop().runtime()->counters().jobs_in_flight, std::size_t{0}, "jobs that are left");
}

void AnswersAtOnceSuspendNothing(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  EachWay(w, [&] {
    if (!ConnectAndTalk(w, configs)) return;
    w.Equal(w.client().waits() + w.server().waits(), std::size_t{0}, "calls that waited");
    w.Equal(w.client().callbacks() + w.server().callbacks(), 0U, "callbacks");
  });
  AskedOnce(w, *desk, kWaitings.size());
}

// --- Answers that are none -----------------------------------------------------------------------

Expected WhyItFails(World& w, Point point, Manner manner) {
  if (IsKey(point)) return {.kind = ErrorKind::kInternal, .sent = Alert::kInternalError};
  if (manner == Manner::kThrows) {
    return {.kind = ErrorKind::kMisuse, .sent = Alert::kInternalError};
  }
  if (point == Point::kChooseIdentity) {
    return {.kind = ErrorKind::kIncompatible, .sent = Alert::kUnrecognizedName};
  }
  const Verdict verdict = manner == Manner::kRefuses ? Verdict::kRevoked : Verdict::kRefused;
  return {
      .kind = ErrorKind::kUntrusted, .verdict = verdict, .sent = AlertFor(verdict, w.version())};
}

void EndsWith(World& w, Manner manner) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  for (const Point point : kPoints) {
    const Note note(w.checks(), Show(point));
    desk->SetAll(Manner::kAtOnce);
    desk->Set(point, manner);
    EachWay(w, [&] {
      w.Open(configs.client, configs.server);
      FailsAt(w, point, WhyItFails(w, point, manner));
      if (w.failed() || manner == Manner::kDrops || manner == Manner::kRefuses) return;
      const Error& error = *EndOf(w, point).error();
      const bool told = (error.what + error.native).find(kFailureText) != std::string::npos;
      w.That(told || (IsKey(point) && manner == Manner::kThrows),
             "the reason is not in the error: " + error.ToString());
    });
  }
}

// --- Wakeups without an answer -------------------------------------------------------------------

// A program may call again whenever it likes, and nothing comes of it.
void CallingAgainChangesNothing(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  for (const Point point : kPoints) {
    const Note note(w.checks(), Show(point));
    const auto question = WaitForPoint(w, desk, configs, point);
    if (!question) return;
    End& end = EndOf(w, point);
    const std::size_t asked = desk->asked(point);
    const std::size_t sent = w.to_client().sent() + w.to_server().sent();
    for (int i = 0; i < 5; ++i) w.Equal(end.Handshake(), Status::kWantAsync, "Handshake()");
    w.Equal(desk->asked(point), asked, "questions");
    w.Equal(w.to_client().sent() + w.to_server().sent(), sent, "bytes sent");
    question->Settle();
    w.Handshake();
    w.Exchange(Pattern(10, 1), Pattern(10, 2));
  }
}

// The ends say nothing meanwhile that depends on the answer, whatever is called.
void PendingVerificationNeverPasses(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  for (const Point point : {Point::kClientVerifier, Point::kServerVerifier}) {
    const Note note(w.checks(), Show(point));
    const auto question = WaitForPoint(w, desk, configs, point);
    if (!question) return;
    w.client().Send(BytesOf("secret of the client"));
    w.server().Send(BytesOf("secret of the server"));
    End& end = EndOf(w, point);
    for (int i = 0; i < 3; ++i) {
      w.Equal(end.Handshake(), Status::kWantAsync, "Handshake()");
      w.Equal(end.ReadSome(100).status, Status::kWantAsync, "Read()");
      w.Equal(end.Write(Pattern(5, 1)).status, Status::kWantAsync, "Write()");
      w.RunUntilQuiet();
    }
    w.That(!end.handshake_done(), "it is done before its peer is proved");
    w.Happened(end, {});
    w.Got(w.client(), {});
    w.Got(w.server(), {});
    question->Settle(Question::Answer::kRefusal);
    FailsAt(w, point, WhyItFails(w, point, Manner::kRefuses));
  }
}

// A flight in many pieces is read in many calls, and asks once.
void AskedOnceWhateverTheWire(World& w) {
  const auto desk = Questions::Make(w);
  const ExchangeConfigs configs = desk->Build();
  desk->SetAll(Manner::kLater);
  EachWay(w, [&] {
    w.Open(configs.client, configs.server);
    for (Link* link : {&w.to_server(), &w.to_client()}) {
      link->knobs.receive_chop = 60;
      link->knobs.capacity = 100;
      link->knobs.stall_one_in = 4;
    }
    w.Handshake();
  });
  AskedOnce(w, *desk, kWaitings.size());
}

// The choice may be of an identity whose key waits too.
void ChosenKeyWaitsToo(World& w) {
  const auto desk = Questions::Make(w);
  const auto configs = desk->Build();
  desk->Set(Point::kChooseIdentity, Manner::kElsewhere);
  desk->Set(Point::kServerKey, Manner::kElsewhere);
  EachWay(w, [&] { ConnectAndTalk(w, configs); });
  w.Equal(desk->asked(Point::kServerKey), kWaitings.size(), "questions to the key");
}

template <Point point>
void WaitsAt(World& w) {
  WaitsFor(w, point);
}

template <Manner manner>
void EndsByIt(World& w) {
  EndsWith(w, manner);
}

constexpr Scenario kScenarios[] = {
    {"HandshakeWaitsForTheChoiceOfIdentity", kEach, WaitsAt<Point::kChooseIdentity>},
    {"HandshakeWaitsForTheServersKey", kEach, WaitsAt<Point::kServerKey>},
    {"HandshakeWaitsForTheClientsVerifier", kEach, WaitsAt<Point::kClientVerifier>},
    {"HandshakeWaitsForTheClientsKey", kEach, WaitsAt<Point::kClientKey>},
    {"HandshakeWaitsForTheServersVerifier", kEach, WaitsAt<Point::kServerVerifier>},
    {"HandshakeWaitsForEveryAnswerAndThenIsDone", kEach, WaitsForAll},
    {"AnswersAtOnceSuspendNothing", kEach, AnswersAtOnceSuspendNothing},
    {"LateFailureEndsTheHandshakeWithItsReason", kEach, EndsByIt<Manner::kFails>},
    {"LateRefusalEndsTheHandshakeWithItsVerdict", kEach, EndsByIt<Manner::kRefuses>},
    {"DroppedAnswerIsAFailure", kEach, EndsByIt<Manner::kDrops>},
    {"HookThatThrowsAndEngineThatRejectsEndTheHandshake", kEach, EndsByIt<Manner::kThrows>},
    {"CallingAgainWithoutAnAnswerChangesNothing", kEach, CallingAgainChangesNothing},
    {"PendingVerificationNeverLetsTheHandshakePass", kEach, PendingVerificationNeverPasses},
    {"QuestionsAreAskedOnceHoweverTheWireTears", kEach, AskedOnceWhateverTheWire},
    {"ChosenIdentityMayHaveAKeyThatWaits", kEach, ChosenKeyWaitsToo},
};

}  // namespace

std::span<const Scenario> SuspensionAnswerScenarios() { return kScenarios; }

}  // namespace tandem::conformance
