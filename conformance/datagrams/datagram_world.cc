#include "conformance/datagrams/datagram_world.h"

#include <algorithm>
#include <utility>

#include "conformance/pki/pki.h"

namespace tandem::conformance {
namespace {

constexpr std::chrono::sys_days kFirstDay{std::chrono::year{2030} / 6 / 15};

void TakeEarlier(std::optional<Instant>& earliest, std::optional<Instant> other) {
  if (other && (!earliest || *other < *earliest)) earliest = other;
}

}  // namespace

DatagramWorld::DatagramWorld(const DatagramParts& parts) : parts_(parts), wall_clock_(kFirstDay) {}

std::string DatagramWorld::Replay() const {
  return std::string(parts_.client.name()) + " client, " + std::string(parts_.server.name()) +
         " server, seed " + std::to_string(parts_.seed);
}

std::string DatagramWorld::Describe() const {
  if (connection_ == nullptr) return Replay();
  return Replay() + "\n  " + connection_->client.Describe() + "\n  " +
         connection_->server.Describe() + "\n" + connection_->network.ToString();
}

bool DatagramWorld::That(bool holds, std::string_view what, Here here) {
  if (holds) return true;
  return checks_.That(false, std::string(what) + "\n  " + Describe(), here);
}

DatagramWorld::Rules DatagramWorld::WithClocks(Rules rules) {
  return rules.ReplaceSteadyClock([this] { return now(); }).ReplaceWallClock([this] {
    return std::chrono::system_clock::time_point(wall_clock_.now());
  });
}

DatagramWorld::Rules DatagramWorld::ClientRules(const DatagramRules& datagrams) {
  auto trust = Trust::FromPem(PkiText("root_a"));
  Trust roots = trust.ok() ? *std::move(trust) : Trust::FromDer({});
  return WithClocks(Config::ForClient(parts_.client, std::move(roots)).Datagrams(datagrams));
}

DatagramWorld::Rules DatagramWorld::ServerRules(const DatagramRules& datagrams) {
  return WithClocks(Config::ForServer(parts_.server, ServerIdentity()).Datagrams(datagrams));
}

std::shared_ptr<const Identity> DatagramWorld::ServerIdentity() {
  if (identity_ != nullptr) return identity_;
  auto identity =
      Identity::FromPem(parts_.server, PkiText("server_p256"), PkiText("server_p256.key"));
  if (identity.ok()) {
    identity_ = *std::move(identity);
  } else {
    checks_.Fail("cannot load server_p256: " + identity.error().ToString());
  }
  return identity_;
}

DatagramWorld::SharedConfig DatagramWorld::Build(const Rules& rules, Here here) {
  auto config = Rules(rules).Build();
  if (config.ok()) return *std::move(config);
  That(false, "cannot build a config: " + config.error().ToString(), here);
  return nullptr;
}

void DatagramWorld::OpenClient(SharedConfig client, Here here) {
  const auto peer = ServerName::Parse("server.test");
  const Instant start = now();
  connection_ = std::make_unique<DatagramConnection>(checks_, parts_.seed + networks_, start);
  ++networks_;
  if (client == nullptr || !peer.ok()) {
    checks_.Fail("nothing to open", here);
    return;
  }
  auto session =
      Session::Client(std::move(client), *peer, connection_->network.client(), loop_.runtime());
  if (session.ok()) {
    connection_->client.Take(*std::move(session));
  } else {
    That(false, "the client does not start: " + session.error().ToString(), here);
  }
}

void DatagramWorld::Open(SharedConfig client, SharedConfig server, Here here) {
  OpenClient(std::move(client), here);
  if (server == nullptr) return checks_.Fail("nothing to open", here);
  auto session = Session::Server(std::move(server), connection_->network.server(), loop_.runtime());
  if (session.ok()) {
    connection_->server.Take(*std::move(session));
  } else {
    That(false, "the server does not start: " + session.error().ToString(), here);
  }
}

void DatagramWorld::Open(Here here) {
  if (plain_client_ == nullptr) plain_client_ = Build(ClientRules(), here);
  if (plain_server_ == nullptr) plain_server_ = Build(ServerRules(), here);
  Open(plain_client_, plain_server_, here);
}

bool DatagramWorld::Connect(Here here) {
  Open(here);
  return That(Handshake(here).done(), "the handshake is not done", here);
}

void DatagramWorld::AdvanceTo(Instant moment) {
  const Instant before = now();
  if (moment <= before) return;
  connection_->network.AdvanceTo(moment);
  // The wall clock has microseconds. What is left over is not lost: nothing waits for less.
  wall_clock_.Advance(std::chrono::ceil<std::chrono::microseconds>(moment - before));
}

bool DatagramWorld::TakeLoopTurn() {
  const std::uint64_t before = loop_.progress();
  const std::string wrong = loop_.Turn();
  if (!wrong.empty()) That(false, wrong);
  return loop_.progress() != before || !loop_.idle();
}

bool DatagramWorld::TakeTurns() {
  bool called = TakeLoopTurn();
  if (side_program.turn && side_program.turn()) called = true;
  for (DatagramEnd* end : {&client(), &server()}) {
    if (!end->Wakes()) continue;
    end->Turn();
    called = true;
  }
  return called;
}

std::optional<Instant> DatagramWorld::NextMoment() const {
  std::optional<Instant> next = connection_->network.next_arrival();
  TakeEarlier(next, connection_->client.over() ? std::nullopt : connection_->client.timeout());
  TakeEarlier(next, connection_->server.over() ? std::nullopt : connection_->server.timeout());
  if (side_program.next_moment) TakeEarlier(next, side_program.next_moment());
  return next;
}

DatagramWorld::Ran DatagramWorld::Run(const std::function<bool()>& done, std::string_view what,
                                      Here here) {
  std::size_t at_once = 0;
  const auto failed = [&](std::string_view how) {
    That(false, std::string(what) + ": " + std::string(how), here);
    return Ran::kFailed;
  };
  for (std::size_t turns = 0; turns < kTurnLimit; ++turns) {
    if (checks_.failures().size() >= Checks::kFailureLimit) return Ran::kFailed;
    if (done()) return Ran::kDone;
    if (TakeTurns()) {
      if (++at_once > kTurnsAtOnceLimit)
        return failed("called again and again, and no time passes");
      continue;
    }
    at_once = 0;
    const auto next = NextMoment();
    if (!next) return Ran::kQuiet;
    AdvanceTo(*next);
  }
  return failed("too many turns");
}

bool DatagramWorld::RunUntil(const std::function<bool()>& done, std::string_view what, Here here) {
  const Ran ran = Run(done, what, here);
  if (ran == Ran::kQuiet) {
    That(false, std::string(what) + ": nobody will ever be called again", here);
  }
  return ran == Ran::kDone;
}

bool DatagramWorld::RunUntilQuiet(Here here) {
  return Run([] { return false; }, "running until quiet", here) == Ran::kQuiet;
}

bool DatagramWorld::RunFor(std::chrono::milliseconds time, Here here) {
  const Instant end = now() + time;
  const auto over = [&] {
    const auto next = NextMoment();
    return loop_.idle() && !client().Wakes() && !server().Wakes() && (!next || *next > end);
  };
  const Ran ran = Run(over, "running for a while", here);
  if (ran == Ran::kDone) AdvanceTo(end);
  return ran == Ran::kDone;
}

HandshakeOutcome DatagramWorld::Handshake(Here here) {
  const Instant start = now();
  const auto over = [](const DatagramEnd& end) {
    return !end.started() || end.over() || end.handshake_done();
  };
  RunUntil([&] { return over(client()) && over(server()); }, "handshake", here);
  HandshakeOutcome outcome;
  outcome.client_done = client().handshake_done();
  outcome.server_done = server().handshake_done();
  outcome.took = now() - start;
  if (outcome.done()) worst_ = std::max(worst_, outcome.took);
  return outcome;
}

}  // namespace tandem::conformance
