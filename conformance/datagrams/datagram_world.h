// Everything that one DTLS scenario runs in: a client, a server, a network between them, and one
// virtual time for the network, the sessions' deadlines, and the libraries' own timers.

#ifndef TANDEM_CONFORMANCE_DATAGRAMS_DATAGRAM_WORLD_H_
#define TANDEM_CONFORMANCE_DATAGRAMS_DATAGRAM_WORLD_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/datagrams/datagram_end.h"
#include "conformance/datagrams/network.h"
#include "conformance/datagrams/wall_clock.h"
#include "conformance/world/check.h"
#include "conformance/world/event_loop.h"
#include "tandem/session.h"

namespace tandem::conformance {

/// What a DatagramWorld is made for.
struct DatagramParts {
  const Backend& client;
  const Backend& server;
  std::uint64_t seed = 1;
};

/// Two ends and the network between them.
struct DatagramConnection {
  DatagramConnection(Checks& checks, std::uint64_t seed, Instant start)
      : network(seed, start),
        client(checks, "client", network.client(), network),
        server(checks, "server", network.server(), network) {}

  Network network;
  DatagramEnd client;
  DatagramEnd server;
};

/// What a program does beside its session, such as to listen.
struct SideProgram {
  std::function<bool()> turn;                           ///< Says whether it has done anything.
  std::function<std::optional<Instant>()> next_moment;  ///< When to call it anew.
};

/// How a handshake went, in virtual time.
struct HandshakeOutcome {
  bool client_done = false;
  bool server_done = false;
  Instant::duration took{};

  bool done() const { return client_done && server_done; }
};

/// One connection after another; time goes on from one to the next.
class DatagramWorld {
 public:
  using Rules = Config::Builder;
  using SharedConfig = std::shared_ptr<const Config>;

  /// Turns that one run may take: retransmissions of a minute and long transfers stay far below.
  static constexpr std::size_t kTurnLimit = 200'000;

  /// Turns without any time passing: a large flight, all of it duplicated, takes a tenth.
  static constexpr std::size_t kTurnsAtOnceLimit = 2'000;

  explicit DatagramWorld(const DatagramParts& parts);
  DatagramWorld(const DatagramWorld&) = delete;
  DatagramWorld& operator=(const DatagramWorld&) = delete;

  // --- Rules ------------------------------------------------------------------------------------

  /// Start the rules of an end with the World's clocks, and root A or "server_p256".
  Rules ClientRules(const DatagramRules& datagrams = {});
  Rules ServerRules(const DatagramRules& datagrams = {});

  /// Has `rules` tell the World's time.
  Rules WithClocks(Rules rules);

  /// Builds `rules`; null, and a failure, if they do not hold together.
  SharedConfig Build(const Rules& rules, Here here = Here::Now());

  // --- Connections ------------------------------------------------------------------------------

  /// Begins a new connection in place of the last one, over a perfect network, to be made worse by
  /// network().
  void Open(SharedConfig client, SharedConfig server, Here here = Here::Now());

  /// Opens with the client alone: the server's datagrams wait for whoever takes them.
  void OpenClient(SharedConfig client, Here here = Here::Now());

  /// Opens with the plainest rules.
  void Open(Here here = Here::Now());

  /// Opens, and runs the handshake over a perfect network; says whether it was done at both ends.
  bool Connect(Here here = Here::Now());

  /// Runs in turn with the ends.
  SideProgram side_program;

  /// What answers later; its Runtime, once it has one, is that of the sessions opened from then on.
  EventLoop& loop() { return loop_; }

  DatagramConnection& connection() { return *connection_; }
  Network& network() { return connection_->network; }
  DatagramEnd& client() { return connection_->client; }
  DatagramEnd& server() { return connection_->server; }

  // --- Running ----------------------------------------------------------------------------------

  /// Runs both programs' loops until each is done with its handshake or over.
  HandshakeOutcome Handshake(Here here = Here::Now());

  /// Runs both programs' loops until `done`. Fails, and says where all stand, when nobody would
  /// ever be called again, or somebody again and again.
  bool RunUntil(const std::function<bool()>& done, std::string_view what, Here here = Here::Now());

  /// Runs both programs' loops until neither would ever be called again.
  bool RunUntilQuiet(Here here = Here::Now());

  /// Runs both programs' loops for so long.
  bool RunFor(std::chrono::milliseconds time, Here here = Here::Now());

  // --- Time -------------------------------------------------------------------------------------

  Instant now() const { return connection_ == nullptr ? kStart : connection_->network.now(); }

  /// Lets time pass in which nobody calls anybody, as in programs that are busy elsewhere.
  void SkipTime(std::chrono::milliseconds time) { AdvanceTo(now() + time); }

  /// Sets the wall clock alone forward, or back.
  void JumpWallClock(std::chrono::seconds by) { wall_clock_.Advance(by); }

  // --- Checks -----------------------------------------------------------------------------------

  Checks& checks() { return checks_; }

  /// Adds a failure with where all stand and the account of all datagrams.
  bool That(bool holds, std::string_view what, Here here = Here::Now());

  /// Returns where both ends stand, and the account of all datagrams.
  std::string Describe() const;

  /// Returns the pair and the seed.
  std::string Replay() const;

  std::uint64_t networks() const { return networks_; }
  Instant::duration worst() const { return worst_; }

 private:
  // Far from zero, so that a deadline before the first reading cannot be mistaken for none.
  static constexpr Instant kStart{std::chrono::hours(1000)};

  enum class Ran : std::uint8_t { kDone, kQuiet, kFailed };

  Ran Run(const std::function<bool()>& done, std::string_view what, Here here);
  bool TakeTurns();
  bool TakeLoopTurn();
  std::optional<Instant> NextMoment() const;
  void AdvanceTo(Instant moment);
  std::shared_ptr<const Identity> ServerIdentity();

  DatagramParts parts_;
  Checks checks_;
  VirtualWallClock wall_clock_;
  EventLoop loop_;
  std::unique_ptr<DatagramConnection> connection_;
  std::shared_ptr<const Identity> identity_;
  SharedConfig plain_client_;
  SharedConfig plain_server_;
  std::uint64_t networks_ = 0;
  Instant::duration worst_{};
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DATAGRAMS_DATAGRAM_WORLD_H_
