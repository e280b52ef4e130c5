#include "examples/dtls_echo_socket.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

namespace tandem_examples {
namespace {

using tandem::Error;
using tandem::ErrorKind;

// Room for the bursts of many peers, while the loop signs for one. The kernel may give less
// (net.core.rmem_max).
constexpr int kReceiveBuffer = 1 << 20;

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

Error Failure(const std::string& what, const Endpoint& endpoint, int system_error) {
  Error error = tandem::MakeError(ErrorKind::kTransport, what + " " + EndpointText(endpoint));
  error.system_error = system_error;
  return error;
}

// Opens a socket for the endpoint's first address and has `attach`, which is bind(2) or connect(2),
// do its work.
tandem::Result<Descriptor> Open(const Endpoint& endpoint, const std::string& purpose,
                                int (*attach)(int, const sockaddr*, socklen_t)) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICSERV;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* list = nullptr;
  const int status = ::getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &hints, &list);
  if (status != 0) {
    const int system_error = status == EAI_SYSTEM ? errno : 0;
    return Failure(std::string(::gai_strerror(status)) + ": cannot look up", endpoint,
                   system_error);
  }
  const std::unique_ptr<addrinfo, FreeAddresses> address(list);
  constexpr int kType = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  Descriptor socket(::socket(address->ai_family, kType, 0));
  if (!socket.is_open() || attach(socket.number(), address->ai_addr, address->ai_addrlen) != 0) {
    return Failure(purpose, endpoint, errno);
  }
  return socket;
}

}  // namespace

tandem::Result<Descriptor> BindDatagrams(const Endpoint& endpoint) {
  auto socket = Open(endpoint, "cannot listen on", ::bind);
  if (socket.ok()) {
    ::setsockopt(socket->number(), SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer));
  }
  return socket;
}

tandem::Result<Descriptor> ConnectDatagrams(const Endpoint& endpoint) {
  return Open(endpoint, "cannot send to", ::connect);
}

}  // namespace tandem_examples
