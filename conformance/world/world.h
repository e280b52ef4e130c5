// Everything that one scenario runs in: a client, a server, a wire between them, two clocks.
//
// The wire, the order of calls and both clocks follow from the seed: nothing sleeps, nothing reads
// a real clock. What the libraries draw for themselves (keys, nonces, the length of a signature)
// does not, and the certificates are new in every build: a seed replays the schedule, not every
// byte.

#ifndef TANDEM_CONFORMANCE_WORLD_WORLD_H_
#define TANDEM_CONFORMANCE_WORLD_WORLD_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/world/check.h"
#include "conformance/world/end.h"
#include "conformance/world/event_loop.h"
#include "conformance/world/link.h"
#include "conformance/world/random.h"
#include "tandem/session.h"

namespace tandem::conformance {

/// How much of what could be swept is swept.
enum class Effort : std::uint8_t {
  kUsual,  ///< As much as a build waits for: where all would take long, a sample by the seed.
  kLong,   ///< All of it.
};

/// What a World is made for.
struct WorldParts {
  const Backend& client;
  const Backend& server;
  Version version = Version::kTls13;
  std::uint64_t seed = 1;
  CallHooks hooks{};
  Effort effort = Effort::kUsual;
};

/// Two ends and the wire between them. An end without a session is played by the scenario, which
/// then injects bytes.
struct Connection {
  Connection(Checks& checks, Random& random, const CallHooks& hooks);

  Link to_server;
  Link to_client;
  End client;
  End server;
};

/// What an end's error must be.
struct Expected {
  ErrorKind kind;
  std::optional<Verdict> verdict = std::nullopt;
  std::optional<Alert> sent = std::nullopt;
  std::optional<Alert> received = std::nullopt;
  int system_error = 0;
};

class World {
 public:
  using Rules = Config::Builder;
  using SharedConfig = std::shared_ptr<const Config>;
  using SharedIdentity = std::shared_ptr<const Identity>;

  /// Turns that one run may take. The longest transfer, a byte at a time, needs a tenth of it.
  static constexpr std::size_t kTurnLimit = 2'000'000;

  /// Turns in a row that may change nothing: a wire that stalls most of the time stays below it.
  static constexpr std::size_t kIdleTurnLimit = 300;

  explicit World(const WorldParts& parts);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // --- Facts ------------------------------------------------------------------------------------

  const Backend& client_backend() const { return parts_.client; }
  const Backend& server_backend() const { return parts_.server; }
  Version version() const { return parts_.version; }
  bool tls13() const { return parts_.version == Version::kTls13; }
  std::uint64_t seed() const { return parts_.seed; }
  Random& random() { return random_; }

  /// Begins the random numbers anew, by the seed and `round`: a round of a sweep then is the same
  /// without those before it, of which each took another amount.
  void BeginRound(std::uint64_t round);

  Effort effort() const { return parts_.effort; }

  /// Returns what this World was made for, to make another like it.
  const WorldParts& parts() const { return parts_; }

  /// Returns how many connections were played, each under a schedule of its own.
  std::uint64_t schedules() const { return schedules_; }

  /// Adds connections that were played elsewhere for this run.
  void CountSchedules(std::uint64_t more) { schedules_ += more; }

  /// Adds what another World has played and found wrong.
  void Absorb(const World& other);

  /// Returns the pair, the version and the seed, as the flags that replay it.
  std::string Replay() const;

  // --- Checks -----------------------------------------------------------------------------------

  Checks& checks() { return checks_; }
  bool failed() const { return checks_.failed(); }

  bool That(bool holds, std::string_view what, Here here = Here::Now()) {
    return checks_.That(holds, what, here);
  }

  template <typename Got, typename Want>
  bool Equal(const Got& got, const Want& want, std::string_view what, Here here = Here::Now()) {
    return checks_.Equal(got, want, what, here);
  }

  /// Checks that `end` is over, and why.
  bool Fails(End& end, const Expected& expected, Here here = Here::Now());

  /// Checks that `end` has no error.
  bool Lives(const End& end, Here here = Here::Now());

  /// Checks what has happened to `end`, from its beginning.
  bool Happened(End& end, const std::vector<Event::Type>& events, Here here = Here::Now());

  /// Checks that `end` got exactly `plaintext`.
  bool Got(const End& end, std::span<const std::byte> plaintext, Here here = Here::Now());

  // --- Time -------------------------------------------------------------------------------------

  /// Lets time pass on both clocks.
  void Advance(std::chrono::milliseconds time);

