#include "conformance/world/world.h"

#include <algorithm>
#include <utility>

#include "conformance/pki/pki.h"

namespace tandem::conformance {
namespace {

// Far from zero, so that a deadline before the first reading cannot be mistaken for none.
constexpr std::chrono::hours kSteadyStart{1000};

constexpr std::chrono::sys_days kFirstDay{std::chrono::year{2030} / 6 / 15};

}  // namespace

Connection::Connection(Checks& checks, Random& random, const CallHooks& hooks)
    : to_server(random),
      to_client(random),
      client(checks, hooks, "client", to_server, to_client),
      server(checks, hooks, "server", to_client, to_server) {}

World::World(const WorldParts& parts)
    : parts_(parts), random_(parts.seed), now_(kSteadyStart), date_(kFirstDay) {}

void World::BeginRound(std::uint64_t round) {
  random_ = Random(Random(parts_.seed).Next() + round);
}

std::string World::Replay() const {
  return std::string(parts_.client.name()) + " client, " + std::string(parts_.server.name()) +
         " server, " + std::string(VersionName(parts_.version)) +
         ", --seed=" + std::to_string(parts_.seed);
}

void World::Absorb(const World& other) {
  schedules_ += other.schedules_;
  for (const CheckFailure& failure : other.checks_.failures()) {
    checks_.Fail(failure.text, {failure.file.c_str(), failure.line});
  }
}

bool World::Fails(End& end, const Expected& expected, Here here) {
  const Error* error = end.error();
  if (error == nullptr) return That(false, "should have failed; " + end.Describe(), here);
  const Note note(checks_, Show(error));
  const std::string whose = "the " + end.name() + "'s error: ";
  const std::size_t failures = checks_.failures().size();
  Equal(error->kind, expected.kind, whose + "kind", here);
  Equal(error->verdict, expected.verdict, whose + "verdict", here);
  Equal(error->alert_sent, expected.sent, whose + "alert sent", here);
  Equal(error->alert_received, expected.received, whose + "alert received", here);
  Equal(error->system_error, expected.system_error, whose + "errno", here);
  That(!error->what.empty(), whose + "says nothing", here);
  return checks_.failures().size() == failures;
}

bool World::Lives(const End& end, Here here) {
  return That(end.started() && end.error() == nullptr, "should live; " + end.Describe(), here);
}

bool World::Happened(End& end, const std::vector<Event::Type>& events, Here here) {
  return Equal(end.events(), events, "the " + end.name() + "'s events", here);
}

bool World::Got(const End& end, std::span<const std::byte> plaintext, Here here) {
  const Bytes& got = end.received();
  const std::size_t common = std::min(got.size(), plaintext.size());
  const auto place = std::mismatch(got.begin(), got.begin() + static_cast<std::ptrdiff_t>(common),
                                   plaintext.begin());
  if (got.size() == plaintext.size() && place.first == got.end()) return true;
  return That(false,
              "the " + end.name() + " should have got " + std::to_string(plaintext.size()) +
                  " bytes, and got " + std::to_string(got.size()) + "; equal are the first " +
                  std::to_string(place.first - got.begin()),
              here);
}

void World::Advance(std::chrono::milliseconds time) {
  now_ += time;
  date_ += time;
}

Trust World::Roots(std::string_view name) {
  auto trust = Trust::FromPem(PkiText(name));
  return trust.ok() ? *std::move(trust) : Trust::FromDer({});
}

void World::BeforeCall() const {
  if (parts_.hooks.before) parts_.hooks.before();
}

void World::AfterCall(Here here) {
  if (!parts_.hooks.after) return;
  const std::string complaint = parts_.hooks.after();
  That(complaint.empty(), complaint, here);
}

World::SharedIdentity World::Load(const Backend& backend, std::string_view name, Here here) {
  const std::string key = std::string(name) + ".key";
  BeforeCall();
  auto identity = Identity::FromPem(backend, PkiText(name), PkiText(key));
  AfterCall(here);
  if (identity.ok()) return *std::move(identity);
  That(false, "cannot load " + std::string(name) + ": " + identity.error().ToString(), here);
  return nullptr;
}

World::SharedIdentity World::ClientIdentity(std::string_view name, Here here) {
  return Load(parts_.client, name, here);
}

World::SharedIdentity World::ServerIdentity(std::string_view name, Here here) {
  return Load(parts_.server, name, here);
}

World::SharedIdentity World::OnEngine(const SharedIdentity& identity,
                                      std::shared_ptr<engine::KeyEngine> engine, Here here) {
  BeforeCall();
  auto moved = Identity::OnEngine(identity, std::move(engine));
  AfterCall(here);
  if (moved.ok()) return *std::move(moved);
  That(false, "cannot put a key on an engine: " + moved.error().ToString(), here);
  return nullptr;
}

World::Rules World::WithClocks(Rules rules) {
  return rules.Versions(parts_.version, parts_.version)
      .ReplaceSteadyClock([this] { return now_; })
      .ReplaceWallClock([this] { return date_; });
}

World::Rules World::ClientRules() { return ClientRules(Roots()); }

World::Rules World::ClientRules(Trust trust) {
  return WithClocks(Config::ForClient(parts_.client, std::move(trust)));
}

World::Rules World::ServerRules() { return ServerRules("server_p256"); }

World::Rules World::ServerRules(std::string_view identity, Here here) {
  return ServerRules(ServerIdentity(identity, here));
}

World::Rules World::ServerRules(SharedIdentity identity) {
  return WithClocks(Config::ForServer(parts_.server, std::move(identity)));
}

World::Rules World::ServerRules(ChooseIdentity choose) {
  return WithClocks(Config::ForServer(parts_.server, std::move(choose)));
}

World::SharedConfig World::Build(const Rules& rules, Here here) {
  BeforeCall();
  auto config = Rules(rules).Build();
  AfterCall(here);
  if (config.ok()) return *std::move(config);
  That(false, "cannot build a config: " + config.error().ToString(), here);
  return nullptr;
}

Connection& World::Open(SharedConfig client, SharedConfig server, std::string_view name,
                        Here here) {
  ++schedules_;
  connection_ = std::make_unique<Connection>(checks_, random_, parts_.hooks);
  if (client != nullptr) {
    const auto peer = ServerName::Parse(name);
    if (!That(peer.ok(), "not a server name: " + std::string(name), here)) return *connection_;
    auto session =
        Session::Client(std::move(client), *peer, connection_->client.transport(), loop_.runtime());
    if (session.ok()) {
      connection_->client.Take(*std::move(session));
      if (loop_.runtime() != nullptr) connection_->client.WaitBy(loop_.waiting);
    } else {
      That(false, "the client does not start: " + session.error().ToString(), here);
    }
  }
  if (server != nullptr) {
    auto session =
        Session::Server(std::move(server), connection_->server.transport(), loop_.runtime());
    if (That(session.ok(), "the server does not start", here)) {
      connection_->server.Take(*std::move(session));
      if (loop_.runtime() != nullptr) connection_->server.WaitBy(loop_.waiting);
    }
  }
  return *connection_;
}

Connection& World::Open(const Rules& client, const Rules& server, std::string_view name,
                        Here here) {
  return Open(Build(client, here), Build(server, here), name, here);
}

Connection& World::Open() { return Open(ClientRules(), ServerRules()); }

bool World::Connect(const Rules& client, const Rules& server, std::string_view name, Here here) {
  Open(client, server, name, here);
  return Handshake(here);
}

bool World::Connect(Here here) {
  return Connect(ClientRules(), ServerRules(), "server.test", here);
}

std::uint64_t World::Progress() const {
  const Connection& c = *connection_;
  return c.client.progress() + c.server.progress() + c.to_server.sent() + c.to_client.sent() +
         c.to_server.received() + c.to_client.received() + loop_.progress();
}

std::string World::Describe() const {
  return connection_->client.Describe() + "\n  " + connection_->server.Describe();
}

// Says whether a link had held anything back for more to come, which never will.
bool World::LetGo() {
  const bool to_server = connection_->to_server.LetGo();
  return connection_->to_client.LetGo() || to_server;
}

void World::TurnLoop(Here here) {
  if (!loop_.idle()) {
    client().PollAgain();
    server().PollAgain();
  }
  const std::string complaint = loop_.Turn();
  That(complaint.empty(), complaint, here);
}

void World::CheckNoWakeupIsLost(Here here) {
  for (End* end : {&client(), &server()}) {
    if (!end->suspended()) continue;
    const std::string before = end->Describe();
    That(end->Handshake() == Status::kWantAsync, "a wakeup was lost: " + before, here);
  }
}

// Calls `turn` for the ends that an event loop would call. It says whether it did anything.
bool World::Run(const std::function<bool(End&)>& turn, const std::function<bool()>& done,
                std::string_view what, Here here) {
  client().PollAgain();
  server().PollAgain();
  std::size_t idle = 0;
  std::uint64_t before = Progress();
  for (std::size_t turns = 0; turns < kTurnLimit; ++turns) {
    if (done()) return true;
    TurnLoop(here);
    End& first = random_.OneIn(2) ? client() : server();
    End& second = &first == &client() ? server() : client();
    const bool called_first = turn(first);
    const bool called_second = turn(second);
    if (!called_first && !called_second) {
      if (!loop_.idle() || LetGo()) continue;
      if (done()) return true;
      return That(false, std::string(what) + ": nobody will ever be called\n  " + Describe(), here);
    }
    const std::uint64_t after = Progress();
    idle = after == before ? idle + 1 : 0;
    before = after;
    if (idle > kIdleTurnLimit) {
      return That(
          false, std::string(what) + ": called again and again, and nothing moves\n  " + Describe(),
          here);
    }
  }
  return That(false, std::string(what) + ": too many turns\n  " + Describe(), here);
}

bool World::Handshake(Here here) {
  const auto turn = [](End& end) {
    if (!end.Wakes()) return false;
    end.HandshakeTurn();
    return true;
  };
  const auto over = [](const End& end) {
    return !end.started() || end.error() != nullptr ||
           (end.handshake_done() && !end.session().interest().write);
  };
  if (!Run(
          turn, [&] { return over(client()) && over(server()); }, "handshake", here))
    return false;
  const auto done = [](const End& end) { return end.started() && end.handshake_done(); };
  return That(done(client()) && done(server()), "the handshake is not done\n  " + Describe(), here);
}

bool World::RunUntil(const std::function<bool()>& done, std::string_view what, Here here) {
  const auto turn = [](End& end) {
    if (!end.Wakes()) return false;
    end.Turn();
    return true;
  };
  return Run(turn, done, what, here);
}

void World::RunUntilQuiet(const std::function<void()>& between, Here here) {
  const auto quiet = [&] {
    between();
    return !client().Wakes() && !server().Wakes() && loop_.idle() && !LetGo();
  };
  if (RunUntil(quiet, "running until quiet", here)) CheckNoWakeupIsLost(here);
}

bool World::Exchange(std::span<const std::byte> from_client, std::span<const std::byte> from_server,
                     Here here) {
  Bytes to_client = client().received();
  Bytes to_server = server().received();
  to_client.insert(to_client.end(), from_server.begin(), from_server.end());
  to_server.insert(to_server.end(), from_client.begin(), from_client.end());
  client().Send(from_client);
  server().Send(from_server);
  const auto done = [&] {
    return client().received().size() >= to_client.size() &&
           server().received().size() >= to_server.size();
  };
  RunUntil(done, "exchange", here);
  const bool client_got = Got(client(), to_client, here);
  return Got(server(), to_server, here) && client_got;
}

}  // namespace tandem::conformance
