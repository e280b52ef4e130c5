// Handshakes over datagrams of which a part is answered later, while the network and the timers go
// on.

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <iostream>
#include <memory>

#include "conformance/datagrams/datagram_scenario.h"
#include "conformance/datagrams/records.h"
#include "conformance/pairs/pair.h"
#include "conformance/pki/pki.h"
#include "tandem/datagram_listener.h"
#include "tandem/engine/runtime.h"
#include "tandem/engine/simulated_engine.h"
#include "tandem/engine/thread_pool.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;
using SharedIdentity = std::shared_ptr<const Identity>;

/// Where a handshake waits.
enum class Point : std::uint8_t {
  kChooseIdentity,
  kServerKey,
  kClientVerifier,
  kClientKey,
  kServerVerifier,
};

constexpr Point kPoints[] = {Point::kChooseIdentity, Point::kServerKey, Point::kClientVerifier,
                             Point::kClientKey, Point::kServerVerifier};

std::string Name(Point point) {
  switch (point) {
    case Point::kChooseIdentity: return "ChooseIdentity";
    case Point::kServerKey: return "ServerKey";
    case Point::kClientVerifier: return "ClientVerifier";
    case Point::kClientKey: return "ClientKey";
    case Point::kServerVerifier: return "ServerVerifier";
  }
  return "?";
}

bool IsOfClient(Point point) {
  return point == Point::kClientVerifier || point == Point::kClientKey;
}

/// What was asked and is not answered yet.
struct Desk {
  void Ask(std::function<void()> answer) {
    ++asked;
    if (holds) {
      open.push_back(std::move(answer));
    } else {
      answer();
    }
  }

  bool holds = true;
  std::size_t asked = 0;
  std::deque<std::function<void()>> open;
};

/// Does what a key is asked when the desk answers.
class HeldEngine final : public engine::KeyEngine {
 public:
  explicit HeldEngine(std::shared_ptr<Desk> desk) : desk_(std::move(desk)) {}

  engine::Submission Submit(const std::shared_ptr<engine::Operation>& operation) noexcept override {
    desk_->Ask([operation] {
      const auto& key = dynamic_cast<const engine::BlockingKey&>(operation->key());
      key.Answer(*operation);
    });
    return engine::Submission::kPending;
  }

 private:
  std::shared_ptr<Desk> desk_;
};

// The reply must be moved, and what is kept for later be copied.
template <typename T>
std::function<void()> Answering(engine::Reply<T> reply, T answer) {
  auto kept = std::make_shared<engine::Reply<T>>(std::move(reply));
  return [kept, answer] { kept->Answer(answer); };
}

/// Rules for both ends that ask later.
class SuspensionWorld : public DatagramScenario {
 protected:
  static constexpr std::chrono::seconds kDeadline{20};

  /// What strangers send, and how often a network that has gone mad repeats one datagram: twice
  /// what a session holds.
  static constexpr std::size_t kFlood = 1000;
  static constexpr std::size_t kReplays = 500;

  void SetUp() override { world_.loop().MakeRuntime(); }

  static SharedIdentity Load(const Backend& backend, const std::string& name,
                             std::shared_ptr<engine::KeyEngine> engine) {
    auto identity = Identity::FromPem(backend, PkiText(name), PkiText(name + ".key")).value();
    if (engine == nullptr) return identity;
    return Identity::OnEngine(identity, std::move(engine)).value();
  }

  // Root A; its further opinion is asked at the desk.
  static Trust Verifying(const std::shared_ptr<Desk>& desk) {
    Trust trust = Trust::FromPem(PkiText("root_a")).value();
    if (desk == nullptr) return trust;
    trust.FurtherVerifier([desk](const PeerCertificates&, engine::Reply<PeerOpinion> reply) {
      desk->Ask(Answering(std::move(reply), PeerOpinion()));
    });
    return trust;
  }

  static ChooseIdentity Choosing(const std::shared_ptr<Desk>& desk, const SharedIdentity& who) {
    return [desk, who](const ClientHello&, engine::Reply<SharedIdentity> reply) {
      auto answer = Answering(std::move(reply), who);
      if (desk == nullptr) return answer();
      desk->Ask(std::move(answer));
    };
  }