  /// Sets the clock that certificates are judged by. It begins in 2030, when good ones are good.
  void SetDate(std::chrono::system_clock::time_point date) { date_ = date; }

  std::chrono::steady_clock::time_point now() const { return now_; }

  // --- What answers later -----------------------------------------------------------------------

  /// Returns the loop that both programs share. Its Runtime, once it has one, is that of all
  /// sessions that Open() makes.
  EventLoop& loop() { return loop_; }

  /// Loads that identity with its key on `engine`; null, and a failure, if that cannot be.
  SharedIdentity OnEngine(const SharedIdentity& identity, std::shared_ptr<engine::KeyEngine> engine,
                          Here here = Here::Now());

  // --- Rules ------------------------------------------------------------------------------------

  /// Returns the certificates of a name in make_pki.
  static Trust Roots(std::string_view name = "root_a");

  /// Loads the identity of a name in make_pki for the backend of that end; null, and a failure, if
  /// the backend will not have it.
  SharedIdentity ClientIdentity(std::string_view name, Here here = Here::Now());
  SharedIdentity ServerIdentity(std::string_view name, Here here = Here::Now());

  /// Start the rules of an end with the World's version and clocks, and root A or "server_p256".
  Rules ClientRules();
  Rules ClientRules(Trust trust);
  Rules ServerRules();
  Rules ServerRules(std::string_view identity, Here here = Here::Now());
  Rules ServerRules(SharedIdentity identity);
  Rules ServerRules(ChooseIdentity choose);

  /// Builds `rules`; null, and a failure, if they do not hold together.
  SharedConfig Build(const Rules& rules, Here here = Here::Now());

  // --- Connections ------------------------------------------------------------------------------

  /// Begins a new connection in place of the last one. A null config leaves that end to the
  /// scenario.
  Connection& Open(SharedConfig client, SharedConfig server, std::string_view name = "server.test",
                   Here here = Here::Now());

  /// Opens with these rules, or with the plainest ones.
  Connection& Open(const Rules& client, const Rules& server, std::string_view name = "server.test",
                   Here here = Here::Now());
  Connection& Open();

  /// Opens, and runs the handshake; says whether it was done at both ends.
  bool Connect(const Rules& client, const Rules& server, std::string_view name = "server.test",
               Here here = Here::Now());
  bool Connect(Here here = Here::Now());

  /// Hands the connection over, for scenarios that need several at once.
  std::unique_ptr<Connection> Detach() { return std::move(connection_); }

  Connection& connection() { return *connection_; }
  End& client() { return connection_->client; }
  End& server() { return connection_->server; }
  Link& to_server() { return connection_->to_server; }
  Link& to_client() { return connection_->to_client; }

  // --- Running ----------------------------------------------------------------------------------

  /// Drives both ends' Handshake() alone until each is done or failed; says whether both are done.
  bool Handshake(Here here = Here::Now());

  /// Has both programs run their loops until `done`. Fails, and says where all stand, when nobody
  /// would ever be called again.
  bool RunUntil(const std::function<bool()>& done, std::string_view what, Here here = Here::Now());

  /// Has both programs run their loops until neither would be called again, with `between` before
  /// each turn, where programs are given more to do. Whose call is suspended then is called once
  /// more: it must be suspended still, or a wakeup was lost.
  void RunUntilQuiet(Here here = Here::Now()) {
    RunUntilQuiet([] {}, here);
  }
  void RunUntilQuiet(const std::function<void()>& between, Here here = Here::Now());

  /// Has each program send these bytes to the other, and checks that they come, whole and once.
  bool Exchange(std::span<const std::byte> from_client, std::span<const std::byte> from_server,
                Here here = Here::Now());

 private:
  Rules WithClocks(Rules rules);
  void BeforeCall() const;
  void AfterCall(Here here);
  SharedIdentity Load(const Backend& backend, std::string_view name, Here here);
  std::uint64_t Progress() const;
  bool LetGo();
  void TurnLoop(Here here);
  void CheckNoWakeupIsLost(Here here);
  bool Run(const std::function<bool(End&)>& turn, const std::function<bool()>& done,
           std::string_view what, Here here);
  std::string Describe() const;

  WorldParts parts_;
  Checks checks_;
  Random random_;
  std::chrono::steady_clock::time_point now_;
  std::chrono::system_clock::time_point date_;
  EventLoop loop_;
  std::unique_ptr<Connection> connection_;
  std::uint64_t schedules_ = 0;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_WORLD_WORLD_H_
