// What happens elsewhere in the process makes no difference: other sessions, threads.

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

// One step of an end, as a server's loop would take it for one of its many connections.
void StepEnd(End& end) {
  if (end.Wakes()) end.Turn();
}

// An idle session may change threads between any two calls.
void SessionChangesThreads(World& w) {
  w.Open();
  w.client().Send(Pattern(30000, 1));
  w.server().Send(Pattern(30000, 2));
  w.to_server().knobs.receive_chop = 5000;
  w.to_client().knobs.receive_chop = 5000;
  for (int step = 0; step < 40; ++step) {
    std::thread([&w] { StepEnd(w.client()); }).join();
    std::thread([&w] { StepEnd(w.server()); }).join();
  }
  w.Got(w.server(), Pattern(30000, 1));
  w.Got(w.client(), Pattern(30000, 2));
}

// One conversation, call by call, and what the program saw of it. Nothing in it depends on what the
// libraries draw: what is told twice is told in the same words.
class Conversation {
 public:
  using Told = std::vector<std::string>;

  static constexpr int kSteps = 30;

  explicit Conversation(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  /// Does one call at each end.
  void Step(int step) {
    End& client = connection_->client;
    End& server = connection_->server;
    if (step < 6) {
      Tell("client Handshake", {client.Handshake()});
      Tell("server Handshake", {server.Handshake()});
      return;
    }
    switch (step % 6) {
      case 0: Tell("client Write", client.Write(Pattern(20000, 1))); break;
      case 1: Tell("server Read", server.ReadSome(9000)); break;
      case 2: Tell("server Rekey", {server.Rekey(step == 8)}); break;
      case 3: Tell("server Write", server.Write(Pattern(700, 2))); break;
      case 4: Tell("client Read", client.ReadSome(500)); break;
      case 5: Tell("server Read", server.ReadSome(20000)); break;
      default: break;
    }
  }

  /// Says goodbye, reads the rest, and returns all that was told.
  Told Finish() {
    Tell("client Shutdown", {connection_->client.Shutdown()});
    Tell("server ReadAll", {connection_->server.ReadAll()});
    Tell("server Shutdown", {connection_->server.Shutdown()});
    Tell("client ReadAll", {connection_->client.ReadAll()});
    for (End* end : {&connection_->client, &connection_->server}) {
      told_.push_back(end->name() + "'s error: " + Show(end->error()));
      told_.push_back("got " + Show(end->received()));
      for (const Event::Type type : end->events()) told_.push_back("event " + Show(type));
    }
    return std::move(told_);
  }

  /// Destroys both sessions.
  void Abandon() {
    connection_->client.Abandon();
    connection_->server.Abandon();
  }

  Connection& connection() { return *connection_; }

 private:
  void Tell(const char* what, IoResult result) {
    told_.push_back(std::string(what) + " = " + Show(result.status) + " " +
                    std::to_string(result.bytes));
  }

  std::unique_ptr<Connection> connection_;
  Told told_;
};

// Says whether two tales are the same, and where they part.
void SameTale(World& w, const Conversation::Told& tale, const Conversation::Told& usual) {
  for (std::size_t i = 0; i < std::min(tale.size(), usual.size()); ++i) {
    if (!w.Equal(tale[i], usual[i], "what was told at call " + std::to_string(i))) return;
  }
  w.Equal(tale.size(), usual.size(), "calls");
}

Conversation::Told UsualTale(World& w, const World::SharedConfig& client,
                             const World::SharedConfig& server) {
  w.Open(client, server);
  Conversation alone(w.Detach());
  for (int step = 0; step < Conversation::kSteps; ++step) alone.Step(step);
  return alone.Finish();
}

// Sixty-four on one thread, one of them fed garbage at every step: what each of the others is told
// is what it is told when it is alone, call by call.
void GarbageElsewhereChangesNoCall(World& w) {
  constexpr std::size_t session_count = 64;
  constexpr std::size_t fed_garbage = 17;
  const auto client = w.Build(w.ClientRules());
  const auto server = w.Build(w.ServerRules());
  const Conversation::Told usual = UsualTale(w, client, server);
  std::vector<Conversation> all;
  for (std::size_t i = 0; i < session_count; ++i) {
    w.Open(client, server);
    all.emplace_back(w.Detach());
  }
  for (int step = 0; step < Conversation::kSteps; ++step) {
    for (std::size_t i = 0; i < session_count; ++i) {
      if (i == fed_garbage && step > 0) {
        all[i].connection().to_client.Inject(Pattern(50, static_cast<std::uint64_t>(step)));
        all[i].connection().to_server.Inject(Pattern(50, static_cast<std::uint64_t>(step)));
      }
      all[i].Step(step);
    }
  }
  for (std::size_t i = 0; i < session_count; ++i) {
    const Note note(w.checks(), "session " + std::to_string(i));
    const Conversation::Told tale = all[i].Finish();
    if (i == fed_garbage) {
      w.That(tale != usual, "garbage made no difference where it was fed");
    } else {
      SameTale(w, tale, usual);
    }
  }
}

// Every step on a thread of its own, from the first call to the destructor.
void EveryStepOnAnotherThread(World& w) {
  const auto client = w.Build(w.ClientRules());
  const auto server = w.Build(w.ServerRules());
  const Conversation::Told usual = UsualTale(w, client, server);
  std::unique_ptr<Conversation> moved;
  std::thread([&] {
    w.Open(client, server);
    moved = std::make_unique<Conversation>(w.Detach());
  }).join();
  for (int step = 0; step < Conversation::kSteps; ++step) {
    std::thread([&] { moved->Step(step); }).join();
  }
  Conversation::Told tale;
  std::thread([&] { tale = moved->Finish(); }).join();
  std::thread([&] { moved->Abandon(); }).join();
  SameTale(w, tale, usual);
}

// A library keeps its last error by thread: one that was made elsewhere must not be missed, and one
// that lies about there must not be taken for ours.
void ErrorIsTheSameOnAnotherThread(World& w) {
  if (!w.Connect()) return;
  w.Equal(w.server().Write(Pattern(20, 1)).bytes, std::size_t{20}, "bytes taken");
  w.to_client().in_flight().back() ^= std::byte{1};
  std::thread([&w] { static_cast<void>(w.client().ReadAll()); }).join();
  w.Fails(w.client(), {.kind = ErrorKind::kProtocol, .sent = Alert::kBadRecordMac});
  std::thread([&w] { w.Equal(w.client().ReadAll(), Status::kError, "Read() elsewhere"); }).join();
  std::thread([&w] { static_cast<void>(w.server().ReadAll()); }).join();
  w.Fails(w.server(), {.kind = ErrorKind::kPeerAlert, .received = Alert::kBadRecordMac});
}

// A config is immutable: its sessions may run at the same time.
void ConfigIsSharedAmongThreads(World& w) {
  const auto client_config = w.Build(w.ClientRules());
  const auto server_config = w.Build(w.ServerRules());
  std::vector<std::unique_ptr<World>> worlds;
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 4; ++i) {
    worlds.push_back(std::make_unique<World>(
        WorldParts{w.client_backend(), w.server_backend(), w.version(), i + 1}));
    threads.emplace_back([&world = *worlds.back(), client_config, server_config] {
      for (int round = 0; round < 5; ++round) {
        world.Open(client_config, server_config);
        if (world.Handshake()) world.Exchange(Pattern(5000, 1), Pattern(5000, 2));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& world : worlds) w.Absorb(*world);
}

// A session keeps its config; the program need not.
void ConfigMayBeForgotten(World& w) {
  if (!w.Connect()) return;
  auto client = w.Build(w.ClientRules());
  auto server = w.Build(w.ServerRules());
  w.Open(std::move(client), std::move(server));
  w.Handshake();
  w.Exchange(Pattern(10, 1), Pattern(10, 2));
}

constexpr Scenario kScenarios[] = {
    {"GarbageInOneSessionChangesNoCallOfTheOthers", kEach, GarbageElsewhereChangesNoCall},
    {"SessionMayChangeThreads", kEach, SessionChangesThreads},
    {"EveryStepMayBeOnAnotherThread", kEach, EveryStepOnAnotherThread},
    {"ErrorIsTheSameOnAnotherThread", kEach, ErrorIsTheSameOnAnotherThread},
    {"ConfigIsSharedAmongThreads", kEach, ConfigIsSharedAmongThreads},
    {"ConfigMayBeForgotten", kEach, ConfigMayBeForgotten},
};

}  // namespace

std::span<const Scenario> IsolationScenarios() { return kScenarios; }

}  // namespace tandem::conformance
