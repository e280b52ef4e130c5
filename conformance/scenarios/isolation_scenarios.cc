// What happens elsewhere in the process makes no difference: errno, other sessions, threads.

#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "conformance/scenarios/scenario.h"

namespace tandem::conformance {
namespace {

// Every scenario spoils errno in turn; here each value stands before every call of an exchange.
void ErrnoMakesNoDifference(World& w) {
  for (const int value : {0, EAGAIN, EINTR, EPIPE, ECONNRESET, EMSGSIZE, EBADF}) {
    const Note note(w.checks(), "errno " + std::to_string(value));
    w.Open();
    w.client().poisoned_errno = value;
    w.server().poisoned_errno = value;
    w.to_server().knobs.receive_chop = 100;
    w.to_client().knobs.capacity = 100;
    if (!w.Handshake()) return;
    w.Exchange(Pattern(3000, 1), Pattern(3000, 2));
    w.client().CloseAfterSending();
    w.RunUntilQuiet();
    w.That(w.server().saw_close(), "the server saw no close_notify");
    w.server().CloseAfterSending();
    w.RunUntilQuiet();
    w.That(w.client().saw_close(), "the client saw no close_notify");
  }
}

// One step of an end, as a server's loop would take it for one of its many connections.
void StepEnd(End& end) {
  if (end.Wakes()) end.Turn();
}

void ManySessionsOnOneThread(World& w) {
  constexpr std::size_t session_count = 64;
  constexpr std::size_t fed_garbage = 17;
  constexpr int step_count = 400;
  const auto client_config = w.Build(w.ClientRules());
  const auto server_config = w.Build(w.ServerRules());
  std::vector<std::unique_ptr<Connection>> all;
  for (std::size_t i = 0; i < session_count; ++i) {
    w.Open(client_config, server_config);
    all.push_back(w.Detach());
    all[i]->to_server.knobs.receive_chop = 1 + i * 7;
    all[i]->client.Send(Pattern(2000 + i, i));
    all[i]->server.Send(Pattern(3000 + i, i + 1));
    all[i]->client.CloseAfterSending();
    all[i]->server.CloseAfterSending();
  }
  for (int step = 0; step < step_count; ++step) {
    for (std::size_t i = 0; i < session_count; ++i) {
      if (i == fed_garbage) {
        all[i]->to_client.Inject(Pattern(50, static_cast<std::uint64_t>(step) + 1));
        all[i]->to_server.Inject(Pattern(50, static_cast<std::uint64_t>(step) + 2));
      }
      StepEnd(all[i]->client);
      StepEnd(all[i]->server);
    }
  }
  for (std::size_t i = 0; i < session_count; ++i) {
    const Note note(w.checks(), "session " + std::to_string(i));
    if (i == fed_garbage) {
      w.That(all[i]->client.error() != nullptr, "the client took garbage");
      w.That(all[i]->server.error() != nullptr, "the server took garbage");
      continue;
    }
    w.Got(all[i]->server, Pattern(2000 + i, i));
    w.Got(all[i]->client, Pattern(3000 + i, i + 1));
    w.That(all[i]->client.saw_close() && all[i]->server.saw_close(), "no close_notify");
  }
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
  for (const auto& world : worlds) {
    for (const CheckFailure& failure : world->checks().failures()) w.That(false, failure.text);
  }
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
    {"ErrnoMakesNoDifference", kEach, ErrnoMakesNoDifference},
    {"ManySessionsOnOneThreadDoNotDisturbEachOther", kEach, ManySessionsOnOneThread},
    {"SessionMayChangeThreads", kEach, SessionChangesThreads},
    {"ConfigIsSharedAmongThreads", kEach, ConfigIsSharedAmongThreads},
    {"ConfigMayBeForgotten", kEach, ConfigMayBeForgotten},
};

}  // namespace

std::span<const Scenario> IsolationScenarios() { return kScenarios; }

}  // namespace tandem::conformance
