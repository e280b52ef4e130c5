// A crowd of clients that do nothing but full handshakes: a storm for a server to stand.

#ifndef TANDEM_EXAMPLES_CROWD_H_
#define TANDEM_EXAMPLES_CROWD_H_

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "examples/net.h"
#include "tandem/config.h"
#include "tandem/server_name.h"
#include "tandem/session.h"
#include "tandem/stream_socket.h"

namespace tandem_examples {

/// Keeps a number of handshakes going at once: whenever one ends, the next begins. One thread.
class Crowd {
 public:
  /// What is connected to, and as what kind of client.
  struct Rules {
    Endpoint server;
    tandem::ServerName name;
    std::shared_ptr<const tandem::Config> config;
    int size = 32;  ///< Handshakes at once.
  };

  /// Handshakes that may fail before it gives up: a server that refuses all is not stormed.
  static constexpr std::uint64_t kFailureLimit = 100;

  explicit Crowd(Rules rules) : rules_(std::move(rules)) {}

  /// Shakes hands until the deadline, or, if that is earlier, until `stop` is readable or closed.
  /// False: it has given up.
  bool Run(Deadline deadline, int stop);

  std::uint64_t done() const { return done_; }
  std::uint64_t failed() const { return failed_; }

  /// Why the last one that failed did.
  const std::string& failure() const { return failure_; }

 private:
  struct Visitor {
    explicit Visitor(Descriptor connected)
        : socket(std::move(connected)), transport(socket.number()) {}

    Descriptor socket;
    tandem::StreamSocket transport;
    std::optional<tandem::Session> session;
  };

  void Fill();
  bool Wait(Deadline deadline, int stop);
  bool Step(Visitor& visitor);
  void Fail(std::string why);

  const Rules rules_;
  std::list<Visitor> visitors_;
  std::vector<bool> ready_;  // In the order of visitors_.
  std::uint64_t done_ = 0;
  std::uint64_t failed_ = 0;
  std::string failure_;
};

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_CROWD_H_
