#include "examples/echo_meter.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "tandem/error.h"

namespace tandem_examples {
namespace {

using tandem::ErrorKind;
using tandem::Status;

// What is not back so long after the last message was sent is lost.
constexpr std::chrono::seconds kGrace{20};

}  // namespace

EchoTimes Summarise(std::vector<double> microseconds) {
  std::sort(microseconds.begin(), microseconds.end());
  const std::size_t last = microseconds.size() - 1;
  return {microseconds[last / 2], microseconds[last * 99 / 100], microseconds[last],
          microseconds.size()};
}

tandem::Result<std::unique_ptr<EchoMeter>> EchoMeter::Open(
    const Endpoint& server, const tandem::ServerName& name,
    const std::shared_ptr<const tandem::Config>& config, Deadline deadline) {
  auto socket = Connect(server, deadline);
  if (!socket.ok()) return socket.error();
  std::unique_ptr<EchoMeter> meter(new EchoMeter(*std::move(socket)));
  auto session = tandem::Session::Client(config, name, meter->transport_);
  if (!session.ok()) return session.error();
  meter->session_ = std::make_unique<tandem::Session>(*std::move(session));
  for (;;) {
    const Status status = meter->session_->Handshake();
    if (status == Status::kOk) return meter;
    if (status == Status::kError) return *meter->session_->error();
    if (!WaitFor(meter->socket_.number(), meter->session_->interest(), deadline)) {
      return tandem::MakeError(ErrorKind::kTimedOut, "the handshake takes too long");
    }
  }
}

tandem::Result<EchoTimes> EchoMeter::Measure(std::chrono::milliseconds length, int rate) {
  const std::chrono::nanoseconds period = std::chrono::nanoseconds(std::chrono::seconds(1)) / rate;
  const auto count = static_cast<std::size_t>(std::max<std::int64_t>(1, length / period));
  const std::array<std::byte, kMessageBytes> message{};
  std::vector<double> times;
  times.reserve(count);
  heard_bytes_ = 0;
  const Clock::time_point start = Clock::now() + period;
  const auto due = [&](std::size_t i) { return start + period * static_cast<std::int64_t>(i); };
  std::size_t sent = 0;
  while (times.size() < count) {
    const Clock::time_point now = Clock::now();
    if (now > due(count) + kGrace) {
      return tandem::MakeError(ErrorKind::kTimedOut, "a message has not come back");
    }
    if (sent < count && now >= due(sent)) {
      const auto said = session_->Write(message);
      if (said.status == Status::kError) return *session_->error();
      if (said.bytes == kMessageBytes) ++sent;
    }
    const Status heard = Hear(times, start, period);
    if (heard == Status::kError) return *session_->error();
    if (heard == Status::kClosed) {
      return tandem::MakeError(ErrorKind::kTruncated, "the server has gone");
    }
    if (heard == Status::kWantRead) SleepUntil(sent < count ? due(sent) : due(count) + kGrace);
  }
  return Summarise(std::move(times));
}

// Takes what has come back, and notes when.
Status EchoMeter::Hear(std::vector<double>& times, Clock::time_point start,
                       std::chrono::nanoseconds period) {
  std::array<std::byte, 4096> buffer;
  const auto result = session_->Read(buffer);
  const Clock::time_point now = Clock::now();
  heard_bytes_ += result.bytes;
  while (times.size() < heard_bytes_ / kMessageBytes) {
    const auto due = start + period * static_cast<std::int64_t>(times.size());
    times.push_back(std::chrono::duration<double, std::micro>(now - due).count());
  }
  return result.status;
}

void EchoMeter::SleepUntil(Clock::time_point next) const {
  const auto left = std::max<std::chrono::nanoseconds>(next - Clock::now(), {});
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timespec time{seconds.count(), (left - seconds).count()};
  const tandem::Interest wait = session_->interest();
  if (wait.now) return;
  const int events = (wait.read ? POLLIN : 0) | (wait.write ? POLLOUT : 0);
  pollfd poll{socket_.number(), static_cast<short>(events), 0};
  ::ppoll(&poll, 1, &time, nullptr);
}

}  // namespace tandem_examples
