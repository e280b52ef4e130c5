// What a session does while something in its handshake has not answered yet, against a backend that
// does as it is told.

#include "tandem/session.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "api/scripted_backend.h"
#include "tandem/engine/perform.h"
#include "tandem/memory_transport.h"

namespace tandem {
namespace {

using namespace std::chrono_literals;

bool IsReadable(int fd) {
  pollfd poll_fd{fd, POLLIN, 0};
  return poll(&poll_fd, 1, 0) == 1;
}

engine::Runtime::Options OneJob() {
  engine::Runtime::Options options;
  options.max_jobs = 1;
  return options;
}

// A client whose handshake asks a further verifier about its server, which answers when told.
struct Fixture {
  explicit Fixture(engine::AsyncCallback callback = nullptr) : backend(script) {
    auto builder = Config::ForClient(
        backend, Trust::DangerNone().FurtherVerifier(
                     [this](const PeerCertificates&, engine::Reply<PeerOpinion> reply) {
                       ++asked;
                       was_in_job = was_in_job || engine::Job::current() != nullptr;
                       if (hook) hook();
                       if (answers_at_once) return reply.Answer({});
                       kept.emplace(std::move(reply));
                     }));
    builder.ReplaceSteadyClock([this] { return now; }).HandshakeTimeout(10s).OnAsync(callback, 7);
    config = *builder.Build();
    script.handshake.push_back([](Wire&) { return Step::Done(); });
  }

  // Starts a session, with `runtime` unless that is null.
  Session& Start(engine::Runtime* with) {
    const auto name = ServerName::Dns("server.test");
    session.emplace(std::move(Session::Client(config, *name, transport, with)).value());
    return *session;
  }
  Session& Start() { return Start(runtime.get()); }

  void Suspend() {
    Start();
    ASSERT_EQ(session->Handshake(), Status::kWantAsync);
    ASSERT_TRUE(kept.has_value());
  }

  std::size_t LibraryCalls() const { return script.calls.size(); }

