#include "tandem/datagram_socket.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <algorithm>
#include <cerrno>

namespace tandem {
namespace {

// How many words of the network one call takes away to get at what is behind. Each call of the
// system takes one; a second one has come meanwhile, and its event will wake the program again.
constexpr int kMaxWords = 4;

// Headers, RFC 791, RFC 8200 and RFC 768; what the length fields of IP count to.
constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kUdpHeader = 8;
constexpr std::size_t kMaxIpLength = 65535;

bool IsBlocked(int system_error) {
  return system_error == EAGAIN || system_error == EWOULDBLOCK || system_error == ENOBUFS ||
         system_error == ENOMEM;
}

// Says whether it tells of the way to the peer, not of the socket: all that an ICMP message can
// make a socket say (Linux: icmp_err_convert, icmpv6_err_convert), and the same from this machine.
bool IsWordOfNetwork(int system_error) {
  switch (system_error) {
    case EACCES:
    case ECONNREFUSED:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case EMSGSIZE:
    case ENETDOWN:
    case ENETUNREACH:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case EPERM:
    case EPROTO:
#ifdef ENONET
    case ENONET:
#endif
      return true;
    default: return false;
  }
}

struct Sending {
  int system_error = 0;  // or 0
  bool is_refused = false;
};

// Sends once more if the network had a word waiting: it was about an earlier datagram.
Sending SendOnce(int descriptor, std::span<const std::byte> datagram, const sockaddr* to,
                 socklen_t length) {
  Sending sending;
  bool is_second = false;
  while (::sendto(descriptor, datagram.data(), datagram.size(), MSG_DONTWAIT | MSG_NOSIGNAL, to,
                  length) < 0) {
    if (errno == EINTR) continue;
    if (errno == ECONNREFUSED) sending.is_refused = true;
    if (is_second || !IsWordOfNetwork(errno)) {
      sending.system_error = errno;
      return sending;
    }
    is_second = true;
  }
  return sending;
}

// Says what a datagram came to that is lost if the network will not have it.
TransportResult SentOrLost(int system_error, std::size_t bytes) {
  if (system_error == 0) return TransportResult::Moved(bytes);
  if (IsBlocked(system_error)) return TransportResult::WouldBlock();
  if (system_error == EMSGSIZE || !IsWordOfNetwork(system_error)) {
    return TransportResult::Failed(system_error);
  }
  return TransportResult::Moved(bytes);
}

template <typename Value>
std::optional<Value> Option(int descriptor, int level, int name) {
  Value value{};
  socklen_t length = sizeof(value);
  if (::getsockopt(descriptor, level, name, &value, &length) != 0) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::size_t> DatagramSocket::path_payload() const {
#if defined(IP_MTU) && defined(IPV6_MTU)
  const bool is_six = Option<int>(descriptor_, SOL_SOCKET, SO_DOMAIN) == AF_INET6;
  const std::optional<int> mtu = is_six ? Option<int>(descriptor_, IPPROTO_IPV6, IPV6_MTU)
                                        : Option<int>(descriptor_, IPPROTO_IP, IP_MTU);
  const std::size_t header = is_six ? kIpv6Header : kIpv4Header;
  if (!mtu.has_value() || *mtu <= static_cast<int>(header + kUdpHeader)) return std::nullopt;
  return std::min(static_cast<std::size_t>(*mtu), kMaxIpLength) - header - kUdpHeader;
#else
  return std::nullopt;
#endif
}

TransportResult DatagramSocket::Receive(std::span<std::byte> into) {
  int words = 0;
  while (!is_given_up_ && words < kMaxWords) {
    const ssize_t received = ::recv(descriptor_, into.data(), into.size(), MSG_DONTWAIT);
    if (received >= 0) {
      is_heard_ = true;
      return TransportResult::Moved(static_cast<std::size_t>(received));
    }
    if (errno == EINTR) continue;
    if (IsBlocked(errno)) break;
    if (errno == ECONNREFUSED) is_refused_ = true;
    if (!IsWordOfNetwork(errno)) return TransportResult::Failed(errno);
    ++words;  // It comes before the datagrams that wait behind it.
  }
  is_given_up_ = is_refused_ && !is_heard_;
  return is_given_up_ ? TransportResult::Failed(ECONNREFUSED) : TransportResult::WouldBlock();
}

TransportResult DatagramSocket::Send(std::span<const std::byte> records) {
  const Sending sending = SendOnce(descriptor_, records, nullptr, 0);
  // Receive() says so, if there is no datagram of the peer behind it.
  if (sending.is_refused) is_refused_ = true;
  if (!is_heard_ && sending.system_error != 0 && !IsBlocked(sending.system_error)) {
    return TransportResult::Failed(sending.system_error);
  }
  return SentOrLost(sending.system_error, records.size());
}

ReceivedDatagram ReceiveFrom(int descriptor, std::span<std::byte> into) {
  int words = 0;
  while (words < kMaxWords) {
    sockaddr_storage from{};
    iovec buffer{into.data(), into.size()};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof(from);
    message.msg_iov = &buffer;
    message.msg_iovlen = 1;
    const ssize_t received = ::recvmsg(descriptor, &message, MSG_DONTWAIT);
    if (received >= 0) {
      const std::optional<PeerAddress> peer =
          PeerAddress::FromSockaddr(reinterpret_cast<const sockaddr*>(&from),
                                    std::min<socklen_t>(message.msg_namelen, sizeof(from)));
      return {TransportResult::Moved(static_cast<std::size_t>(received)),
              peer.value_or(PeerAddress()), (message.msg_flags & MSG_TRUNC) != 0};
    }
    if (errno == EINTR) continue;
    if (IsBlocked(errno)) break;
    if (!IsWordOfNetwork(errno)) return {TransportResult::Failed(errno), PeerAddress(), false};
    ++words;
  }
  return {TransportResult::WouldBlock(), PeerAddress(), false};
}

TransportResult SendTo(int descriptor, const PeerAddress& to, std::span<const std::byte> datagram) {
  if (to.empty()) return TransportResult::Failed(EDESTADDRREQ);
  sockaddr_storage address;
  const socklen_t length = to.ToSockaddr(address);
  const Sending sending =
      SendOnce(descriptor, datagram, reinterpret_cast<const sockaddr*>(&address), length);
  return SentOrLost(sending.system_error, datagram.size());
}

bool PeerDatagrams::Deliver(std::span<const std::byte> datagram) {
  if (queue_.Push(datagram)) return true;
  ++dropped_;
  return false;
}

}  // namespace tandem
