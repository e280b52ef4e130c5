// One client of the server: its socket, its session, its dialogue, and where they stand.
//
//     handshake --> talk --> part --> [listen] --> linger --> gone
//
// A client is driven by turns. Each does a bounded amount of work and says what the next waits for.

#ifndef TANDEM_EXAMPLES_CLIENT_H_
#define TANDEM_EXAMPLES_CLIENT_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "examples/dialogue.h"
#include "examples/net.h"
#include "examples/tls_flags.h"
#include "tandem/config.h"
#include "tandem/engine/runtime.h"
#include "tandem/session.h"
#include "tandem/stream_socket.h"

namespace tandem_examples {

/// What a client is told when it is made. Outlives it.
struct ClientRules {
  std::shared_ptr<const tandem::Config> config;
  CloseStyle close = CloseStyle::kNotify;
  std::chrono::milliseconds idle_timeout{60'000};

  /// Where handshakes wait for a key that works elsewhere. Outlives the clients.
  tandem::engine::Runtime* runtime = nullptr;
};

/// One connection, from its handshake to its end.
class Client {
 public:
  /// What the next turn waits for.
  enum class Need : std::uint8_t {
    kTurn,   ///< Nothing: there is more to do. Others first.
    kEvent,  ///< The socket, or the answer of a key: OnReady() tells.
    kGone,   ///< It is over; destroy it.
  };

  /// Bytes that one turn writes, so that one client cannot keep the loop to itself.
  static constexpr std::size_t kTurnBytes = 65536;

  /// How long the rest of what a client sends is thrown away after the end. Closing a socket with
  /// unread input resets the connection, and the reset overtakes our last words (RFC 9112 9.6).
  static constexpr std::chrono::milliseconds kLingerTime{2000};

  Client(Descriptor socket, std::unique_ptr<Dialogue> dialogue, const ClientRules& rules);

  /// Does a bounded amount of work. `buffer` is scratch space.
  Need Turn(std::span<std::byte> buffer);

  /// Has `handler` called when the key that the handshake waits for has answered.
  void OnReady(std::function<void()> handler);

  /// Notes that the socket has become readable, writable or broken.
  void NoteEvent() { starved_ = false; }

  /// Returns when HandleDue() must be called at the latest. It may move with every turn.
  Deadline due() const;

  /// Deals with a deadline that has passed.
  Need HandleDue();

  /// Says goodbye as far as that is possible without waiting. For the end of the program.
  void Leave();

  bool handshaking() const { return phase_ == Phase::kHandshake; }
  int socket() const { return socket_.number(); }
  const tandem::ConnectionInfo* info() const { return session_ ? session_->info() : nullptr; }

  /// Why it failed, if it did.
  const std::optional<tandem::Error>& failure() const { return failure_; }

 private:
  enum class Phase : std::uint8_t { kHandshake, kTalk, kPart, kListen, kLinger };

  Need Handshake();
  Need Talk(std::span<std::byte> buffer);
  bool Say();
  bool Hear(std::span<std::byte> buffer);
  void BeginToPart();
  Need Part();
  Need Listen(std::span<std::byte> buffer);
  Need Linger(std::span<std::byte> buffer);
  Need BeginToLinger();
  Need Fail(tandem::Error error);
  void Touch();

  const ClientRules& rules_;
  Descriptor socket_;
  tandem::StreamSocket transport_;
  std::optional<tandem::Session> session_;
  std::unique_ptr<Dialogue> dialogue_;
  Phase phase_ = Phase::kHandshake;
  bool starved_ = false;  // The last read found nothing, and no event has come since.
  Deadline give_up_;
  std::optional<tandem::Error> failure_;
};

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_CLIENT_H_
