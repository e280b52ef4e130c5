#include "tandem/stream_socket.h"

#include <sys/socket.h>
#include <sys/types.h>
#include <cerrno>

namespace tandem {
namespace {

bool WouldBlock(int system_error) { return system_error == EAGAIN || system_error == EWOULDBLOCK; }

}  // namespace

TransportResult StreamSocket::Receive(std::span<std::byte> into) {
  while (true) {
    const ssize_t received = ::recv(descriptor_, into.data(), into.size(), MSG_DONTWAIT);
    if (received > 0) return TransportResult::Moved(static_cast<std::size_t>(received));
    if (received == 0) return TransportResult::End();
    if (errno == EINTR) continue;
    return WouldBlock(errno) ? TransportResult::WouldBlock() : TransportResult::Failed(errno);
  }
}

TransportResult StreamSocket::Send(std::span<const std::byte> records) {
  while (true) {
    const ssize_t sent =
        ::send(descriptor_, records.data(), records.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) return TransportResult::Moved(static_cast<std::size_t>(sent));
    if (sent == 0) return TransportResult::WouldBlock();
    if (errno == EINTR) continue;
    return WouldBlock(errno) ? TransportResult::WouldBlock() : TransportResult::Failed(errno);
  }
}

}  // namespace tandem
