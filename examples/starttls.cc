#include "examples/starttls.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <utility>

namespace tandem_examples {
namespace {

using tandem::Error;
using tandem::ErrorKind;

// How much of a line of a stranger is shown.
constexpr std::size_t kQuoteBytes = 80;

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

// A line of the server for an error message. What is not printable would talk to the terminal.
std::string Quote(std::string_view line) {
  std::string text = "'";
  for (const char c : line.substr(0, kQuoteBytes)) text += c >= ' ' && c <= '~' ? c : '?';
  return text + (line.size() > kQuoteBytes ? "...'" : "'");
}

// Takes the word at the front of `text`, in upper case, and the space behind it.
std::string TakeWord(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  std::string word = Upper(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

Error SpeaksOutOfTurn() {
  return tandem::MakeError(ErrorKind::kProtocol,
                           "the server sent more than it was asked for before TLS began; somebody "
                           "may have put it there");
}

// RFC 5321 section 4.1.3.
std::string AddressLiteral(const std::string& address) {
  return address.find(':') == std::string::npos ? "[" + address + "]" : "[IPv6:" + address + "]";
}

}  // namespace

StartTls::StartTls(PlainProtocol protocol, std::string client)
    : protocol_(protocol), client_(std::move(client)) {
  if (protocol_ == PlainProtocol::kNone) stage_ = Stage::kDone;
}

std::optional<Error> StartTls::TakeInput(std::string_view input) {
  if (input.empty()) return std::nullopt;
  if (done()) return SpeaksOutOfTurn();
  input_ += input;
  while (true) {
    const std::size_t end = input_.find('\n');
    if (std::min(end, input_.size()) > kLineLimit || lines_ == kLineCount) {
      return tandem::MakeError(ErrorKind::kLimit, "the server talks too much before TLS begins");
    }
    if (end == std::string::npos) return std::nullopt;
    ++lines_;
    std::string line = input_.substr(0, end);
    input_.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    if (auto error = TakeLine(line)) return error;
    if (input_.empty()) return std::nullopt;
    // It has just been asked something, or is to wait for TLS: it cannot have answered yet.
    if (done() || !output_.empty()) return SpeaksOutOfTurn();
  }
}

std::optional<Error> StartTls::TakeLine(std::string_view line) {
  switch (Read(line)) {
    case Meaning::kMore: return std::nullopt;
    case Meaning::kYes: return Advance();
    case Meaning::kNo:
      return tandem::MakeError(ErrorKind::kIncompatible,
                               "the server refuses to start TLS: " + Quote(line));
    case Meaning::kNonsense: break;
  }
  return tandem::MakeError(ErrorKind::kProtocol,
                           "the server does not speak " +
                               std::string(protocol_ == PlainProtocol::kSmtp ? "SMTP" : "IMAP") +
                               ": " + Quote(line));
}

// Asks the next question.
std::optional<Error> StartTls::Advance() {
  const bool smtp = protocol_ == PlainProtocol::kSmtp;
  switch (stage_) {
    case Stage::kGreeting:
      stage_ = Stage::kCapabilities;
      output_ += smtp ? "EHLO " + client_ + "\r\n" : "a1 CAPABILITY\r\n";
      return std::nullopt;
    case Stage::kCapabilities:
      if (!offered_) {
        return tandem::MakeError(ErrorKind::kIncompatible, "the server does not offer STARTTLS");
      }
      stage_ = Stage::kGoAhead;
      output_ += smtp ? "STARTTLS\r\n" : "a2 STARTTLS\r\n";
      return std::nullopt;
    case Stage::kGoAhead:
    case Stage::kDone: break;
  }
  stage_ = Stage::kDone;
  return std::nullopt;
}

StartTls::Meaning StartTls::Read(std::string_view line) {
  return protocol_ == PlainProtocol::kSmtp ? ReadSmtp(line) : ReadImap(line);
}

// RFC 5321 section 4.2: three digits, and "-" behind them in all lines but the last.
StartTls::Meaning StartTls::ReadSmtp(std::string_view line) {
  const bool number = line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3,
                                                      [](char c) { return c >= '0' && c <= '9'; });
  if (!number || (line.size() > 3 && line[3] != ' ' && line[3] != '-')) return Meaning::kNonsense;
  const std::string_view wanted = stage_ == Stage::kCapabilities ? "250" : "220";
  if (!line.starts_with(wanted)) {
    // Errors are 4yz and 5yz; anything else is not an answer to what was asked.
    return line[0] == '4' || line[0] == '5' ? Meaning::kNo : Meaning::kNonsense;
  }
  std::string_view rest = line.substr(std::min<std::size_t>(4, line.size()));
  if (stage_ == Stage::kCapabilities && TakeWord(rest) == "STARTTLS") offered_ = true;
  return line.size() > 3 && line[3] == '-' ? Meaning::kMore : Meaning::kYes;
}

std::string_view StartTls::ImapTag() const {
  if (stage_ == Stage::kGreeting) return "*";
  return stage_ == Stage::kCapabilities ? "A1" : "A2";
}

// RFC 9051 section 2.2.2: "*" before what comes by itself, our tag before the answer.
StartTls::Meaning StartTls::ReadImap(std::string_view line) {
  std::string_view rest = line;
  const std::string tag = TakeWord(rest);
  if (tag != "*" && tag != ImapTag()) return Meaning::kNonsense;
  const std::string word = TakeWord(rest);
  if (word == "BYE") return Meaning::kNo;
  if (tag != ImapTag()) {
    while (word == "CAPABILITY" && stage_ == Stage::kCapabilities && !rest.empty()) {
      if (TakeWord(rest) == "STARTTLS") offered_ = true;
    }
    return Meaning::kMore;
  }
  if (word == "OK") return Meaning::kYes;
  // A server that takes us for logged in already (PREAUTH) has no use for TLS (RFC 9051, 7.1.4).
  if (word == "NO" || word == "BAD" || word == "PREAUTH") return Meaning::kNo;
  return Meaning::kNonsense;
}

std::string StartTls::TakeOutput() { return std::exchange(output_, {}); }

// --- Over a socket -------------------------------------------------------------------------------

namespace {

Error Broken(const char* what, int system_error) {
  Error error = tandem::MakeError(ErrorKind::kTransport, what);
  error.system_error = system_error;
  return error;
}

Error TookTooLong() {
  return tandem::MakeError(ErrorKind::kTimedOut, "the server was silent before TLS began");
}

std::optional<Error> SendAll(int socket, std::string_view text, Deadline deadline) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      text.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
      return Broken("the connection broke before TLS began", errno);
    }
    if (!WaitFor(socket, {.write = true}, deadline)) return TookTooLong();
  }
  return std::nullopt;
}

// What has come already cannot be TLS: a server does not speak first there.
bool HasInput(int socket) {
  char byte = 0;
  return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

}  // namespace

std::optional<Error> BeginTls(PlainProtocol protocol, int socket, Deadline deadline) {
  StartTls talk(protocol, AddressLiteral(LocalEndpoint(socket).host));
  std::array<char, 1024> buffer;
  while (!talk.done()) {
    if (!WaitFor(socket, {.read = true}, deadline)) return TookTooLong();
    const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got == 0) return Broken("the server ended the connection before TLS began", 0);
    if (got < 0) {
      if (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK) continue;
      return Broken("the connection broke before TLS began", errno);
    }
    auto error = talk.TakeInput({buffer.data(), static_cast<std::size_t>(got)});
    if (error.has_value()) return error;
    if ((error = SendAll(socket, talk.TakeOutput(), deadline))) return error;
  }
  if (protocol != PlainProtocol::kNone && HasInput(socket)) return SpeaksOutOfTurn();
  return std::nullopt;
}

}  // namespace tandem_examples
