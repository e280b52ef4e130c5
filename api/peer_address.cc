#include "tandem/peer_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <cstring>
#include <string_view>

namespace tandem {
namespace {

// Where the parts are in bytes().
constexpr std::size_t kPortAt = 1;
constexpr std::size_t kAddressAt = 3;
constexpr std::size_t kScopeAt = kAddressAt + sizeof(in6_addr);
constexpr std::size_t kSize4 = kAddressAt + sizeof(in_addr);
constexpr std::size_t kSize6 = kScopeAt + sizeof(std::uint32_t);

constexpr std::byte kFamily4{4};
constexpr std::byte kFamily6{6};

}  // namespace

std::optional<PeerAddress> PeerAddress::FromSockaddr(const sockaddr* address, socklen_t length) {
  sa_family_t family = AF_UNSPEC;
  if (address == nullptr || length < offsetof(sockaddr, sa_family) + sizeof(family)) return {};
  std::memcpy(&family, &address->sa_family, sizeof(family));
  PeerAddress peer;
  if (family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in from;
    std::memcpy(&from, address, sizeof(from));
    peer.bytes_[0] = kFamily4;
    std::memcpy(&peer.bytes_[kPortAt], &from.sin_port, sizeof(from.sin_port));
    std::memcpy(&peer.bytes_[kAddressAt], &from.sin_addr, sizeof(from.sin_addr));
    peer.size_ = kSize4;
    return peer;
  }
  if (family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 from;
    std::memcpy(&from, address, sizeof(from));
    const std::uint32_t scope = htonl(from.sin6_scope_id);
    peer.bytes_[0] = kFamily6;
    std::memcpy(&peer.bytes_[kPortAt], &from.sin6_port, sizeof(from.sin6_port));
    std::memcpy(&peer.bytes_[kAddressAt], &from.sin6_addr, sizeof(from.sin6_addr));
    std::memcpy(&peer.bytes_[kScopeAt], &scope, sizeof(scope));
    peer.size_ = kSize6;
    return peer;
  }
  return {};
}

socklen_t PeerAddress::ToSockaddr(sockaddr_storage& into) const {
  into = {};
  if (size_ == kSize4) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    std::memcpy(&to.sin_port, &bytes_[kPortAt], sizeof(to.sin_port));
    std::memcpy(&to.sin_addr, &bytes_[kAddressAt], sizeof(to.sin_addr));
    std::memcpy(&into, &to, sizeof(to));
    return sizeof(to);
  }
  if (size_ == kSize6) {
    sockaddr_in6 to{};
    std::uint32_t scope = 0;
    std::memcpy(&scope, &bytes_[kScopeAt], sizeof(scope));
    to.sin6_family = AF_INET6;
    to.sin6_scope_id = ntohl(scope);
    std::memcpy(&to.sin6_port, &bytes_[kPortAt], sizeof(to.sin6_port));
    std::memcpy(&to.sin6_addr, &bytes_[kAddressAt], sizeof(to.sin6_addr));
    std::memcpy(&into, &to, sizeof(to));
    return sizeof(to);
  }
  return 0;
}

std::uint16_t PeerAddress::port() const {
  std::uint16_t port = 0;
  std::memcpy(&port, &bytes_[kPortAt], sizeof(port));
  return ntohs(port);
}

std::string PeerAddress::ToString() const {
  if (empty()) return "nobody";
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool is_six = size_ == kSize6;
  ::inet_ntop(is_six ? AF_INET6 : AF_INET, &bytes_[kAddressAt], text.data(), text.size());
  std::string host = text.data();
  if (is_six) {
    std::uint32_t scope = 0;
    std::memcpy(&scope, &bytes_[kScopeAt], sizeof(scope));
    if (scope != 0) host += "%" + std::to_string(ntohl(scope));
    host = "[" + host + "]";
  }
  return host + ":" + std::to_string(port());
}

}  // namespace tandem

std::size_t std::hash<tandem::PeerAddress>::operator()(
    const tandem::PeerAddress& address) const noexcept {
  const std::span<const std::byte> bytes = address.bytes();
  return std::hash<std::string_view>()(
      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}
