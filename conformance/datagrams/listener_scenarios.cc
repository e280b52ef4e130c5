// Servers behind a DatagramListener: who has shown where he is gets a session, and nobody else.

#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <memory>
#include <set>

#include "conformance/datagrams/datagram_scenario.h"
#include "conformance/datagrams/records.h"
#include "conformance/pairs/pair.h"
#include "tandem/datagram_listener.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;
using Outcome = DatagramListener::Answer::Outcome;

/// Datagrams of each direction that are lost or repeated: more than a handshake has.
constexpr Ordinal kOrdinals = 12;

/// Where a message's own number stands behind the header of its record, RFC 6347 section 4.2.2.
constexpr std::size_t kMessageNumberPlace = 4;

/// A peer of the server: where it is, the path to it, and its session once it has one.
struct Peer {
  Bytes address;
  Network* network;
  DatagramEnd* server;
  std::optional<AcceptedHello> hello{};
  Ordinal sent_before = 0;  ///< By the server, when the session started.
};

// The first datagram of a fresh client.
Bytes FirstHello(const DatagramWorld::SharedConfig& config) {
  struct Catcher final : Transport {
    TransportKind kind() const override { return TransportKind::kDatagram; }
    TransportResult Receive(std::span<std::byte>) override { return TransportResult::WouldBlock(); }
    TransportResult Send(std::span<const std::byte> datagram) override {
      if (caught.empty()) caught.assign(datagram.begin(), datagram.end());
      return TransportResult::Moved(datagram.size());
    }
    Bytes caught;
  };
  Catcher catcher;
  auto session = Session::Client(config, ServerName::Parse("server.test").value(), catcher);
  if (session.ok()) static_cast<void>(session->Handshake());
  return catcher.caught;
}

std::size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

class ListenerScenario : public DatagramScenario {
 protected:
  void SetUp() override {
    client_ = world_.Build(world_.ClientRules());
    server_ = world_.Build(world_.ServerRules());
    Listen();
  }

  void Listen() {
    listener_.emplace(
        DatagramListener::Make(ServerBackend(), {.clock = [this] { return world_.now(); }})
            .value());
  }

  // Opens with a server that listens.
  Peer& OpenListening() {
    world_.OpenClient(client_);
    peer_ = {BytesOf("192.0.2.1:5000"), &world_.network(), &world_.server()};
    world_.side_program = {[this] { return Serve(peer_); }, {}};
    return peer_;
  }

  // What is for a session goes there by itself; the listener judges the rest.
  bool Serve(Peer& peer) {
    bool served = false;
    Bytes room(DatagramEnd::kReadSize);
    while (!peer.server->started() && peer.network->server().readable()) {
      served = true;
      const TransportResult got = peer.network->server().Receive(room);
      const auto answer = listener_->Judge(std::span(room).first(got.bytes), peer.address);
      if (answer.outcome == Outcome::kReply) {
        static_cast<void>(peer.network->server().Send(answer.reply()));
      }
      if (answer.outcome == Outcome::kAccept) Start(peer, *answer.hello);
    }
    return served;
  }

  void Start(Peer& peer, const AcceptedHello& hello) {
    peer.hello = hello;
    peer.sent_before = peer.network->sent(Direction::kToClient);
    auto session = Session::Server(server_, hello, peer.network->server(), world_.loop().runtime());
    if (!world_.That(session.ok(), "the server does not start")) return;
    peer.server->Take(*std::move(session));
  }

  HandshakeOutcome Handshake(Peer& peer) {
    const Instant start = world_.now();
    const auto over = [](const DatagramEnd& end) { return end.over() || end.handshake_done(); };
    world_.RunUntil([&] { return over(world_.client()) && over(*peer.server); }, "handshake");
    return {.client_done = world_.client().handshake_done(),
            .server_done = peer.server->handshake_done(),
            .took = world_.now() - start};
  }

  // Plays a handshake over what `prepare` makes of the network, and an exchange.
  template <typename Prepare>
  void Play(const std::string& what, std::chrono::milliseconds limit, const Prepare& prepare) {
    const Note note(world_.checks(), what);
    Listen();
    Peer& peer = OpenListening();
    prepare(world_.network());
    const HandshakeOutcome outcome = Handshake(peer);
    if (!world_.That(outcome.done(), "the handshake is not done")) return;
    world_.That(outcome.took <= limit, "the handshake took too long");
    Talk();
    CheckNumbers(peer);
    world_.checks().Equal(listener_->counters().accepted, std::uint64_t{1}, "accepted");
  }

