// How long a server takes to say something back on a connection that is there already.

#ifndef TANDEM_EXAMPLES_ECHO_METER_H_
#define TANDEM_EXAMPLES_ECHO_METER_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "examples/net.h"
#include "tandem/config.h"
#include "tandem/result.h"
#include "tandem/server_name.h"
#include "tandem/session.h"
#include "tandem/stream_socket.h"

namespace tandem_examples {

/// Times from when a message should have been sent until it was back, in microseconds.
struct EchoTimes {
  double median = 0;
  double p99 = 0;
  double worst = 0;
  std::size_t messages = 0;
};

/// Returns the times of which these are the samples; there must be one at least.
EchoTimes Summarise(std::vector<double> microseconds);

/// Sends messages at a fixed rate, whether or not the answers keep up: a server that stalls is
/// charged for every message that it should have answered meanwhile.
class EchoMeter {
 public:
  /// One message. The server sends back what it gets.
  static constexpr std::size_t kMessageBytes = 64;

  /// Connects and shakes hands. Errors: as Session's, kTransport, kTimedOut.
  static tandem::Result<std::unique_ptr<EchoMeter>> Open(
      const Endpoint& server, const tandem::ServerName& name,
      const std::shared_ptr<const tandem::Config>& config, Deadline deadline);

  /// Sends `rate` messages a second for that long. kTimedOut if one of them is not back in time.
  tandem::Result<EchoTimes> Measure(std::chrono::milliseconds length, int rate);

 private:
  using Clock = std::chrono::steady_clock;

  explicit EchoMeter(Descriptor socket)
      : socket_(std::move(socket)), transport_(socket_.number()) {}

  tandem::Status Hear(std::vector<double>& times, Clock::time_point start,
                      std::chrono::nanoseconds period);
  void SleepUntil(Clock::time_point next) const;

  Descriptor socket_;
  tandem::StreamSocket transport_;
  std::unique_ptr<tandem::Session> session_;
  std::size_t heard_bytes_ = 0;  // Of this measurement.
};

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_ECHO_METER_H_
