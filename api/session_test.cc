// The state rules, against a backend that does as it is told.

#include "tandem/session.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <utility>

#include "api/scripted_backend.h"
#include "tandem/memory_transport.h"

namespace tandem {
namespace {

using namespace std::chrono_literals;

std::vector<std::byte> Bytes(std::size_t size, int value = 1) {
  return std::vector<std::byte>(size, static_cast<std::byte>(value));
}

// A record of `type` with `body` bytes of content.
std::vector<std::byte> Record(int type, std::size_t body) {
  std::vector<std::byte> record = Bytes(5 + body, 9);
  record[0] = static_cast<std::byte>(type);
  record[1] = std::byte{3};
  record[2] = std::byte{3};
  record[3] = static_cast<std::byte>(body >> 8);
  record[4] = static_cast<std::byte>(body & 0xFF);
  return record;
}

Script::Play Ends(Step step) {
  return [step](Wire&) { return step; };
}

// Pulls everything there is, as a library does that skips records in a loop of its own.
Step PullAll(Wire& wire) {
  std::array<std::byte, 512> buffer;
  while (wire.Pull(std::span(buffer).first(5)).outcome == TransportResult::Outcome::kMoved) {
  }
  return Step::Again();
}

void NoIdentity(const ClientHello&, engine::Reply<std::shared_ptr<const Identity>>) {}

// One session on a script and a memory transport, with a clock that stands still.
struct Fixture {
  explicit Fixture(Role role = Role::kClient) : backend(script) {
    auto builder = role == Role::kClient ? Config::ForClient(backend, Trust::DangerNone())
                                         : Config::ForServer(backend, NoIdentity);
    builder.ReplaceSteadyClock([this] { return now; }).HandshakeTimeout(10s);
    auto config = builder.Build();
    auto name = ServerName::Dns("server.test");
    auto made = role == Role::kClient ? Session::Client(*config, *name, transport)
                                      : Session::Server(*config, transport);
    session = std::make_unique<Session>(std::move(made).value());
  }

  // Finishes the handshake in one step.
  void Open() {
    script.handshake.push_back(Ends(Step::Done()));
    ASSERT_EQ(session->Handshake(), Status::kOk);
    script.calls.clear();
  }

