// What a differential run plays: a setup, and what two programs and a wire then do, in order.
//
//     identity=server_rsa; ask=optional; w0.settle; c0.write 300; s0.read 100; up0.cut; s0.read 100
//
// Its text is one line that people can read, cut down and hand back.

#ifndef TANDEM_CONFORMANCE_DIFFERENTIAL_SCRIPT_H_
#define TANDEM_CONFORMANCE_DIFFERENTIAL_SCRIPT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/differential/setup.h"
#include "tandem/result.h"

namespace tandem::conformance {

/// Actions that one script has at most.
inline constexpr std::size_t kActionLimit = 64;

/// Connections that one script has at most, all on one thread.
inline constexpr std::size_t kConnectionLimit = 4;

/// What an action is done to.
enum class Actor : std::uint8_t {
  kClient,      ///< "c": the client's session.
  kServer,      ///< "s": the server's.
  kUp,          ///< "up": the wire to the server.
  kDown,        ///< "down": the wire to the client.
  kConnection,  ///< "w": both ends and the wire between them.
};

inline constexpr std::array<Actor, 5> kActors = {Actor::kClient, Actor::kServer, Actor::kUp,
                                                 Actor::kDown, Actor::kConnection};

/// Returns "c", "s", "up", "down" or "w".
std::string_view NameOf(Actor actor);

/// What is done. Those that change bytes of the wire wait for the handshake's end, because only
/// then are they the same bytes on every pair: before it they do nothing, on every pair.
enum class What : std::uint8_t {
  // To an end: calls on its session, or a look at it.
  kHandshake,
  kRead,     ///< Size: the buffer's.
  kReadAll,  ///< Until a Read() brings nothing.
  kWrite,    ///< Size: of what is offered.
  kFlush,
  kShutdown,
  kRekey,
  kRekeyBoth,
  kHandleEvents,
  kEvents,   ///< Every NextEvent().
  kInfo,     ///< What info(), pending(), event_timeout() and refused_chain() say.
  kExport,   ///< Size: of the keying material.
  kBinding,  ///< Size: the place of the type in ChannelBinding.
  kAbandon,  ///< The session is destroyed.

  // To one direction of the wire.
  kHold,         ///< Nothing arrives any more.
  kPass,         ///< Size: of what may still arrive. After the handshake.
  kRelease,      ///< Everything arrives.
  kBlock,        ///< Size: of what is still taken; in the handshake nothing is.
  kUnblock,      ///< Everything is taken.
  kChop,         ///< Size: of what one Receive() brings at most; 0: whatever there is.
  kCut,          ///< The stream ends behind what is in flight.
  kFailReceive,  ///< It breaks for the receiver. Size: the errno.
  kFailSend,     ///< It breaks for the sender. Size: the errno.
  kFlip,    ///< A bit of a protected record in flight is wrong. Size: which. After the handshake.
  kForge,   ///< A record of this size that no key has protected. After the handshake.
  kReplay,  ///< The last whole record once more. After the handshake.
  kLose,    ///< What is in flight is lost. After the handshake.

  // To a connection.
  kSettle,   ///< Both programs drive the handshake until nothing moves.
  kRun,      ///< Both programs read and flush until nothing moves.
  kAdvance,  ///< Time passes, for all connections. Size: in milliseconds.
};

/// What is known of a What.
struct WhatInfo {
  What what;
  std::string_view name;  ///< In a script: "read_all".
  char to;                ///< 'e': an end, 'l': a link, 'w': a connection.
  bool has_size;
};

/// Returns them all, in order.
std::span<const WhatInfo> AllWhats();

/// Returns what is known of `what`.
const WhatInfo& InfoOf(What what);

/// Says whether `what` can be done to `actor`.
bool Fits(What what, Actor actor);

struct Action {
  Actor actor = Actor::kConnection;
  std::uint8_t connection = 0;
  What what = What::kSettle;
  std::uint32_t size = 0;

  friend bool operator==(const Action&, const Action&) = default;
};

struct Script {
  Setup setup;
  std::vector<Action> actions;

  friend bool operator==(const Script&, const Script&) = default;
};

/// Returns how many connections a script speaks of, at least one.
std::size_t ConnectionsOf(const Script& script);

/// Returns the text of an action, such as "c0.read 100".
std::string TextOf(const Action& action);

/// Returns the script on one line. ParseScript() reads it back.
std::string TextOf(const Script& script);

/// Reads a script. kMisuse, with the item and what is wrong with it, if it is none.
Result<Script> ParseScript(std::string_view text);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DIFFERENTIAL_SCRIPT_H_