  DatagramWorld::Rules WithClocks(DatagramWorld::Rules rules) {
    return world_.WithClocks(std::move(rules)).Datagrams().HandshakeTimeout(kDeadline);
  }
};

// The parameter is where the handshake waits.
class SuspensionScenario : public SuspensionWorld, public testing::WithParamInterface<Point> {
 protected:
  void SetUp() override {
    SuspensionWorld::SetUp();
    const auto desk_of = [this](Point point) { return GetParam() == point ? desk_ : nullptr; };
    const auto engine_of = [&](Point point) -> std::shared_ptr<engine::KeyEngine> {
      return GetParam() == point ? std::make_shared<HeldEngine>(desk_) : nullptr;
    };
    const auto server = Load(ServerBackend(), "server_p256", engine_of(Point::kServerKey));
    const auto client = Load(ClientBackend(), "client_good", engine_of(Point::kClientKey));
    server_ = world_.Build(WithClocks(
        Config::ForServer(ServerBackend(), Choosing(desk_of(Point::kChooseIdentity), server))
            .ClientCertificates(ClientCertificate::kRequired,
                                Verifying(desk_of(Point::kServerVerifier)))));
    client_ = world_.Build(
        WithClocks(Config::ForClient(ClientBackend(), Verifying(desk_of(Point::kClientVerifier)))
                       .ClientIdentity(client)));
  }

  DatagramEnd& Own() { return IsOfClient(GetParam()) ? world_.client() : world_.server(); }
  DatagramEnd& Peer() { return IsOfClient(GetParam()) ? world_.server() : world_.client(); }
  Direction FromOwn() const {
    return IsOfClient(GetParam()) ? Direction::kToServer : Direction::kToClient;
  }
  Direction FromPeer() const {
    return IsOfClient(GetParam()) ? Direction::kToClient : Direction::kToServer;
  }

  // Opens, and runs until the question is asked and nothing is on its way any more.
  void OpenSuspended() {
    desk_->open.clear();
    desk_->asked = 0;
    world_.Open(client_, server_);
    began_ = world_.now();
    world_.RunUntil([&] { return !desk_->open.empty(); }, "until the question");
    world_.RunFor(100ms);
    world_.That(Own().suspended(), "is not suspended");
  }

  // Strangers' words, and the peer's last datagram again and again.
  void InjectFromPeer(std::size_t garbage, std::size_t replays) {
    Bytes last;
    for (const TraceLine& line : world_.network().trace()) {
      if (line.direction == FromPeer() && line.fate != Fate::kForged) last = line.datagram;
    }
    for (std::size_t i = 0; i < std::max(garbage, replays); ++i) {
      if (i < garbage) world_.network().Inject(FromPeer(), Pattern(50, i));
      if (i < replays) world_.network().Inject(FromPeer(), last);
    }
  }

  void Answer() {
    ASSERT_FALSE(desk_->open.empty());
    const auto answer = std::move(desk_->open.front());
    desk_->open.pop_front();
    answer();
  }

  void FinishAndTalk() {
    const HandshakeOutcome outcome = world_.Handshake();
    if (!world_.That(outcome.done(), "the handshake is not done")) return;
    world_.That(!Own().suspended(), "is suspended still");
    Talk();
    EXPECT_TRUE(world_.RunUntilQuiet());
    EXPECT_EQ(desk_->asked, 1U) << world_.Describe();
    EXPECT_EQ(world_.loop().runtime()->counters().jobs_in_flight, 0U);
  }

  std::shared_ptr<Desk> desk_ = std::make_shared<Desk>();
  DatagramWorld::SharedConfig client_;
  DatagramWorld::SharedConfig server_;
  Instant began_{};
};

TEST_P(SuspensionScenario, AnAnswerAtOnceChangesNothing) {
  desk_->holds = false;
  world_.Open(client_, server_);
  FinishAndTalk();
}

TEST_P(SuspensionScenario, ALateAnswerFinishesTheHandshake) {
  OpenSuspended();
  Answer();
  FinishAndTalk();
}

