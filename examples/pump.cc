#include "examples/pump.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

namespace tandem_examples {

using tandem::ErrorKind;
using tandem::Interest;
using tandem::Status;

using Clock = std::chrono::steady_clock;

Pump::Pump(tandem::Session& session, int socket, const PumpRules& rules)
    : session_(session), socket_(socket), rules_(rules) {
  Touch();
}

PumpEnd Pump::Run() {
  while (Turn(Deadline::max())) {
  }
  return end_;
}

bool Pump::Turn(Deadline until) {
  if (over_) return false;
  const Ready ready = Wait(until);
  // First what has come: a peer that goes away may have said why, and to write to it would fail
  // before that is read.
  if (ready.socket || session_.interest().now) Receive();
  if (ready.output) Deliver();
  if (ready.input) TakeInput();
  Send();
  const bool new_error = !end_.error.has_value() && session_.error() != nullptr;
  if (new_error && !parting_) Fail(*session_.error());
  PartIfDone();
  return !over_;
}

// --- Waiting -------------------------------------------------------------------------------------

Pump::Ready Pump::Wait(Deadline until) {
  const Interest interest = session_.interest();
  // A descriptor of which nothing is wanted is left out: its hang-up would wake us for ever. The
  // output is not, while it is needed: that its reader has gone is worth knowing.
  pollfd input{-1, POLLIN, 0};
  if (input_open_ && unsent_.empty()) input.fd = rules_.input;
  pollfd output{parting_ ? -1 : rules_.output, 0, 0};
  if (!undelivered_.empty()) output.events = POLLOUT;
  pollfd socket{-1, 0, 0};
  if (receives() && interest.read) socket.events |= POLLIN;
  if (interest.write) socket.events |= POLLOUT;
  if (socket.events != 0) socket.fd = socket_;

  if (receives() && interest.now) until = Clock::now();
  if (WaitsForPeer()) until = std::min(until, give_up_);
  std::array<pollfd, 3> polls = {input, output, socket};
  const int ready = ::poll(polls.data(), polls.size(), PollTimeout(until));
  if (ready <= 0) {
    if (WaitsForPeer() && Clock::now() >= give_up_) GiveUp();
    return {};
  }
  if (polls[2].revents != 0) Touch();
  return {polls[0].revents != 0, polls[1].revents != 0, polls[2].revents != 0};
}

bool Pump::WaitsForPeer() const {
  if (parting_) return true;
  // Then it waits for us: the program behind our output does not read.
  if (!undelivered_.empty()) return false;
  return !unsent_.empty() || !input_open_ || session_.interest().write;
}

void Pump::Touch() { give_up_ = Clock::now() + rules_.patience; }

// --- From the peer -------------------------------------------------------------------------------

void Pump::Receive() {
  if (!receives()) return;
  const auto result = session_.Read(output_);
  if (result.status == Status::kClosed) {
    // What has been taken of the input is still sent; the rest nobody wants.
    peer_open_ = false;
    input_open_ = false;
  }
  if (result.bytes == 0) return;
  undelivered_ = std::span(output_).first(result.bytes);
  end_.received += result.bytes;
}

void Pump::Deliver() {
  // Woken for nothing to write: its reader has gone.
  if (undelivered_.empty()) return FailLocally("stdout", EPIPE);
  pollfd more{rules_.output, POLLOUT, 0};
  do {
    // So much can be written to a pipe that poll(2) calls ready, and not more, without waiting.
    const std::size_t size = std::min<std::size_t>(undelivered_.size(), PIPE_BUF);
    const ssize_t written = ::write(rules_.output, undelivered_.data(), size);
    if (written < 0) {
      if (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK) return;
      return FailLocally("stdout", errno);
    }
    undelivered_ = undelivered_.subspan(static_cast<std::size_t>(written));
  } while (!undelivered_.empty() && ::poll(&more, 1, 0) == 1);
  Touch();
}

// --- To the peer ---------------------------------------------------------------------------------

void Pump::TakeInput() {
  if (!input_open_) return;
  const ssize_t got = ::read(rules_.input, input_.data(), input_.size());
  if (got > 0) {
    unsent_ = std::span(input_).first(static_cast<std::size_t>(got));
    return Touch();
  }
  // A descriptor that is not open has nothing to say.
  if (got == 0 || errno == EBADF) return EndInput();
  if (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK) return;
  FailLocally("stdin", errno);
}

void Pump::EndInput() {
  input_open_ = false;
  Touch();
  if (rules_.close == CloseStyle::kHalf) session_.Shutdown();
  if (rules_.close == CloseStyle::kAbrupt) peer_open_ = false;
}

void Pump::Send() {
  if (unsent_.empty()) {
    if (session_.interest().write) session_.Flush();
    return;
  }
  const auto result = session_.Write(unsent_);
  if (result.bytes == 0) return;
  unsent_ = unsent_.subspan(result.bytes);
  end_.sent += result.bytes;
  Touch();
}

// --- Ending --------------------------------------------------------------------------------------

// Ends when nothing is left to carry: says goodbye, and waits until it has left.
void Pump::PartIfDone() {
  if (!parting_) {
    if (peer_open_ || !unsent_.empty() || !undelivered_.empty()) return;
    parting_ = true;
    Touch();
    const bool failed = session_.error() != nullptr || end_.error.has_value();
    if (!failed && rules_.close != CloseStyle::kAbrupt) session_.Shutdown();
  }
  // After an error too: the alert is to get out.
  session_.Flush();
  if (!session_.interest().write) over_ = true;
}

void Pump::GiveUp() {
  if (parting_) {
    over_ = true;
    return;
  }
  Fail(tandem::MakeError(ErrorKind::kTimedOut, "the server neither takes nor sends anything"));
}

// What has come before is delivered nevertheless.
void Pump::Fail(tandem::Error error) {
  end_.error = std::move(error);
  input_open_ = false;
  peer_open_ = false;
  unsent_ = {};
}

void Pump::FailLocally(const char* what, int system_error) {
  end_.local = std::string(what) + ": " + std::strerror(system_error);
  input_open_ = false;
  peer_open_ = false;
  unsent_ = {};
  undelivered_ = {};
}

}  // namespace tandem_examples
