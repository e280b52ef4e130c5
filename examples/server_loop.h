// An event loop for many clients on one thread: epoll, edge-triggered, fair.
//
// Fairness is two rules. A turn of a client is bounded (client.h), and a client with more to do
// goes to the end of the line. And handshakes have a line of their own, from which only a few are
// taken per round: one step of a handshake may sign with a private key, which takes as long as
// serving a hundred small requests, and a thousand clients that arrive together must not make the
// others wait for a thousand signatures. Who has begun a handshake goes before who has not: the
// rest of it is cheap, and a crowd that all begin and none of them end would all run out of time.
//
// A private key that works elsewhere (ClientRules::runtime) makes the steps short: a handshake that
// waits for it costs nothing, and its answer puts the client back in line. All answers come by one
// descriptor, the Runtime's, which is watched like a socket.
//
// It does badly: one thread uses one core. A real server runs one such loop per core.

#ifndef TANDEM_EXAMPLES_SERVER_LOOP_H_
#define TANDEM_EXAMPLES_SERVER_LOOP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "examples/client.h"
#include "examples/dialogue.h"
#include "examples/net.h"

namespace tandem_examples {

/// Limits of a loop.
struct LoopRules {
  /// Steps of handshakes per round; the others' turn is the next, without sleep. A step with an
  /// RSA-2048 signature takes 0.3 to 1.2 ms, so four keep everybody else waiting for 5 ms at most;
  /// one would be fairer still, and costs a round of epoll_wait(2) per step.
  int handshakes_per_turn = 4;

  /// Clients at once. Those beyond wait in the kernel's queue.
  std::size_t max_clients = 10'000;

  /// Write a line on stderr for each client.
  bool verbose = false;
};

/// Accepts clients and gives them turns until it is told to stop.
class ServerLoop {
 public:
  using MakeDialogue = std::function<std::unique_ptr<Dialogue>()>;

  ServerLoop(Descriptor listener, const LoopRules& rules, const ClientRules& client_rules,
             MakeDialogue make_dialogue);

  /// Serves, and calls `on_signal` whenever `signals`, a descriptor, is readable, until it returns
  /// false. Returns what failed in the loop itself, or nothing.
  std::optional<std::string> Run(const Descriptor& signals, std::function<bool()> on_signal);

  /// Describes on one line what was done: clients served, and those that failed by kind of error.
  std::string Summary() const;

 private:
  /// A client, and where it stands in the lines of the loop.
  struct Place {
    Place(Descriptor socket, std::unique_ptr<Dialogue> dialogue, const ClientRules& rules)
        : client(std::move(socket), std::move(dialogue), rules) {}

    Client client;
    bool queued = false;
    bool met = false;  // Its handshake is done, and was counted.
    int steps = 0;     // Turns of its handshake so far.
    Deadline scheduled = Deadline::max();
  };

  std::optional<std::string> TakeEvents(const Descriptor& signals,
                                        const std::function<bool()>& on_signal);
  void Accept();
  bool Watch(int descriptor, std::uint32_t events) const;
  bool WatchRuntime() const;
  void PauseAccepting(Deadline until);
  void ResumeAcceptingIfRoom();
  void GiveTurns();
  void GiveTurn(int socket);
  void Settle(Place& place, Client::Need need);
  void Enqueue(Place& place);
  void Schedule(Place& place);
  void RunTimers();
  void Remove(Place& place);
  void NoteFailure(const Place& place);
  void Meet(Place& place);
  int EpollTimeout() const;

  Descriptor listener_;
  const LoopRules rules_;
  const ClientRules& client_rules_;
  MakeDialogue make_dialogue_;
  Descriptor epoll_;
  bool accepting_ = false;
  bool stopping_ = false;
  Deadline accept_again_ = Deadline::max();  // While not accepting: not before. Max: at any time.

  // By socket. A number may be in a line although its client is gone: Place::queued tells.
  std::unordered_map<int, Place> places_;
  std::deque<int> talking_;
  std::deque<int> shaking_hands_;
  std::set<std::pair<Deadline, int>> timers_;
  std::array<std::byte, 16384> buffer_{};  // One record's plaintext; lent to each turn.

  std::uint64_t accepted_ = 0;
  std::uint64_t met_ = 0;
  std::size_t most_at_once_ = 0;
  std::map<tandem::ErrorKind, std::uint64_t> failures_;
};

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_SERVER_LOOP_H_