// The peer asks again after 1, 3 and 7 seconds. It is heard, and once is enough.
TEST_P(SuspensionScenario, WhatThePeerRepeatsIsKeptAndHarmless) {
  OpenSuspended();
  const Ordinal before = world_.network().sent(FromPeer());
  const std::size_t turns = Own().turns();
  world_.RunFor(8s);
  const Ordinal repeated = world_.network().sent(FromPeer()) - before;
  EXPECT_GE(repeated, 3U) << world_.Describe();
  EXPECT_LE(Own().turns() - turns, repeated) << "called for nothing\n" << world_.Describe();
  EXPECT_TRUE(Own().suspended()) << world_.Describe();
  EXPECT_EQ(desk_->asked, 1U);
  Answer();
  FinishAndTalk();
}

// What is due is sent when the answer is there: nothing before, by whichever call.
TEST_P(SuspensionScenario, WhoIsSuspendedSendsNothingAndDoesNotSpin) {
  OpenSuspended();
  Path(world_.network(), FromPeer()).lost_from = 1;
  const Ordinal before = world_.network().sent(FromOwn());
  const std::size_t turns = Own().turns();
  EXPECT_EQ(Own().timeout(), began_ + kDeadline) << world_.Describe();
  world_.RunFor(10s);
  EXPECT_EQ(Own().turns(), turns) << world_.Describe();
  EXPECT_EQ(Own().timeout(), began_ + kDeadline) << world_.Describe();
  for (int i = 0; i < 10; ++i) {
    EXPECT_NE(Own().HandleEvents(), Status::kError);
    EXPECT_EQ(Own().Handshake(), Status::kWantAsync);
  }
  EXPECT_EQ(world_.network().sent(FromOwn()), before) << world_.Describe();
  Path(world_.network(), FromPeer()) = {};
  Answer();
  FinishAndTalk();
}

TEST_P(SuspensionScenario, TheDeadlineEndsWhoIsSuspended) {
  OpenSuspended();
  world_.Handshake();
  TimedOut(Own());
  EXPECT_EQ(world_.now(), began_ + kDeadline) << world_.Describe();
  EXPECT_EQ(world_.loop().runtime()->counters().jobs_in_flight, 0U);
  Answer();
  EXPECT_TRUE(world_.RunUntilQuiet());
  TimedOut(Own());
  EXPECT_FALSE(Own().handshake_done());
  EXPECT_EQ(Own().session().event_timeout(), std::nullopt);
}

// Without a word: the peer finds out by its own deadline.
TEST_P(SuspensionScenario, WhoIsDestroyedWhileSuspendedSaysNothing) {
  OpenSuspended();
  world_.RunFor(2s);
  const Ordinal before = world_.network().sent(FromOwn());
  Own().Abandon();
  EXPECT_EQ(world_.loop().runtime()->counters().jobs_in_flight, 0U);
  Answer();
  world_.Handshake();
  EXPECT_EQ(world_.network().sent(FromOwn()), before) << world_.Describe();
  TimedOut(Peer());
}

// A key's question belongs to its engine, and only a hook's can be dropped.
TEST_P(SuspensionScenario, AQuestionThatIsDroppedFailsTheHandshake) {
  if (GetParam() == Point::kServerKey || GetParam() == Point::kClientKey) return;
  OpenSuspended();
  desk_->open.clear();
  world_.Handshake();
  EXPECT_NE(Own().error(), nullptr) << world_.Describe();
  EXPECT_NE(Peer().error(), nullptr) << world_.Describe();
}

// More than a session holds: the rest waits where it is, or is lost, as in any network.
TEST_P(SuspensionScenario, AFloodWhileSuspendedEndsNothing) {
  OpenSuspended();
  InjectFromPeer(kFlood, kReplays);
  EXPECT_TRUE(world_.RunFor(500ms));
  EXPECT_TRUE(Own().suspended()) << world_.Describe();
  Answer();
  FinishAndTalk();
}

