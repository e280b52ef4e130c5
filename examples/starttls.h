// STARTTLS: the few plaintext lines that SMTP and IMAP speak before TLS begins.
//
// Nothing that comes before TLS can be believed, and nothing of it may reach what comes after. So
// only two questions are asked (is TLS there? will you begin?), and a server that says one byte
// more than the answers has either been tampered with or would be (CVE-2011-0411): it is refused.

#ifndef TANDEM_EXAMPLES_STARTTLS_H_
#define TANDEM_EXAMPLES_STARTTLS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "examples/net.h"
#include "tandem/error.h"

namespace tandem_examples {

/// What is spoken before TLS.
enum class PlainProtocol : std::uint8_t {
  kNone,
  kSmtp,  ///< RFC 3207.
  kImap,  ///< RFC 9051 section 6.2.1.
};

/// The client's side of the conversation: text in, text out, no sockets.
///
///     greeting --> capabilities --> go-ahead --> done
class StartTls {
 public:
  /// Bytes of a line. RFC 5321 allows 512 for SMTP; IMAP names no limit, and servers list much.
  static constexpr std::size_t kLineLimit = 2048;

  /// Lines of the whole conversation: a greeting and some dozen capabilities.
  static constexpr int kLineCount = 100;

  /// Begins to listen for a greeting. `client` is how we call ourselves in SMTP: a name, or an
  /// address in brackets.
  StartTls(PlainProtocol protocol, std::string client);

  /// Takes what the server said. Returns why TLS cannot begin, or nothing. Errors: kProtocol,
  /// kIncompatible (the server does not offer TLS), kLimit. Not to be called after an error.
  std::optional<tandem::Error> TakeInput(std::string_view input);

  /// Takes what to say next; empty if there is nothing.
  std::string TakeOutput();

  /// Says whether the server awaits a ClientHello.
  bool done() const { return stage_ == Stage::kDone; }

 private:
  enum class Stage : std::uint8_t { kGreeting, kCapabilities, kGoAhead, kDone };

  // What a line of the server was to the question that stands.
  enum class Meaning : std::uint8_t { kMore, kYes, kNo, kNonsense };

  std::optional<tandem::Error> TakeLine(std::string_view line);
  std::optional<tandem::Error> Advance();
  Meaning Read(std::string_view line);
  Meaning ReadSmtp(std::string_view line);
  Meaning ReadImap(std::string_view line);
  std::string_view ImapTag() const;

  const PlainProtocol protocol_;
  const std::string client_;
  Stage stage_ = Stage::kGreeting;
  bool offered_ = false;
  int lines_ = 0;
  std::string input_;
  std::string output_;
};

/// Leads the conversation over a non-blocking socket. kNone: does nothing. Fails as TakeInput()
/// does, and with kTransport or kTimedOut.
std::optional<tandem::Error> BeginTls(PlainProtocol protocol, int socket, Deadline deadline);

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_STARTTLS_H_