  // Checks the numbers that stand on the wire, RFC 6347 section 4.2.1: those of each
  // HelloVerifyRequest and of the session's first record are the ClientHello's, none comes twice
  // from the session, and the ServerHello is message 1.
  void CheckNumbers(const Peer& peer) {
    if (!world_.That(peer.hello.has_value(), "nobody was accepted")) return;
    const auto hello = RecordsIn(peer.hello->datagram());
    world_.checks().Equal(hello.size(), std::size_t{1}, "records of the accepted ClientHello");
    world_.checks().Equal(peer.hello->record_sequence(), hello.front().sequence, "its number");
    std::set<std::uint64_t> hellos;
    std::set<std::pair<std::uint16_t, std::uint64_t>> seen;
    for (const TraceLine& line : peer.network->trace()) {
      const auto records = RecordsIn(line.datagram);
      if (records.empty()) continue;
      if (line.direction == Direction::kToServer) {
        if (records.front().message == kClientHello) hellos.insert(records.front().sequence);
      } else if (line.ordinal <= peer.sent_before) {
        world_.That(records.front().message == kHelloVerifyRequest, "no HelloVerifyRequest");
        world_.That(hellos.contains(records.front().sequence), "not a ClientHello's number");
      } else {
        if (line.ordinal == peer.sent_before + 1) CheckServerHello(line, records.front(), peer);
        for (const auto& record : records) {
          world_.That(seen.insert({record.epoch, record.sequence}).second, "a number twice");
        }
      }
    }
    world_.That(!seen.empty(), "the session has sent nothing");
  }

  void CheckServerHello(const TraceLine& line, const DatagramRecord& record, const Peer& peer) {
    world_.That(record.message == kServerHello, "the session's first message is no ServerHello");
    world_.checks().Equal(record.sequence, peer.hello->record_sequence(),
                          "the number of the session's first record");
    const std::size_t place = record.begin + DatagramRecord::kHeaderSize + kMessageNumberPlace;
    const Bytes number(line.datagram.begin() + static_cast<std::ptrdiff_t>(place),
                       line.datagram.begin() + static_cast<std::ptrdiff_t>(place) + 2);
    world_.checks().Equal(number, Bytes{std::byte{0}, std::byte{1}}, "the ServerHello's number");
  }

  DatagramWorld::SharedConfig client_;
  DatagramWorld::SharedConfig server_;
  std::optional<DatagramListener> listener_;
  Peer peer_;
};

TEST_F(ListenerScenario, TheSecondHelloGetsASession) {
  Play("perfect", 200ms, [](Network&) {});
  EXPECT_EQ(listener_->counters().challenged, 1U);
  EXPECT_EQ(listener_->counters().refused, 0U);
  EXPECT_EQ(listener_->counters().ignored, 0U);
  for (const DatagramEnd* end : {&world_.client(), &world_.server()}) {
    ASSERT_TRUE(end->started());
    ASSERT_NE(end->session().info(), nullptr) << world_.Describe();
    EXPECT_EQ(end->session().info()->version, Version::kDtls12);
    EXPECT_EQ(end->session().datagrams_discarded(), 0U) << end->Describe();
    EXPECT_EQ(end->timeout(), std::nullopt) << end->Describe();
  }
  EXPECT_TRUE(world_.RunUntilQuiet());
}

TEST_F(ListenerScenario, EverySingleLossIsMadeGood) {
  for (const Direction direction : kDirections) {
    for (Ordinal ordinal = 1; ordinal <= kOrdinals; ++ordinal) {
      Play(Show(direction) + " #" + std::to_string(ordinal), 4s,
           [&](Network& network) { Path(network, direction).lost = {ordinal}; });
    }
  }
}

TEST_F(ListenerScenario, EverySingleDuplicateIsHarmless) {
  for (const Direction direction : kDirections) {
    for (Ordinal ordinal = 1; ordinal <= kOrdinals; ++ordinal) {
      Play(Show(direction) + " #" + std::to_string(ordinal), 200ms,
           [&](Network& network) { Path(network, direction).duplicated = {ordinal}; });
    }
  }
}

// Some copies before the session has been called, some after.
TEST_F(ListenerScenario, ADuplicateOfTheSecondHelloReachesTheSession) {
  for (const auto later : {0ms, 5ms, 15ms, 2000ms}) {
    Play("again after " + std::to_string(later.count()) + " ms", 200ms, [&](Network& network) {
      network.to_server().delay = 10ms;
      if (later == 0ms) network.to_server().duplicated = {2};
    });
    ASSERT_TRUE(peer_.hello.has_value());
    if (later > 0ms) {
      Listen();
      Peer& peer = OpenListening();
      world_.RunUntil([&] { return peer.server->started(); }, "until it is accepted");
      world_.RunFor(later);
      world_.network().Inject(Direction::kToServer, peer.hello->datagram());
      EXPECT_TRUE(Handshake(peer).done()) << world_.Describe();
      EXPECT_TRUE(Talk());
    }
    const auto& counters = listener_->counters();
    EXPECT_EQ(counters.challenged, 1U);
    EXPECT_EQ(counters.accepted + counters.refused + counters.ignored, 1U) << world_.Describe();
    EXPECT_TRUE(world_.RunUntilQuiet());
  }
}

// The one without a cookie was slow, and the session gets it.
TEST_F(ListenerScenario, TheFirstHelloThatComesLateIsHarmless) {
  Peer& peer = OpenListening();
  world_.RunUntil([&] { return peer.server->started(); }, "until it is accepted");
  ASSERT_FALSE(world_.network().trace().empty());
  world_.network().Inject(Direction::kToServer, world_.network().trace().front().datagram);
  EXPECT_TRUE(Handshake(peer).done()) << world_.Describe();
  EXPECT_TRUE(Talk());
}

