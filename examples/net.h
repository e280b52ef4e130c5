// Sockets for the example programs: owning, naming, listening, connecting. No TLS here.
//
// It does badly: names are looked up with getaddrinfo(3), which blocks. A client that fetches one
// thing can live with that; a server only does it once, before it serves.

#ifndef TANDEM_EXAMPLES_NET_H_
#define TANDEM_EXAMPLES_NET_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tandem/result.h"
#include "tandem/status.h"

namespace tandem_examples {

using Deadline = std::chrono::steady_clock::time_point;

/// Owns a file descriptor and closes it.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      Close();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~Descriptor() { Close(); }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  void Close();

 private:
  int number_ = -1;
};

/// A host (a name or an address, without brackets) and a port.
struct Endpoint {
  std::string host;
  std::string port;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// Reads `host:port`, `[v6]:port`, or either without a port if there is a `default_port`.
std::optional<Endpoint> ParseEndpoint(std::string_view text, std::string_view default_port = "");

/// Returns `host:port`, with brackets around an IPv6 address.
std::string EndpointText(const Endpoint& endpoint);

/// Connects to the first of the endpoint's addresses that answers. A second address is tried when
/// the one before has failed or has been silent for a quarter of a second (after RFC 8305), so that
/// a dead one costs little. The result does not block. Errors: kTransport, kTimedOut.
tandem::Result<Descriptor> Connect(const Endpoint& endpoint, Deadline deadline);

/// Listens on the endpoint's first address. Port 0 takes a free one. The result does not block.
tandem::Result<Descriptor> Listen(const Endpoint& endpoint);

/// Returns the address that a socket is bound to.
Endpoint LocalEndpoint(int socket);

/// Returns the address that a socket is connected to.
Endpoint PeerEndpoint(int socket);

/// Returns the milliseconds until a deadline as poll(2) wants them: rounded up, and not negative.
int PollTimeout(Deadline until);

/// Sleeps until the socket is ready for what a session waits for. False when the deadline passes.
bool WaitFor(int socket, const tandem::Interest& interest, Deadline deadline);

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_NET_H_