  std::chrono::steady_clock::time_point now{1h};
  Script script;
  ScriptedBackend backend;
  MemoryTransport transport;
  std::shared_ptr<const Config> config;
  std::unique_ptr<engine::Runtime> runtime = std::make_unique<engine::Runtime>();
  int asked = 0;
  bool was_in_job = false;
  bool answers_at_once = false;
  std::function<void()> hook;
  std::optional<engine::Reply<PeerOpinion>> kept;
  std::optional<Session> session;
};

TEST(SessionSuspension, HandshakeGoesOnWhereItStoppedOnceTheHookHasAnswered) {
  Fixture f;
  f.Suspend();
  EXPECT_TRUE(f.session->interest().async);
  EXPECT_FALSE(f.session->interest().now);
  EXPECT_EQ(f.session->Handshake(), Status::kWantAsync) << "asking again changes nothing";
  f.kept->Answer({});
  EXPECT_TRUE(f.session->interest().now) << "calling again is worth it";
  EXPECT_EQ(f.session->Handshake(), Status::kOk);
  EXPECT_FALSE(f.session->interest().async);
  EXPECT_EQ(f.asked, 1);
  EXPECT_FALSE(f.was_in_job) << "a hook runs on the caller's stack";
  EXPECT_EQ(f.runtime->counters().jobs_in_flight, 0U);
}

TEST(SessionSuspension, HookThatAnswersAtOnceSuspendsNothing) {
  Fixture f;
  f.answers_at_once = true;
  EXPECT_EQ(f.Start().Handshake(), Status::kOk);
  EXPECT_FALSE(f.was_in_job);
  EXPECT_EQ(f.session->async_status(), engine::AsyncStatus::kUnsupported);
}

TEST(SessionSuspension, OtherCallsWaitAndDoNotEnterTheLibrary) {
  Fixture f;
  f.Suspend();
  const std::size_t calls = f.LibraryCalls();
  std::byte byte{};
  EXPECT_EQ(f.session->Read(std::span(&byte, 1)).status, Status::kWantAsync);
  EXPECT_EQ(f.session->Write(std::span(&byte, 1)).status, Status::kWantAsync);
  EXPECT_EQ(f.session->Rekey(true), Status::kRefused);
  EXPECT_EQ(f.session->Flush(), Status::kOk);
  EXPECT_EQ(f.session->HandleEvents(), Status::kOk);
  EXPECT_EQ(f.session->pending(), 0U);
  EXPECT_FALSE(f.session->Export("label", std::nullopt, 16).ok());
  EXPECT_EQ(f.LibraryCalls(), calls);
}

TEST(SessionSuspension, CallFromInsideTheHookIsRefusedAndHurtsNothing) {
  Fixture f;
  f.answers_at_once = true;
  Status inside = Status::kOk;
  f.hook = [&] { inside = f.session->Handshake(); };
  EXPECT_EQ(f.Start().Handshake(), Status::kOk);
  EXPECT_EQ(inside, Status::kRefused);
}

TEST(SessionSuspension, KeptReplyWithoutARuntimeIsMisuse) {
  Fixture f;
  EXPECT_EQ(f.Start(nullptr).Handshake(), Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kMisuse);
}

TEST(SessionSuspension, HookThatThrowsWhileOthersAreSuspendedIsMisuse) {
  Fixture f;
  f.hook = [] { throw std::runtime_error("no idea"); };
  EXPECT_EQ(f.Start().Handshake(), Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kMisuse);
  EXPECT_EQ(f.runtime->counters().jobs_in_flight, 0U);
}

TEST(SessionSuspension, HookMayDriveAnotherSession) {
  Fixture outer;
  Fixture inner;
  inner.answers_at_once = true;
  outer.answers_at_once = true;
  Status status = Status::kError;
  outer.hook = [&] { status = inner.Start(outer.runtime.get()).Handshake(); };
  EXPECT_EQ(outer.Start().Handshake(), Status::kOk);
  EXPECT_EQ(status, Status::kOk);
  inner.session.reset();
}

TEST(SessionSuspension, DeadlineEndsIt) {
  Fixture f;
  f.Suspend();
  f.now += 10s;
  EXPECT_EQ(f.session->HandleEvents(), Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kTimedOut);
  EXPECT_EQ(f.runtime->counters().jobs_in_flight, 0U);
  EXPECT_FALSE(f.kept->wanted());
  f.kept->Answer({});
}

TEST(SessionSuspension, ShutdownAbandonsIt) {
  Fixture f;
  f.Suspend();
  EXPECT_EQ(f.session->Shutdown(), Status::kOk);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kMisuse);
  EXPECT_EQ(f.runtime->counters().jobs_in_flight, 0U);
}

TEST(SessionSuspension, DestroyedSessionIsCalledNoMore) {
  int called = 0;
  Fixture f([&](std::uintptr_t) { ++called; });
  f.Suspend();
  f.session->OnReady([&] { ++called; });
  f.session.reset();
  EXPECT_EQ(f.runtime->counters().jobs_in_flight, 0U);
  f.kept->Answer({});
  f.runtime->RunReady();
  EXPECT_EQ(called, 0);
}

TEST(SessionSuspension, PeerThatGoesAwayEndsItEarly) {
  Fixture f;
  f.Suspend();
  EXPECT_TRUE(f.session->interest().read);
  f.transport.FeedEnd();
  EXPECT_EQ(f.session->Handshake(), Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kTruncated);
  EXPECT_FALSE(f.kept->wanted());
}

TEST(SessionSuspension, InputThatComesMeanwhileIsKept) {
  Fixture f;
  std::array<std::byte, 4> pulled{};
  f.script.handshake.push_front([&](Wire& wire) {
    EXPECT_EQ(wire.Pull(pulled).bytes, 0U);
    return Step::Again();
  });
  EXPECT_EQ(f.Start().Handshake(), Status::kWantRead);
  f.Suspend();
  const std::array<std::byte, 3> input = {std::byte{22}, std::byte{3}, std::byte{3}};
  f.transport.Feed(input);
  EXPECT_EQ(f.session->Handshake(), Status::kWantAsync);
  EXPECT_TRUE(f.session->interest().read) << "there is room for more";
  f.kept->Answer({});
  EXPECT_EQ(f.session->Handshake(), Status::kOk);
  EXPECT_TRUE(f.session->interest().now) << "what came meanwhile is there";
}

TEST(SessionSuspension, PeerThatHasSaidAllBeforeItWentIsHeard) {
  Fixture f;
  f.Suspend();
  const std::array<std::byte, 3> input = {std::byte{22}, std::byte{3}, std::byte{3}};
  f.transport.Feed(input);
  f.transport.FeedEnd();
  EXPECT_EQ(f.session->Handshake(), Status::kWantAsync);
  EXPECT_FALSE(f.session->interest().read) << "there is no more";
  f.kept->Answer({});
  ASSERT_EQ(f.session->Handshake(), Status::kOk);
  std::array<std::byte, 8> pulled{};
  f.script.read.push_back([&](Wire& wire) {
    EXPECT_EQ(wire.Pull(pulled).bytes, input.size());
    wire.Push(pulled);
    EXPECT_EQ(wire.Pull(pulled).outcome, TransportResult::Outcome::kEnd);
    return Step::Closed();
  });
  std::byte byte{};
  EXPECT_EQ(f.session->Read(std::span(&byte, 1)).status, Status::kClosed);
  EXPECT_EQ(f.transport.output().size(), pulled.size()) << "what is said before the end leaves";
}

TEST(SessionSuspension, AnswerCallsTheCallbackWhereItCame) {
  std::vector<std::uintptr_t> arguments;
  std::thread::id where;
  Fixture f([&](std::uintptr_t argument) {
    arguments.push_back(argument);
    where = std::this_thread::get_id();
  });
  f.Suspend();
  EXPECT_EQ(f.session->async_status(), engine::AsyncStatus::kOk);
  f.session->SetAsyncArgument(8);
  std::thread answers([&] { f.kept->Answer({}); });
  const std::thread::id thread = answers.get_id();
  answers.join();
  EXPECT_EQ(arguments, (std::vector<std::uintptr_t>{8}));
  EXPECT_EQ(where, thread);
  EXPECT_TRUE(f.session->wait_fds().empty()) << "who is called needs no fd";
}

TEST(SessionSuspension, CallbackSetLateIsCalledAndUnsetIsNot) {
  int late = 0;
  Fixture f;
  f.Suspend();
  f.session->SetAsyncCallback([&](std::uintptr_t) { ++late; });
  f.kept->Answer({});
  EXPECT_EQ(late, 1);
  Fixture g;
  g.Suspend();
  g.session->SetAsyncCallback([&](std::uintptr_t) { ++late; });
  g.session->SetAsyncCallback(nullptr);
  g.kept->Answer({});
  EXPECT_EQ(late, 1);
}

TEST(SessionSuspension, CallbackSetAfterTheAnswerIsCalledForIt) {
  int called = 0;
  Fixture f;
  f.Suspend();
  f.kept->Answer({});
  f.session->SetAsyncCallback([&](std::uintptr_t) { ++called; });
  EXPECT_EQ(called, 1);
}

TEST(SessionSuspension, WaitFdIsReadableExactlyWhileThereIsAnAnswer) {
  Fixture f;
  f.Start();
  EXPECT_TRUE(f.session->wait_fds().empty()) << "nothing was suspended yet";
  f.Suspend();
  const std::vector<int> fds = f.session->wait_fds();
  ASSERT_EQ(fds.size(), 1U);
  EXPECT_EQ(f.session->changed_wait_fds().added, fds);
  EXPECT_FALSE(IsReadable(fds[0]));
  f.kept->Answer({});
  EXPECT_TRUE(IsReadable(fds[0]));
  EXPECT_EQ(f.session->Handshake(), Status::kOk);
  EXPECT_FALSE(IsReadable(fds[0]));
  EXPECT_EQ(f.session->wait_fds(), fds) << "it is stable";
}

TEST(SessionSuspension, RuntimeCallsTheReadyHandlerWhichMayDestroyTheSession) {
  Fixture f;
  f.Suspend();
  f.session->OnReady([&] { f.session.reset(); });
  EXPECT_FALSE(IsReadable(f.runtime->fd()));
  f.kept->Answer({});
  EXPECT_TRUE(IsReadable(f.runtime->fd()));
  EXPECT_EQ(f.runtime->RunReady(), 1U);
  EXPECT_FALSE(f.session.has_value());
  EXPECT_FALSE(IsReadable(f.runtime->fd()));
}

TEST(SessionSuspension, RuntimeThatGoesFirstEndsTheSession) {
  Fixture f;
  f.Suspend();
  f.runtime.reset();
  EXPECT_FALSE(f.kept->wanted());
  EXPECT_EQ(f.session->Handshake(), Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kMisuse);
}

TEST(SessionSuspension, RuntimeThatGoesBetweenTwoStepsEndsTheHandshake) {
  Fixture f;
  f.Start();
  f.runtime.reset();
  EXPECT_EQ(f.session->Handshake(), Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kMisuse);
}

TEST(SessionSuspension, ReadyHandlerSetAfterTheAnswerIsCalledForIt) {
  Fixture f;
  f.Suspend();
  f.kept->Answer({});
  EXPECT_EQ(f.runtime->RunReady(), 0U) << "there is nobody to call";
  int called = 0;
  f.session->OnReady([&] { ++called; });
  EXPECT_EQ(f.runtime->RunReady(), 1U);
  EXPECT_EQ(called, 1);
}

TEST(SessionSuspension, CallOnAnotherThreadIsRefused) {
  Fixture f;
  f.Suspend();
  Status status = Status::kOk;
  std::thread([&] { status = f.session->Handshake(); }).join();
  EXPECT_EQ(status, Status::kRefused);
  f.kept->Answer({});
  EXPECT_EQ(f.session->Handshake(), Status::kOk);
}

TEST(SessionSuspension, SessionDestroyedOnAnotherThreadIsLeftToItsRuntime) {
  Fixture f;
  f.Suspend();
  std::thread([&] { f.session.reset(); }).join();
  EXPECT_EQ(f.runtime->counters().jobs_in_flight, 1U);
  EXPECT_TRUE(IsReadable(f.runtime->fd()));
  f.runtime->RunReady();
  EXPECT_EQ(f.runtime->counters().jobs_in_flight, 0U);
}

TEST(SessionSuspension, SessionWithoutRoomWaitsForItAndIsWoken) {
  Fixture f;
  f.runtime = std::make_unique<engine::Runtime>(OneJob());
  f.Suspend();
  Fixture g;
  g.answers_at_once = true;
  g.Start(f.runtime.get());
  EXPECT_EQ(g.session->Handshake(), Status::kWantAsync);
  EXPECT_TRUE(g.session->interest().async);
  EXPECT_EQ(g.session->async_status(), engine::AsyncStatus::kAgain);
  f.kept->Answer({});
  EXPECT_EQ(f.session->Handshake(), Status::kOk);
  EXPECT_TRUE(g.session->interest().now);
  EXPECT_EQ(g.session->Handshake(), Status::kOk);
  g.session.reset();
}

TEST(SessionSuspension, FailedKeyIsReportedWithTheReasonOfItsEngine) {
  Fixture f;
  f.answers_at_once = true;
  f.script.judges_peer = false;
  f.script.handshake.clear();
  f.script.handshake.push_back([](Wire&) {
    engine::Job::current()->NoteFailure("the token was removed");
    return Step::Failed();
  });
  EXPECT_EQ(f.Start().Handshake(), Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kInternal);
  EXPECT_NE(f.session->error()->what.find("the token was removed"), std::string::npos);
  EXPECT_EQ(f.script.alerts, (std::vector<Alert>{Alert::kInternalError}));
}

TEST(SessionSuspension, RecordsAreNeverInAJob) {
  Fixture f;
  f.answers_at_once = true;
  bool in_job = false;
  f.script.write.push_back([&](Wire&) {
    in_job = engine::Job::current() != nullptr;
    return Step::Done(1);
  });
  ASSERT_EQ(f.Start().Handshake(), Status::kOk);
  const std::byte byte{};
  EXPECT_EQ(f.session->Write(std::span(&byte, 1)).status, Status::kOk);
  EXPECT_FALSE(in_job);
}

}  // namespace
}  // namespace tandem