// What follows the answer is lost, and comes a second later.
TEST_P(SuspensionScenario, ALossBehindTheAnswerIsMadeGood) {
  for (const Direction direction : kDirections) {
    OpenSuspended();
    Path(world_.network(), direction).lost.insert(world_.network().sent(direction) + 1);
    world_.RunFor(2s);
    Answer();
    FinishAndTalk();
  }
}

// As above, and the suspended session has come from a listener.
TEST_P(SuspensionScenario, BehindAListenerItIsTheSame) {
  auto listener =
      DatagramListener::Make(ServerBackend(), {.clock = [this] { return world_.now(); }}).value();
  world_.OpenClient(client_);
  const auto serve = [&] {
    Bytes room(DatagramEnd::kReadSize);
    if (world_.server().started() || !world_.network().server().readable()) return false;
    const TransportResult got = world_.network().server().Receive(room);
    const auto answer = listener.Judge(std::span(room).first(got.bytes), BytesOf("a peer"));
    if (!answer.reply().empty()) static_cast<void>(world_.network().server().Send(answer.reply()));
    if (answer.hello) {
      auto session = Session::Server(server_, *answer.hello, world_.network().server(),
                                     world_.loop().runtime());
      EXPECT_TRUE(session.ok());
      if (session.ok()) world_.server().Take(*std::move(session));
    }
    return true;
  };
  world_.side_program = {serve, {}};
  world_.RunUntil([&] { return !desk_->open.empty(); }, "until the question");
  world_.RunFor(8s);
  EXPECT_TRUE(Own().suspended()) << world_.Describe();
  Answer();
  FinishAndTalk();
  world_.side_program = {};
}

INSTANTIATE_TEST_SUITE_P(Points, SuspensionScenario, testing::ValuesIn(kPoints),
                         [](const auto& of) { return Name(of.param); });

// --- By chance -----------------------------------------------------------------------------------

class SlowKeyScenario : public SuspensionWorld {};

// Keys that are slow, late, busy and wake for nothing, over networks that lose, repeat and reorder.
TEST_F(SlowKeyScenario, MisbehavingEnginesOverBadNetworksFinish) {
  constexpr std::uint64_t networks = 100;
  const auto engine = world_.loop().MakeEngine(
      7, {.early = 32, .again = 64, .duplicate = 64, .spurious = 64, .max_delay = 20});
  const auto server = world_.Build(
      WithClocks(Config::ForServer(ServerBackend(), Load(ServerBackend(), "server_p256", engine))
                     .ClientCertificates(ClientCertificate::kRequired, Verifying(nullptr))));
  const auto client =
      world_.Build(WithClocks(Config::ForClient(ClientBackend(), Verifying(nullptr))
                                  .ClientIdentity(Load(ClientBackend(), "client_good", engine))));
  std::size_t timed_out = 0;
  for (std::uint64_t i = 0; i < networks; ++i) {
    const Note note(world_.checks(), "network " + std::to_string(i));
    world_.Open(client, server);
    for (const Direction direction : kDirections) {
      PathKnobs& path = Path(world_.network(), direction);
      path.lost_per_mille = 100;
      path.duplicated_per_mille = 200;
      path.jitter = 50ms;
    }
    if (!world_.Handshake().done()) {
      ++timed_out;
      for (const DatagramEnd* end : {&world_.client(), &world_.server()}) {
        if (!end->handshake_done()) TimedOut(*end);
      }
      continue;
    }
    for (const Direction direction : kDirections) Path(world_.network(), direction) = {};
    world_.RunFor(1000ms);
    Talk();
  }
  const auto& did = engine->counters();
  EXPECT_EQ(did.duplicates_taken, 0U);
  EXPECT_LT(timed_out, networks / 10);
  EXPECT_EQ(world_.loop().runtime()->counters().jobs_in_flight, 0U);
  std::cout << "| " << ClientBackend().name() << " | " << ServerBackend().name() << " | "
            << networks << " networks, slow keys | " << timed_out << " timed out | "
            << did.submitted << " operations, " << did.again << " busy, " << did.spurious
            << " spurious, " << did.duplicates_dropped << " duplicates |\n";
}

}  // namespace
}  // namespace tandem::conformance
