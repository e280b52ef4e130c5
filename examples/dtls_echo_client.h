// The client of dtls_echo: lines go out as datagrams, and what comes back is printed.

#ifndef TANDEM_EXAMPLES_DTLS_ECHO_CLIENT_H_
#define TANDEM_EXAMPLES_DTLS_ECHO_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "examples/net.h"
#include "examples/outcome.h"
#include "tandem/session.h"

namespace tandem_examples {

/// One run of one session. Datagrams may get lost, so it counts what came back, and waits no longer
/// than it was told to.
class DtlsEchoClient {
 public:
  /// Lines that are under way at once. More would only fill somebody's receive buffer.
  static constexpr std::size_t kUnderWay = 16;

  /// Bytes of one line: more than any datagram.
  static constexpr std::size_t kLineLimit = 65'536;

  /// `wait` is how long it listens for what may be lost. The session's transport uses `socket`.
  DtlsEchoClient(tandem::Session& session, int socket, std::chrono::milliseconds wait, bool verbose)
      : session_(session), socket_(socket), wait_(wait), verbose_(verbose) {}

  /// Handshakes, sends the lines of stdin, prints the echoes on stdout, parts.
  Outcome Run();

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<Outcome> Handshake();
  std::optional<Outcome> SendLines();
  std::optional<Outcome> SendLine(std::string_view line);
  std::optional<Outcome> ReadEchoes();
  std::optional<Outcome> WaitForMore();
  std::optional<Outcome> ReadInput();
  void Part();

  Outcome Explain() const;
  std::size_t NextLine() const;

  tandem::Session& session_;
  const int socket_;
  const std::chrono::milliseconds wait_;
  const bool verbose_;

  std::string input_;  // Read, and not yet sent.
  bool input_ended_ = false;
  bool closed_ = false;  // The server has said goodbye.
  std::size_t sent_ = 0;
  std::size_t settled_ = 0;  // Of these: came back, or was given up.
  std::size_t echoed_ = 0;
  Clock::time_point give_up_{};
};

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_DTLS_ECHO_CLIENT_H_
