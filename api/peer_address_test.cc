#include "tandem/peer_address.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <cstring>
#include <map>
#include <unordered_set>
#include <vector>

namespace tandem {
namespace {

sockaddr_in V4(const char* address, std::uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  EXPECT_EQ(::inet_pton(AF_INET, address, &made.sin_addr), 1);
  return made;
}

sockaddr_in6 V6(const char* address, std::uint16_t port, std::uint32_t scope = 0) {
  sockaddr_in6 made{};
  made.sin6_family = AF_INET6;
  made.sin6_port = htons(port);
  made.sin6_scope_id = scope;
  EXPECT_EQ(::inet_pton(AF_INET6, address, &made.sin6_addr), 1);
  return made;
}

template <typename Sockaddr>
PeerAddress Peer(const Sockaddr& address) {
  const std::optional<PeerAddress> peer =
      PeerAddress::FromSockaddr(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  EXPECT_TRUE(peer.has_value());
  return peer.value_or(PeerAddress());
}

std::vector<int> Numbers(const PeerAddress& peer) {
  std::vector<int> numbers;
  for (const std::byte byte : peer.bytes()) numbers.push_back(std::to_integer<int>(byte));
  return numbers;
}

TEST(PeerAddress, ReadsAsPeopleWriteIt) {
  EXPECT_EQ(Peer(V4("192.0.2.1", 4433)).ToString(), "192.0.2.1:4433");
  EXPECT_EQ(Peer(V6("2001:db8::1", 4433)).ToString(), "[2001:db8::1]:4433");
  EXPECT_EQ(Peer(V6("fe80::1", 65535, 2)).ToString(), "[fe80::1%2]:65535");
  EXPECT_EQ(Peer(V6("::ffff:192.0.2.1", 1)).ToString(), "[::ffff:192.0.2.1]:1");
  EXPECT_EQ(PeerAddress().ToString(), "nobody");
}

TEST(PeerAddress, BytesAreTheSameOnEveryMachine) {
  EXPECT_EQ(Numbers(Peer(V4("192.0.2.1", 0x1151))),
            (std::vector<int>{4, 0x11, 0x51, 192, 0, 2, 1}));
  EXPECT_EQ(Numbers(Peer(V6("2001:db8::1", 0x1151, 7))),
            (std::vector<int>{6, 0x11, 0x51, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0,
                              0, 0,    0,    0,    0,    0,    1,    0, 0, 0, 7}));
  EXPECT_TRUE(PeerAddress().bytes().empty());
}

TEST(PeerAddress, EqualityIgnoresPaddingAndFlowLabels) {
  sockaddr_in padded = V4("192.0.2.1", 4433);
  std::memset(padded.sin_zero, 0x55, sizeof(padded.sin_zero));
  EXPECT_EQ(Peer(padded), Peer(V4("192.0.2.1", 4433)));
  sockaddr_in6 labelled = V6("2001:db8::1", 4433);
  labelled.sin6_flowinfo = htonl(0x12345);
  EXPECT_EQ(Peer(labelled), Peer(V6("2001:db8::1", 4433)));
}

TEST(PeerAddress, EachPartTellsPeersApart) {
  const std::vector<PeerAddress> peers = {
      PeerAddress(),
      Peer(V4("192.0.2.1", 4433)),
      Peer(V4("192.0.2.1", 4434)),
      Peer(V4("192.0.2.2", 4433)),
      Peer(V6("::ffff:192.0.2.1", 4433)),
      Peer(V6("fe80::1", 4433, 1)),
      Peer(V6("fe80::1", 4433, 2)),
      Peer(V6("fe80::1", 4434, 1)),
  };
  const std::unordered_set<PeerAddress> hashed(peers.begin(), peers.end());
  EXPECT_EQ(hashed.size(), peers.size());
  std::map<PeerAddress, int> sorted;
  for (const PeerAddress& peer : peers) ++sorted[peer];
  EXPECT_EQ(sorted.size(), peers.size());
}

TEST(PeerAddress, ComesBackAsItWentIn) {
  sockaddr_storage back;
  const sockaddr_in four = V4("192.0.2.1", 4433);
  ASSERT_EQ(Peer(four).ToSockaddr(back), sizeof(four));
  EXPECT_EQ(std::memcmp(&back, &four, sizeof(four)), 0);
  const sockaddr_in6 six = V6("fe80::1", 4433, 3);
  ASSERT_EQ(Peer(six).ToSockaddr(back), sizeof(six));
  EXPECT_EQ(std::memcmp(&back, &six, sizeof(six)), 0);
  EXPECT_EQ(Peer(six).port(), 4433);
  EXPECT_EQ(PeerAddress().ToSockaddr(back), 0U);
  EXPECT_EQ(back.ss_family, AF_UNSPEC);
}

TEST(PeerAddress, RefusesWhatIsNoInternetAddress) {
  EXPECT_FALSE(PeerAddress::FromSockaddr(nullptr, 0).has_value());
  const sockaddr_in four = V4("192.0.2.1", 4433);
  const auto* const cut = reinterpret_cast<const sockaddr*>(&four);
  for (socklen_t length = 0; length < sizeof(four); ++length) {
    EXPECT_FALSE(PeerAddress::FromSockaddr(cut, length).has_value()) << length;
  }
  sockaddr_storage other{};
  other.ss_family = AF_UNIX;
  const auto* const local = reinterpret_cast<const sockaddr*>(&other);
  EXPECT_FALSE(PeerAddress::FromSockaddr(local, sizeof(other)).has_value());
}

}  // namespace
}  // namespace tandem