// Two clients at one listener, the second begins while the first is on its way.
TEST_F(ListenerScenario, TwoPeersAreToldApart) {
  Peer& first = OpenListening();
  DatagramConnection other(world_.checks(), 2, world_.now());
  auto session = Session::Client(client_, ServerName::Parse("server.test").value(),
                                 other.network.client(), nullptr);
  ASSERT_TRUE(session.ok());
  other.client.Take(*std::move(session));
  Peer second{BytesOf("192.0.2.2:5000"), &other.network, &other.server};
  world_.side_program.turn = [&] {
    other.network.AdvanceTo(world_.now());
    bool called = Serve(first);
    called = Serve(second) || called;
    for (DatagramEnd* end : {&other.client, &other.server}) {
      if (!end->Wakes()) continue;
      end->Turn();
      called = true;
    }
    return called;
  };
  world_.side_program.next_moment = [&] { return other.network.next_arrival(); };
  EXPECT_TRUE(world_.RunUntil(
      [&] { return other.client.handshake_done() && other.server.handshake_done(); }, "second"));
  EXPECT_TRUE(Handshake(first).done()) << world_.Describe();
  EXPECT_EQ(listener_->counters().challenged, 2U);
  EXPECT_EQ(listener_->counters().accepted, 2U);
  CheckNumbers(first);
  CheckNumbers(second);
  EXPECT_TRUE(Talk());
  other.client.Write(BytesOf("of the second"));
  EXPECT_TRUE(world_.RunUntil([&] { return !other.server.received().empty(); }, "its datagram"));
  EXPECT_EQ(other.server.received().front().payload, BytesOf("of the second"));
  EXPECT_EQ(world_.server().received().size(), 1U);
  world_.side_program = {};
}

TEST_F(ListenerScenario, ACookieFromElsewhereIsRefused) {
  Peer& peer = OpenListening();
  world_.RunUntil([&] { return peer.hello.has_value(); }, "until it is accepted");
  ASSERT_TRUE(peer.hello.has_value());
  const auto elsewhere = listener_->Judge(peer.hello->datagram(), BytesOf("192.0.2.1:5001"));
  EXPECT_EQ(elsewhere.outcome, Outcome::kReply);
  EXPECT_FALSE(elsewhere.hello.has_value());
  EXPECT_EQ(listener_->counters().refused, 1U);
  const auto here = listener_->Judge(peer.hello->datagram(), peer.address);
  EXPECT_EQ(here.outcome, Outcome::kAccept);
}

TEST_F(ListenerScenario, AFloodOfHellosCostsNoMemory) {
  constexpr std::size_t made = 1'000;
  constexpr std::size_t each = 100;
  std::vector<Bytes> hellos;
  for (std::size_t i = 0; i < made; ++i) hellos.push_back(FirstHello(client_));
  ASSERT_EQ(std::set<Bytes>(hellos.begin(), hellos.end()).size(), made);
  Bytes address = BytesOf("192.0.2.1:0000");
  std::uint64_t received = 0;
  std::uint64_t replied = 0;
  const auto flood = [&](std::size_t rounds) {
    for (std::size_t round = 0; round < rounds; ++round) {
      for (std::size_t i = 0; i < made; ++i) {
        address[10] = static_cast<std::byte>(round);
        address[12] = static_cast<std::byte>(i);
        address[13] = static_cast<std::byte>(i >> 8);
        received += hellos[i].size();
        replied += listener_->Judge(hellos[i], address).reply().size();
      }
    }
  };
  flood(1);  // What a library makes once for all.
  received = replied = 0;
  const std::size_t heap_before = ::mallinfo2().uordblks;
  const std::size_t resident_before = ResidentBytes();
  flood(each / 2);
  const std::size_t heap_halfway = ::mallinfo2().uordblks;
  flood(each / 2);
  const std::size_t heap_after = ::mallinfo2().uordblks;
  const std::size_t resident_after = ResidentBytes();
  std::cout << "| " << ClientBackend().name() << " | " << ServerBackend().name() << " | "
            << made * each << " ClientHellos, " << made << " different | heap " << heap_before
            << " -> " << heap_halfway << " -> " << heap_after << " | resident " << resident_before
            << " -> " << resident_after << " | bytes " << received << " in, " << replied
            << " out |\n";
  EXPECT_EQ(heap_after, heap_halfway);
  // What the C library keeps in its cache of free blocks counts as taken.
  EXPECT_LE(heap_after, heap_before + 4096);
  EXPECT_EQ(listener_->counters().challenged, made * (each + 1));
  EXPECT_EQ(replied, made * each * DatagramListener::kReplyBytes);
  EXPECT_LT(replied, received);
  Peer& peer = OpenListening();
  EXPECT_TRUE(Handshake(peer).done()) << world_.Describe();
  EXPECT_TRUE(Talk());
}

}  // namespace
}  // namespace tandem::conformance