  std::chrono::steady_clock::time_point now{1h};
  Script script;
  ScriptedBackend backend;
  MemoryTransport transport;
  std::unique_ptr<Session> session;
};

TEST(SessionHandshake, SendsNothingAndEntersNoLibraryOnceDone) {
  Fixture f;
  f.Open();
  EXPECT_EQ(f.session->Handshake(), Status::kOk);
  EXPECT_TRUE(f.script.calls.empty());
  EXPECT_TRUE(f.transport.output().empty());
}

TEST(SessionHandshake, WantsReadOnlyWhenThePullCameBackEmpty) {
  Fixture f;
  f.script.handshake.push_back(Ends(Step::Again()));  // A reason of the library's own.
  EXPECT_EQ(f.session->Handshake(), Status::kWantRead);
  EXPECT_EQ(f.script.calls.size(), 2U);
}

TEST(SessionHandshake, EndsAtALimitWhenTheLibraryNeverAsksForInput) {
  Fixture f;
  for (int i = 0; i < 100; ++i) f.script.handshake.push_back(Ends(Step::Again()));
  EXPECT_EQ(f.session->Handshake(), Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kLimit);
}

TEST(SessionHandshake, TimesOutByTheConfigsClockAndSendsNothingMore) {
  Fixture f;
  EXPECT_EQ(f.session->event_timeout(), f.now + 10s);
  f.now += 9999ms;
  EXPECT_EQ(f.session->HandleEvents(), Status::kOk);
  f.now += 1ms;
  EXPECT_EQ(f.session->HandleEvents(), Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kTimedOut);
  EXPECT_EQ(f.session->event_timeout(), std::nullopt);
}

TEST(SessionHandshake, CoalescesAFlightOfSmallRecords) {
  Fixture f;
  f.script.handshake.push_back([&](Wire& wire) {
    wire.Push(Record(22, 100));
    wire.Push(Record(22, 100));
    EXPECT_TRUE(f.transport.output().empty());
    return Step::Done();
  });
  EXPECT_EQ(f.session->Handshake(), Status::kOk);
  EXPECT_EQ(f.transport.output().size(), 210U);
}

TEST(SessionHandshake, ReportsAPlaintextAlertThatTheLibraryTookForGarbage) {
  Fixture f;
  auto alert = Record(21, 2);
  alert[5] = std::byte{2};
  alert[6] = std::byte{48};
  f.transport.Feed(alert);
  f.script.failure = {MakeError(ErrorKind::kProtocol, "bad record"), Alert::kBadRecordMac};
  f.script.handshake.push_back([](Wire& wire) {
    (void)PullAll(wire);
    return Step::Failed();
  });
  EXPECT_EQ(f.session->Handshake(), Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kPeerAlert);
  EXPECT_EQ(f.session->error()->alert_received, Alert::kUnknownCa);
  EXPECT_FALSE(f.session->error()->alert_authenticated);
  EXPECT_TRUE(f.script.alerts.empty()) << "an alert is not answered by an alert";
}

TEST(SessionHandshake, TellsAPeerThatSpeaksHttp) {
  Fixture f;
  const std::string_view text = "HTTP/1.1 400 Bad Request\r\n\r\n";
  f.transport.Feed(std::as_bytes(std::span(text)));
  f.script.failure = {MakeError(ErrorKind::kProtocol, "?"), Alert::kProtocolVersion};
  f.script.handshake.push_back([](Wire& wire) {
    (void)PullAll(wire);
    wire.Push(Record(21, 2));
    return Step::Failed();
  });
  EXPECT_EQ(f.session->Handshake(), Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kProtocol);
  EXPECT_NE(f.session->error()->what.find("plain HTTP"), std::string::npos);
  EXPECT_TRUE(f.transport.output().empty());
}

TEST(SessionHandshake, AbandonedByShutdownSaysNothingAndIsOver) {
  Fixture f;
  f.script.handshake.push_back([](Wire& wire) {
    wire.Push(Record(22, 9));
    (void)PullAll(wire);
    return Step::Again();
  });
  f.transport.set_output_capacity(0);
  EXPECT_EQ(f.session->Handshake(), Status::kWantWrite);
  EXPECT_EQ(f.session->Shutdown(), Status::kOk);
  f.transport.set_output_capacity(1000);
  EXPECT_EQ(f.session->Flush(), Status::kError);
  EXPECT_TRUE(f.transport.output().empty());
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kMisuse);
}

TEST(SessionError, IsTheFirstOneForEverAndTheLibraryIsLeftAlone) {
  Fixture f;
  f.Open();
  f.script.failure = {MakeError(ErrorKind::kProtocol, "first"), Alert::kBadRecordMac};
  f.script.read.push_back(Ends(Step::Failed()));
  std::array<std::byte, 10> buffer;
  EXPECT_EQ(f.session->Read(buffer).status, Status::kError);
  EXPECT_EQ(f.session->error()->alert_sent, Alert::kBadRecordMac);
  f.script.failure.error.what = "second";
  f.script.calls.clear();
  EXPECT_EQ(f.session->Read(buffer).status, Status::kError);
  EXPECT_EQ(f.session->Write(buffer).status, Status::kError);
  EXPECT_EQ(f.session->Handshake(), Status::kError);
  EXPECT_EQ(f.session->Shutdown(), Status::kError);
  EXPECT_EQ(f.session->Rekey(), Status::kError);
  EXPECT_EQ(f.session->error()->what, "first");
  EXPECT_TRUE(f.script.calls.empty());
}

TEST(SessionError, LetsTheAlertOutAfterwards) {
  Fixture f;
  f.Open();
  f.transport.set_output_capacity(0);
  f.script.read.push_back([](Wire& wire) {
    wire.Push(Record(21, 24));
    return Step::Failed();
  });
  std::array<std::byte, 10> buffer;
  EXPECT_EQ(f.session->Read(buffer).status, Status::kError);
  EXPECT_EQ(f.session->interest(), (Interest{.write = true}));
  EXPECT_EQ(f.session->Flush(), Status::kWantWrite);
  f.transport.set_output_capacity(1000);
  EXPECT_EQ(f.session->Flush(), Status::kError);
  EXPECT_EQ(f.transport.output().size(), 29U);
}

TEST(SessionRead, TellsTruncationFromTransportFailure) {
  for (const bool failure : {false, true}) {
    Fixture f;
    f.Open();
    failure ? f.transport.FeedFailure(ECONNRESET) : f.transport.FeedEnd();
    f.script.read.push_back([](Wire& wire) {
      (void)PullAll(wire);
      wire.Push(Record(21, 24));  // Nobody listens to it.
      return Step::Failed();
    });
    std::array<std::byte, 10> buffer;
    EXPECT_EQ(f.session->Read(buffer).status, Status::kError);
    const Error& error = *f.session->error();
    EXPECT_EQ(error.kind, failure ? ErrorKind::kTransport : ErrorKind::kTruncated);
    EXPECT_EQ(error.system_error, failure ? ECONNRESET : 0);
    EXPECT_TRUE(f.transport.output().empty());
  }
}

TEST(SessionRead, EndsAtTheLimitOfRecordsWithoutContent) {
  Fixture f;
  f.Open();
  for (int i = 0; i < 2000; ++i) f.transport.Feed(Record(23, 0));
  for (int i = 0; i < 10; ++i) f.script.read.push_back(PullAll);
  std::array<std::byte, 10> buffer;
  EXPECT_EQ(f.session->Read(buffer).status, Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kLimit);
  EXPECT_GT(f.transport.input_size(), 0U) << "the step's budget must stop the library's own loop";
}

TEST(SessionRead, IsClosedForEverOnceThePeerHasClosed) {
  Fixture f;
  f.Open();
  f.script.read.push_back(Ends(Step::Closed()));
  std::array<std::byte, 10> buffer;
  EXPECT_EQ(f.session->Read(buffer).status, Status::kClosed);
  EXPECT_EQ(f.session->Read(buffer).status, Status::kClosed);
  EXPECT_EQ(f.script.calls.size(), 1U);
  EXPECT_FALSE(f.session->interest().read);
  EXPECT_EQ(f.session->Write(buffer).status, Status::kOk) << "half closed";
}

TEST(SessionRead, EndsAtTheLimitOfKeyUpdatesInAWindow) {
  Fixture f;
  f.Open();
  std::array<std::byte, 10> buffer;
  const auto updates = [&f](int count) {
    return [&f, count](Wire& wire) {
      for (int i = 0; i < count; ++i) f.script.events->Add({.type = Event::Type::kRekeyedByPeer});
      return PullAll(wire);
    };
  };
  f.script.read.push_back(updates(8));
  EXPECT_EQ(f.session->Read(buffer).status, Status::kWantRead);
  f.now += 1001ms;
  f.script.read.push_back(updates(8));
  EXPECT_EQ(f.session->Read(buffer).status, Status::kWantRead);
  f.script.read.push_back(updates(1));
  EXPECT_EQ(f.session->Read(buffer).status, Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kLimit);
}

TEST(SessionWrite, TakesNothingWhileEarlierOutputWaits) {
  Fixture f;
  f.Open();
  f.transport.set_output_capacity(10);
  EXPECT_EQ(f.session->Write(Bytes(100)).bytes, 100U) << "the record is the session's";
  EXPECT_EQ(f.session->Write(Bytes(5)).status, Status::kWantWrite);
  EXPECT_TRUE(f.session->interest().write);
  EXPECT_EQ(f.script.calls, std::vector<std::string>{"write 100"});
  f.transport.Consume(10);
  f.transport.set_output_capacity(1000);
  EXPECT_EQ(f.session->Write(Bytes(5)).bytes, 5U);
  EXPECT_FALSE(f.session->interest().write);
}

TEST(SessionWrite, CutsIntoRecordsAndStopsAtItsBudget) {
  Fixture f;
  f.Open();
  EXPECT_EQ(f.session->Write(Bytes(40000)).bytes, 40000U);
  EXPECT_EQ(f.script.calls, (std::vector<std::string>{"write 16384", "write 16384", "write 7232"}));
  EXPECT_EQ(f.session->Write(Bytes(3 << 20)).bytes, Session::kWriteBudget);
}

TEST(SessionWrite, OfNothingTouchesNothing) {
  Fixture f;
  f.Open();
  const IoResult result = f.session->Write({});
  EXPECT_EQ(result.status, Status::kOk);
  EXPECT_TRUE(f.script.calls.empty());
}

TEST(SessionShutdown, SaysCloseNotifyOnceAndClosesOnlyOurDirection) {
  Fixture f;
  f.Open();
  EXPECT_EQ(f.session->Shutdown(), Status::kOk);
  EXPECT_EQ(f.session->Shutdown(), Status::kOk);
  EXPECT_EQ(f.script.calls, std::vector<std::string>{"close_notify"});
  EXPECT_EQ(f.session->Write(Bytes(1)).status, Status::kClosed);
  f.script.read.push_back(Ends(Step::Done(3)));
  std::array<std::byte, 10> buffer;
  EXPECT_EQ(f.session->Read(buffer).bytes, 3U);
}

TEST(SessionRekey, IsRefusedWithoutHarmWhereThereIsNone) {
  Fixture f;
  EXPECT_EQ(f.session->Rekey(), Status::kRefused);
  EXPECT_EQ(f.session->refusal()->kind, ErrorKind::kMisuse);
  f.script.info.version = Version::kTls12;
  f.Open();
  EXPECT_EQ(f.session->refusal(), nullptr) << "a refusal lasts until the next call";
  EXPECT_EQ(f.session->Rekey(true), Status::kRefused);
  EXPECT_EQ(f.session->refusal()->kind, ErrorKind::kUnsupported);
  EXPECT_EQ(f.session->error(), nullptr);
  EXPECT_EQ(f.session->Write(Bytes(1)).status, Status::kOk);
}

TEST(SessionInterest, IsNowWhileSomethingIsHeld) {
  Fixture f;
  EXPECT_TRUE(f.session->interest().now) << "a client speaks first";
  f.Open();
  EXPECT_EQ(f.session->interest(), (Interest{.read = true}));
  f.script.pending = 7;
  EXPECT_TRUE(f.session->interest().now);
  EXPECT_EQ(f.session->pending(), 7U);
}

TEST(SessionInterest, OfAFreshServerIsToRead) {
  Fixture f(Role::kServer);
  EXPECT_EQ(f.session->interest(), (Interest{.read = true}));
}

TEST(SessionEvents, ClientOfTls13IsAcceptedByTheFirstRecordAfterTheHandshake) {
  Fixture f;
  f.Open();
  EXPECT_EQ(f.session->NextEvent()->type, Event::Type::kHandshakeDone);
  EXPECT_EQ(f.session->NextEvent(), std::nullopt);
  f.transport.Feed(Record(23, 0));
  f.script.read.push_back(PullAll);
  std::array<std::byte, 10> buffer;
  EXPECT_EQ(f.session->Read(buffer).status, Status::kWantRead);
  EXPECT_EQ(f.session->NextEvent()->type, Event::Type::kPeerAccepted);
}

TEST(SessionExport, IsMisuseBeforeTheHandshakeAndBeyondTheLimit) {
  Fixture f;
  EXPECT_EQ(f.session->Export("label", std::nullopt, 32).error().kind, ErrorKind::kMisuse);
  f.Open();
  EXPECT_EQ(f.session->Export("label", std::nullopt, 32)->size(), 32U);
  EXPECT_FALSE(f.session->Export("label", std::nullopt, Session::kExportLimit + 1).ok());
}

TEST(SessionHandshake, IsNotDoneBeforeThePeerIsProved) {
  Fixture f;
  f.script.judges_peer = false;
  f.script.handshake.push_back(Ends(Step::Done()));
  EXPECT_EQ(f.session->Handshake(), Status::kError);
  EXPECT_EQ(f.session->error()->kind, ErrorKind::kInternal);
  EXPECT_EQ(f.session->info(), nullptr);
  EXPECT_EQ(f.script.alerts, std::vector<Alert>{Alert::kInternalError});
}

TEST(SessionConfig, OfTheOtherRoleIsMisuse) {
  Script script;
  ScriptedBackend backend(script);
  MemoryTransport transport;
  auto client = Config::ForClient(backend, Trust::DangerNone()).Build();
  EXPECT_EQ(Session::Server(*client, transport).error().kind, ErrorKind::kMisuse);
}

}  // namespace
}  // namespace tandem
