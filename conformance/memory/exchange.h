// A short exchange in which much is allocated: what is played while memory runs out.

#ifndef TANDEM_CONFORMANCE_MEMORY_EXCHANGE_H_
#define TANDEM_CONFORMANCE_MEMORY_EXCHANGE_H_

#include <memory>
#include <optional>
#include <string_view>

#include "conformance/world/world.h"
#include "tandem/identity_store.h"

namespace tandem::conformance {

/// Two configs that have as much decided as can be (names, certificates of both ends, a protocol, a
/// key log) and sessions by them. Both ends send on wires that hold less than a record, derive
/// keys, change them, send again and close; one whose session is over closes its socket.
class Exchange {
 public:
  /// What each end sends, twice.
  static constexpr std::size_t kClientBytes = 20'000;
  static constexpr std::size_t kServerBytes = 5'000;

  /// If it `suspends`, both keys are on an engine and all hooks answer later.
  explicit Exchange(const WorldParts& parts, bool suspends = false);

  /// Says whether there are configs. Without them there is nothing to play.
  bool ready() const { return client_ != nullptr && server_ != nullptr; }

  /// Plays it, with calls of `parts.hooks` around every call into tandem. The server it wants is
  /// "server.test", who is there.
  void Play(std::string_view server = "server.test");

  /// Checks that all came, and that both ends closed.
  bool EndedWell();

  /// Begins a connection by the same configs in another World; by plain ones if this suspends.
  bool Connect(World& world) const;

  /// Returns why `end` is over, or never began; null while it is not.
  const Error* ErrorOf(const End& end) const;

  /// Checks that what `end` got is the beginning of what was sent to it; if it saw a close, which
  /// is sent behind everything, all of it.
  bool GotWhatWasSent(const End& end);

  World& world() { return world_; }

 private:
  VerifyPeer Agreeing();
  ChooseIdentity Choosing(ChooseIdentity choose);
  World::SharedIdentity Placed(const World::SharedIdentity& identity);
  void Start(std::string_view server);
  void RunOn();
  void Derive(const End& end);
  void Rekey(End& end);
  Bytes SentTo(const End& end);
  bool IsOver(const End& end) const { return ErrorOf(end) != nullptr; }

  template <typename Make>
  void Take(End& end, std::optional<Error>& failure, Make make);

  World world_;
  std::shared_ptr<engine::KeyEngine> engine_;  // If it suspends.
  World::SharedConfig client_;
  World::SharedConfig server_;
  std::shared_ptr<IdentityStore> store_;
  std::optional<Error> client_failure_;  // Of a session that could not be made.
  std::optional<Error> server_failure_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_MEMORY_EXCHANGE_H_
