// Carries bytes between two descriptors (stdin and stdout) and a session, both ways at once.
//
//     input  -->  [unsent]  -->  Session::Write  -->  the peer
//     output <-- [undelivered] <-- Session::Read <--  the peer
//
// Each direction holds one bounded piece and takes the next when that has gone: who does not take
// what we bring is not brought more, and whoever brings it is not listened to either.

#ifndef TANDEM_EXAMPLES_PUMP_H_
#define TANDEM_EXAMPLES_PUMP_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "examples/net.h"
#include "examples/tls_flags.h"
#include "tandem/error.h"
#include "tandem/session.h"

namespace tandem_examples {

/// How a pump works. The descriptors may be anything that poll(2) takes, files and terminals among
/// it. They stay as they are: what belongs to others too must not be made non-blocking.
struct PumpRules {
  int input = 0;
  int output = 1;

  /// What the end of the input is to the peer. kHalf: we say close_notify, and go on listening.
  /// kNotify: nothing; we say it when the peer has. kAbrupt: the end; we say nothing and leave.
  CloseStyle close = CloseStyle::kHalf;

  /// How long the peer may leave us waiting: for room, or after the end of the input for its own
  /// end. While it is our user who is silent, nobody waits.
  std::chrono::milliseconds patience{30'000};
};

/// How it ended, and how much had been carried.
struct PumpEnd {
  std::optional<tandem::Error> error;  ///< Of the connection.
  std::string local;                   ///< What failed of input or output; empty: nothing.
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
};

/// One session's bytes, from the end of its handshake to the end of it all. SIGPIPE must be
/// ignored.
class Pump {
 public:
  /// Bytes of the input that are taken at a time: four full records.
  static constexpr std::size_t kInputBytes = 65536;

  /// Bytes of the peer that are taken at a time: a full record.
  static constexpr std::size_t kOutputBytes = 16384;

  /// Uses `session`, whose handshake is done, and the socket below it.
  Pump(tandem::Session& session, int socket, const PumpRules& rules);

  /// Carries until it is over.
  PumpEnd Run();

  /// Waits for something to do, until `until` at the latest, and does a bounded amount of it. False
  /// when it is over.
  bool Turn(Deadline until);

  const PumpEnd& end() const { return end_; }

 private:
  // Which descriptors the last poll(2) called ready.
  struct Ready {
    bool input = false;
    bool output = false;
    bool socket = false;
  };

  Ready Wait(Deadline until);
  void Receive();
  void Deliver();
  void TakeInput();
  void EndInput();
  void Send();
  void PartIfDone();
  void GiveUp();
  void Fail(tandem::Error error);
  void FailLocally(const char* what, int system_error);
  bool receives() const { return undelivered_.empty() && peer_open_; }
  bool WaitsForPeer() const;
  void Touch();

  tandem::Session& session_;
  const int socket_;
  const PumpRules rules_;
  std::array<std::byte, kInputBytes> input_;
  std::array<std::byte, kOutputBytes> output_;
  std::span<const std::byte> unsent_;       // Of input_.
  std::span<const std::byte> undelivered_;  // Of output_.
  bool input_open_ = true;
  bool peer_open_ = true;
  bool parting_ = false;  // Nothing is left but to flush what the session holds.
  bool over_ = false;
  Deadline give_up_;
  PumpEnd end_;
};

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_PUMP_H_
