#include "examples/net.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

namespace tandem_examples {
namespace {

using Clock = std::chrono::steady_clock;
using tandem::Error;
using tandem::ErrorKind;

// RFC 8305 section 5, "Connection Attempt Delay".
constexpr std::chrono::milliseconds kAttemptDelay{250};

// The kernel shortens it to net.core.somaxconn.
constexpr int kBacklog = 4096;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Error TransportError(std::string what, int system_error) {
  Error error = tandem::MakeError(ErrorKind::kTransport, std::move(what));
  error.system_error = system_error;
  return error;
}

tandem::Result<Addresses> Resolve(const Endpoint& endpoint, int flags) {
  addrinfo hints{};
  hints.ai_flags = flags | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int status = ::getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &hints, &list);
  if (status == 0) return Addresses(list);
  return TransportError("cannot look up " + EndpointText(endpoint) + ": " + ::gai_strerror(status),
                        status == EAI_SYSTEM ? errno : 0);
}

// Several attempts to connect at once. The first that succeeds wins, the others are closed.
class Connector {
 public:
  explicit Connector(const addrinfo* addresses) : next_(addresses) {}

  // Starts the next attempt. False when there are no more addresses.
  bool StartNext() {
    if (next_ == nullptr) return false;
    const addrinfo& address = *next_;
    next_ = next_->ai_next;
    Descriptor socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.is_open()) {
      last_error_ = errno;
      return true;
    }
    const int status = ::connect(socket.number(), address.ai_addr, address.ai_addrlen);
    if (status == 0 || errno == EINPROGRESS) {
      attempts_.push_back(std::move(socket));
    } else {
      last_error_ = errno;
    }
    return true;
  }

  // Waits for any attempt to end. Returns the winner, or a closed descriptor.
  Descriptor Wait(Clock::time_point until) {
    std::vector<pollfd> polls;
    for (const Descriptor& attempt : attempts_) polls.push_back({attempt.number(), POLLOUT, 0});
    if (::poll(polls.data(), polls.size(), PollTimeout(until)) <= 0) return Descriptor();
    for (std::size_t i = polls.size(); i-- > 0;) {
      if (polls[i].revents == 0) continue;
      int error = 0;
      socklen_t size = sizeof(error);
      ::getsockopt(polls[i].fd, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error == 0) return std::move(attempts_[i]);
      last_error_ = error;
      attempts_.erase(attempts_.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return Descriptor();
  }

  bool idle() const { return attempts_.empty(); }
  bool has_more() const { return next_ != nullptr; }
  int last_error() const { return last_error_; }

 private:
  const addrinfo* next_;
  std::vector<Descriptor> attempts_;
  int last_error_ = 0;
};

// Asks getsockname(2) or getpeername(2).
Endpoint EndpointOf(int socket, int (*ask)(int, sockaddr*, socklen_t*)) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  // The C interface wants a sockaddr.
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (ask(socket, generic, &size) != 0 ||
      ::getnameinfo(generic, size, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return {"?", "0"};
  }
  return {host.data(), port.data()};
}

}  // namespace

void Descriptor::Close() {
  if (number_ >= 0) ::close(number_);
  number_ = -1;
}

std::optional<Endpoint> ParseEndpoint(std::string_view text, std::string_view default_port) {
  std::string_view host = text;
  std::string_view port = default_port;
  std::size_t colon = text.rfind(':');
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == std::string_view::npos) return std::nullopt;
    host = text.substr(1, bracket - 1);
    colon = bracket + 1;
    if (colon < text.size() && text[colon] != ':') return std::nullopt;
  } else if (colon != std::string_view::npos) {
    host = text.substr(0, colon);
    // An IPv6 address needs brackets: its last group would be taken for a port.
    if (host.find(':') != std::string_view::npos) return std::nullopt;
  }
  if (colon < text.size()) port = text.substr(colon + 1);
  const bool digits =
      std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (host.empty() || port.empty() || port.size() > 5 || !digits) return std::nullopt;
  if (std::stoi(std::string(port)) > 65535) return std::nullopt;
  return Endpoint{std::string(host), std::string(port)};
}

std::string EndpointText(const Endpoint& endpoint) {
  const bool is_v6 = endpoint.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + endpoint.port;
}

tandem::Result<Descriptor> Connect(const Endpoint& endpoint, Deadline deadline) {
  auto addresses = Resolve(endpoint, AI_ADDRCONFIG);
  if (!addresses.ok()) return std::move(addresses).error();
  Connector connector(addresses->get());
  while (connector.StartNext() || !connector.idle()) {
    if (connector.idle()) continue;
    const Clock::time_point next = Clock::now() + kAttemptDelay;
    Descriptor winner = connector.Wait(connector.has_more() ? std::min(deadline, next) : deadline);
    if (winner.is_open()) {
      // Requests and flights are written whole: waiting for more to send only delays them.
      const int on = 1;
      ::setsockopt(winner.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
      return winner;
    }
    if (Clock::now() < deadline) continue;
    return tandem::MakeError(ErrorKind::kTimedOut,
                             "no answer from " + EndpointText(endpoint) + " within the time limit");
  }
  return TransportError("cannot connect to " + EndpointText(endpoint), connector.last_error());
}

tandem::Result<Descriptor> Listen(const Endpoint& endpoint) {
  auto addresses = Resolve(endpoint, AI_PASSIVE);
  if (!addresses.ok()) return std::move(addresses).error();
  const addrinfo& address = **addresses;
  Descriptor socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (!socket.is_open() ||
      ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
      ::bind(socket.number(), address.ai_addr, address.ai_addrlen) != 0 ||
      ::listen(socket.number(), kBacklog) != 0) {
    return TransportError("cannot listen on " + EndpointText(endpoint), errno);
  }
  return socket;
}

Endpoint LocalEndpoint(int socket) { return EndpointOf(socket, ::getsockname); }

Endpoint PeerEndpoint(int socket) { return EndpointOf(socket, ::getpeername); }

// Rounding down would spin through the last millisecond.
int PollTimeout(Deadline until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1'000'000'000));
}

bool WaitFor(int socket, const tandem::Interest& interest, Deadline deadline) {
  if (interest.now) return true;
  pollfd poll{socket, 0, 0};
  if (interest.read) poll.events |= POLLIN;
  if (interest.write) poll.events |= POLLOUT;
  while (true) {
    const int ready = ::poll(&poll, 1, PollTimeout(deadline));
    if (ready > 0) return true;
    if (ready == 0 && Clock::now() >= deadline) return false;
    if (ready < 0 && errno != EINTR) return false;
  }
}

}  // namespace tandem_examples
