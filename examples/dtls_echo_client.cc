#include "examples/dtls_echo_client.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <iostream>
#include <span>
#include <string_view>
#include <system_error>

#include "examples/dtls_echo_facts.h"
#include "tandem/error.h"

namespace tandem_examples {
namespace {

using tandem::Status;

// The status of our own; the others are in examples/outcome.h.
constexpr int kExitLost = 10;

// A round is never longer, so that nothing depends on one wakeup.
constexpr std::chrono::seconds kLongestWait{60};

Outcome Local(const std::string& what) {
  return {kExitLocal, what + " (" + std::generic_category().message(errno) + ")"};
}

}  // namespace

Outcome DtlsEchoClient::Run() {
  if (auto failure = Handshake()) return *failure;
  if (verbose_) std::cerr << "dtls_echo: " << DescribeDtls(*session_.info()) << "\n";
  give_up_ = Clock::now() + wait_;
  while (!closed_) {
    if (auto failure = SendLines()) {
      Part();
      return *failure;
    }
    if (auto failure = ReadEchoes()) return *failure;
    if (input_ended_ && input_.empty() && settled_ >= sent_) break;
    if (closed_) break;
    if (auto failure = WaitForMore()) return *failure;
  }
  Part();
  if (std::fflush(stdout) != 0) return Local("cannot write to stdout");
  if (echoed_ >= sent_ && input_ended_ && input_.empty()) return {};
  const std::string counts = std::to_string(echoed_) + " of " + std::to_string(sent_);
  if (closed_) return {kExitTruncated, "the server has closed, after " + counts + " echoes"};
  return {kExitLost, "lost: " + counts + " echoes came"};
}

// Whether readable, writable or late: the session finds out itself what there is to do.
std::optional<Outcome> DtlsEchoClient::Handshake() {
  while (true) {
    const Status status = session_.Handshake();
    if (status == Status::kOk) return std::nullopt;
    if (status == Status::kError) return Explain();
    const Clock::time_point due = session_.event_timeout().value_or(Clock::now() + kLongestWait);
    WaitFor(socket_, session_.interest(), due);
    if (session_.HandleEvents() == Status::kError) return Explain();
  }
}

// Says what to do about the commonest mistake, in the words for it.
Outcome DtlsEchoClient::Explain() const {
  const tandem::Error& error = *session_.error();
  if (error.system_error != ECONNREFUSED) return OutcomeOf(error);
  return {kExitTransport, "transport: nobody listens there (Connection refused)"};
}

// Returns how long the line is that may be sent now; 0 if there is none. A line is sent with its
// end; the last one may have none.
std::size_t DtlsEchoClient::NextLine() const {
  if (sent_ - settled_ >= kUnderWay || session_.interest().write) return 0;
  const std::size_t end = input_.find('\n');
  if (end != std::string::npos) return end + 1;
  return input_ended_ || input_.size() > kLineLimit ? input_.size() : 0;
}

std::optional<Outcome> DtlsEchoClient::SendLines() {
  while (const std::size_t bytes = NextLine()) {
    if (auto failure = SendLine(std::string_view(input_).substr(0, bytes))) return failure;
    input_.erase(0, bytes);
  }
  return std::nullopt;
}

std::optional<Outcome> DtlsEchoClient::SendLine(std::string_view line) {
  const tandem::IoResult result = session_.Write(std::as_bytes(std::span(line)));
  switch (result.status) {
    case Status::kError: return Explain();
    case Status::kRefused:
      return Outcome{kExitUsage, "too large: a line of " + std::to_string(line.size()) +
                                     " bytes, and a datagram takes " +
                                     std::to_string(session_.max_datagram())};
    default: break;  // Output that waits is as good as lost: it may come, or not.
  }
  ++sent_;
  give_up_ = Clock::now() + wait_;
  return std::nullopt;
}

std::optional<Outcome> DtlsEchoClient::ReadEchoes() {
  std::array<std::byte, kLineLimit> buffer;
  while (true) {
    const auto [status, bytes, truncated] = session_.Read(buffer);
    if (status == Status::kError) return Explain();
    closed_ = status == Status::kClosed;
    if (status != Status::kOk) break;
    if (std::fwrite(buffer.data(), 1, bytes, stdout) != bytes) return Local("cannot write");
    ++echoed_;
    settled_ = std::max(std::min(settled_ + 1, sent_), std::min(echoed_, sent_));
    give_up_ = Clock::now() + wait_;
  }
  // Who reads them wants them now.
  if (std::fflush(stdout) != 0) return Local("cannot write to stdout");
  return std::nullopt;
}

std::optional<Outcome> DtlsEchoClient::WaitForMore() {
  const tandem::Interest interest = session_.interest();
  if (interest.now || NextLine() > 0) return std::nullopt;
  // While lines wait, no more are read.
  const bool wants_input = !input_ended_ && input_.size() <= kLineLimit;
  const short events = static_cast<short>(POLLIN | (interest.write ? POLLOUT : 0));
  std::array<pollfd, 2> polls{{{socket_, events, 0}, {wants_input ? 0 : -1, POLLIN, 0}}};
  Clock::time_point until = session_.event_timeout().value_or(Clock::now() + kLongestWait);
  const bool listens = settled_ < sent_;
  if (listens) until = std::min(until, give_up_);
  const int ready = ::poll(polls.data(), polls.size(), PollTimeout(until));
  if (ready < 0 && errno != EINTR) return Local("cannot wait");
  if (session_.HandleEvents() == Status::kError) return Explain();
  if (ready > 0 && polls[1].revents != 0) return ReadInput();
  // What has not come by now will not come.
  if (listens && Clock::now() >= give_up_) settled_ = sent_;
  return std::nullopt;
}

std::optional<Outcome> DtlsEchoClient::ReadInput() {
  std::array<char, 16'384> buffer;
  const ssize_t bytes = ::read(STDIN_FILENO, buffer.data(), buffer.size());
  if (bytes < 0 && errno != EINTR && errno != EAGAIN) return Local("cannot read stdin");
  if (bytes == 0) input_ended_ = true;
  if (bytes > 0) input_.append(buffer.data(), static_cast<std::size_t>(bytes));
  return std::nullopt;
}

// Nobody waits for the answer: it may be lost, and so may this.
void DtlsEchoClient::Part() {
  session_.Shutdown();
  session_.Flush();
}

}  // namespace tandem_examples
