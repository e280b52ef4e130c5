#include "tandem/datagram_socket.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

std::size_t allocations = 0;

// What the next calls of the system fail with; 0 lets one pass. Then they do what they do.
std::deque<int> failures;

bool FailsAsTold() {
  if (failures.empty()) return false;
  const int failure = failures.front();
  failures.pop_front();
  if (failure != 0) errno = failure;
  return failure != 0;
}

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* const memory = std::malloc(bytes > 0 ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

extern "C" {
ssize_t sendto(int descriptor, const void* bytes, size_t size, int flags, const sockaddr* to,
               socklen_t length) {
  if (FailsAsTold()) return -1;
  return ::syscall(SYS_sendto, descriptor, bytes, size, flags, to, length);
}
ssize_t recv(int descriptor, void* bytes, size_t size, int flags) {
  if (FailsAsTold()) return -1;
  return ::syscall(SYS_recvfrom, descriptor, bytes, size, flags, nullptr, nullptr);
}
ssize_t recvmsg(int descriptor, msghdr* message, int flags) {
  if (FailsAsTold()) return -1;
  return ::syscall(SYS_recvmsg, descriptor, message, flags);
}
}  // extern "C"

namespace tandem {
namespace {

using Outcome = TransportResult::Outcome;

// Only a test that fails waits so long: loopback delivers before send() returns.
constexpr int kPatienceMilliseconds = 5000;

// More than fits a datagram, over IPv4 (65507) and over IPv6 (65527).
constexpr std::size_t kTooLarge = 65528;

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string Text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool Happens(int descriptor, short events) {
  pollfd waited{descriptor, events, 0};
  return ::poll(&waited, 1, kPatienceMilliseconds) == 1 && (waited.revents & events) != 0;
}

// A blocking descriptor, so that a call that waits would be seen.
class Udp {
 public:
  explicit Udp(int family) : descriptor_(::socket(family, SOCK_DGRAM, 0)) {
    sockaddr_storage address{};
    address.ss_family = static_cast<sa_family_t>(family);
    socklen_t length = sizeof(sockaddr_in);
    if (family == AF_INET6) {
      reinterpret_cast<sockaddr_in6&>(address).sin6_addr = in6addr_loopback;
      length = sizeof(sockaddr_in6);
    } else {
      reinterpret_cast<sockaddr_in&>(address).sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    is_bound_ = ::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), length) == 0;
  }
  Udp(const Udp&) = delete;
  Udp& operator=(const Udp&) = delete;
  ~Udp() { Close(); }

  void Close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

  void Connect(const PeerAddress& to) const {
    sockaddr_storage address;
    const socklen_t length = to.ToSockaddr(address);
    ASSERT_EQ(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), length), 0);
  }

  PeerAddress address() const {
    sockaddr_storage address{};
    auto* const pointer = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof(address);
    EXPECT_EQ(::getsockname(descriptor_, pointer, &length), 0);
    return PeerAddress::FromSockaddr(pointer, length).value_or(PeerAddress());
  }

  int descriptor() const { return descriptor_; }
  bool is_bound() const { return is_bound_; }

 private:
  int descriptor_;
  bool is_bound_ = false;
};

std::vector<int> Families() {
  if (Udp(AF_INET6).is_bound()) return {AF_INET, AF_INET6};
  std::puts("NOTE: this machine has no ::1; what follows holds for IPv4 only");
  return {AF_INET};
}

void ExpectFailed(TransportResult result, int system_error) {
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.system_error, system_error);
}

void ExpectMoved(TransportResult result, std::size_t bytes) {
  EXPECT_EQ(result.outcome, Outcome::kMoved) << result.system_error;
  EXPECT_EQ(result.bytes, bytes);
}

// Returns what the next Receive() gave.
std::string Received(Transport& transport, std::size_t room = 100) {
  std::vector<std::byte> buffer(room);
  const TransportResult result = transport.Receive(buffer);
  EXPECT_EQ(result.outcome, Outcome::kMoved) << result.system_error;
  return Text(std::span(buffer).first(result.bytes));
}

TransportResult Receive(Transport& transport) {
  std::array<std::byte, 100> buffer;
  return transport.Receive(buffer);
}

// A client whose socket is connected to the server's, which is not connected.
class SocketTest : public testing::TestWithParam<int> {
 protected:
  SocketTest() {
    EXPECT_TRUE(server_.is_bound() && client_.is_bound());
    client_.Connect(server_.address());
  }

  void ServerSays(std::string_view text) const {
    ExpectMoved(SendTo(server_.descriptor(), client_.address(), Bytes(text)), text.size());
  }

  // The client's next word finds nobody, and the network says so.
  void ServerVanishes() {
    server_.Close();
    ExpectMoved(socket_.Send(Bytes("hello?")), 6);
    EXPECT_TRUE(Happens(client_.descriptor(), POLLERR));
  }

  Udp server_{GetParam()};
  Udp client_{GetParam()};
  DatagramSocket socket_{client_.descriptor()};
};

INSTANTIATE_TEST_SUITE_P(Loopback, SocketTest, testing::ValuesIn(Families()),
                         [](const testing::TestParamInfo<int>& family) {
                           return family.param == AF_INET ? "Ipv4" : "Ipv6";
                         });

TEST_P(SocketTest, ConnectedMovesOneDatagramWithEachCallAndLeavesTheDescriptorAlone) {
  EXPECT_EQ(socket_.kind(), TransportKind::kDatagram);
  EXPECT_EQ(Receive(socket_).outcome, Outcome::kWouldBlock);
  for (const std::string_view text : {"one", "", "three"}) ServerSays(text);
  ASSERT_TRUE(Happens(client_.descriptor(), POLLIN));
  EXPECT_EQ(Received(socket_), "one");
  EXPECT_EQ(Received(socket_), "");
  EXPECT_EQ(Received(socket_, 2), "th");
  EXPECT_EQ(Receive(socket_).outcome, Outcome::kWouldBlock);
  { DatagramSocket other(client_.descriptor()); }
  EXPECT_EQ(::fcntl(client_.descriptor(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(client_.descriptor(), F_GETFD), -1);
}

TEST_P(SocketTest, ConnectedFailsAtOnceWhereNobodyListens) {
  ServerVanishes();
  ExpectFailed(Receive(socket_), ECONNREFUSED);
  ExpectFailed(Receive(socket_), ECONNREFUSED);
}

TEST_P(SocketTest, ConnectedSendsInSpiteOfARefusalAndReceiveTellsOfIt) {
  ServerVanishes();
  ExpectMoved(socket_.Send(Bytes("again")), 5);
  ExpectFailed(Receive(socket_), ECONNREFUSED);
}

TEST_P(SocketTest, ConnectedIgnoresRefusalsOnceThePeerHasSpoken) {
  ServerSays("hello");
  EXPECT_EQ(Received(socket_), "hello");
  ServerVanishes();
  EXPECT_EQ(Receive(socket_).outcome, Outcome::kWouldBlock);
  ServerVanishes();
  ExpectMoved(socket_.Send(Bytes("still here")), 10);
}

TEST_P(SocketTest, ConnectedFindsTheWordOfThePeerBehindARefusal) {
  ServerSays("first");
  ServerSays("second");
  ServerVanishes();
  EXPECT_EQ(Received(socket_), "first");
  ServerVanishes();
  EXPECT_EQ(Received(socket_), "second");
  EXPECT_EQ(Receive(socket_).outcome, Outcome::kWouldBlock);
}

TEST_P(SocketTest, TooLargeIsSaidAndSmallerOnesPass) {
  const std::vector<std::byte> large(kTooLarge);
  ExpectFailed(socket_.Send(large), EMSGSIZE);
  ExpectFailed(SendTo(server_.descriptor(), client_.address(), large), EMSGSIZE);
  ExpectMoved(socket_.Send(Bytes("small")), 5);
}

TEST_P(SocketTest, PathPayloadIsWhatOneDatagramMayHave) {
  EXPECT_FALSE(DatagramSocket(server_.descriptor()).path_payload().has_value());
  const std::optional<std::size_t> payload = socket_.path_payload();
  ASSERT_TRUE(payload.has_value());
  EXPECT_GE(*payload, 1200U);
  ExpectMoved(socket_.Send(std::vector<std::byte>(*payload)), *payload);
  EXPECT_LT(*payload, kTooLarge);
}

TEST_P(SocketTest, ConnectedFailsOnWhatIsNoConnectedSocket) {
  DatagramSocket unconnected(server_.descriptor());
  ExpectFailed(unconnected.Send(Bytes("to whom?")), EDESTADDRREQ);
  client_.Close();
  ExpectFailed(Receive(socket_), EBADF);
  ExpectFailed(socket_.Send(Bytes("gone")), EBADF);
  const int no_socket = ::open("/dev/null", O_RDWR);
  DatagramSocket file(no_socket);
  ExpectFailed(Receive(file), ENOTSOCK);
  ExpectFailed(file.Send(Bytes("nothing")), ENOTSOCK);
  ::close(no_socket);
}

// Two ends of a socket pair that keeps datagrams apart. Unlike loopback, it can be full.
struct Pair {
  Pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends.data()), 0); }
  ~Pair() {
    for (const int end : ends) ::close(end);
  }
  std::array<int, 2> ends{-1, -1};
};

TEST(DatagramSocket, ABlockedSendTakesNothingAndPassesLater) {
  const Pair pair;
  DatagramSocket near(pair.ends[0]);
  DatagramSocket far(pair.ends[1]);
  const std::string text(50, 'x');
  TransportResult result;
  std::size_t sent = 0;
  while ((result = near.Send(Bytes(text))).outcome == Outcome::kMoved) ++sent;
  EXPECT_EQ(result.outcome, Outcome::kWouldBlock);
  ASSERT_GT(sent, 0U);
  EXPECT_EQ(Received(far), text);
  ExpectMoved(near.Send(Bytes(text)), text.size());
  for (std::size_t i = 0; i < sent; ++i) EXPECT_EQ(Received(far), text);
  EXPECT_EQ(Receive(far).outcome, Outcome::kWouldBlock);
}

TEST(ReceiveFrom, NamesNobodyWhereThereIsNoInternetAddress) {
  const Pair pair;
  ExpectMoved(DatagramSocket(pair.ends[1]).Send(Bytes("hello")), 5);
  std::array<std::byte, 10> buffer;
  const ReceivedDatagram received = ReceiveFrom(pair.ends[0], buffer);
  ExpectMoved(received.result, 5);
  EXPECT_TRUE(received.from.empty());
}

TEST_P(SocketTest, ReceiveFromSaysWhoAndHowMuchAndWhetherItWasCut) {
  std::array<std::byte, 5> buffer;
  EXPECT_EQ(ReceiveFrom(server_.descriptor(), buffer).result.outcome, Outcome::kWouldBlock);
  for (const std::string_view text : {"", "whole", "truncated"}) {
    ExpectMoved(socket_.Send(Bytes(text)), text.size());
    ASSERT_TRUE(Happens(server_.descriptor(), POLLIN));
    const ReceivedDatagram received = ReceiveFrom(server_.descriptor(), buffer);
    ExpectMoved(received.result, std::min(text.size(), buffer.size()));
    EXPECT_EQ(received.from, client_.address()) << received.from.ToString();
    EXPECT_EQ(received.truncated, text == "truncated");
    EXPECT_EQ(Text(std::span(buffer).first(received.result.bytes)), text.substr(0, 5));
  }
  ExpectFailed(ReceiveFrom(-1, buffer).result, EBADF);
}

TEST_P(SocketTest, TwoPeersOfOneSocketHearTheirOwnWordsOnly) {
  Udp second(GetParam());
  second.Connect(server_.address());
  DatagramSocket second_socket(second.descriptor());
  std::map<PeerAddress, PeerDatagrams> peers;
  for (const PeerAddress& peer : {client_.address(), second.address()}) {
    peers.emplace(peer, PeerDatagrams(server_.descriptor(), peer));
  }
  for (const std::string_view text : {"1", "2", "3"}) {
    ExpectMoved(socket_.Send(Bytes("a" + std::string(text))), 2);
    ExpectMoved(second_socket.Send(Bytes("b" + std::string(text))), 2);
  }
  for (int datagram = 0; datagram < 6; ++datagram) {
    ASSERT_TRUE(Happens(server_.descriptor(), POLLIN));
    std::array<std::byte, 10> buffer;
    const ReceivedDatagram received = ReceiveFrom(server_.descriptor(), buffer);
    EXPECT_TRUE(peers.at(received.from).Deliver(std::span(buffer).first(received.result.bytes)));
  }
  for (auto& [address, peer] : peers) {
    EXPECT_EQ(peer.peer(), address);
    const std::string name = address == client_.address() ? "a" : "b";
    for (const std::string_view text : {"1", "2", "3"}) {
      EXPECT_EQ(Received(peer), name + std::string(text));
    }
    EXPECT_EQ(Receive(peer).outcome, Outcome::kWouldBlock);
    ExpectMoved(peer.Send(Bytes("for " + name)), 5);
  }
  EXPECT_EQ(Received(socket_), "for a");
  EXPECT_EQ(Received(second_socket), "for b");
}

TEST_P(SocketTest, AFullPeerQueueDropsAndCounts) {
  PeerDatagrams peer(server_.descriptor(), client_.address());
  for (std::size_t i = 0; i < kPeerDatagramLimits.datagrams; ++i) {
    EXPECT_TRUE(peer.Deliver(Bytes(std::to_string(i))));
  }
  EXPECT_FALSE(peer.Deliver(Bytes("late")));
  EXPECT_EQ(peer.dropped(), 1U);
  EXPECT_EQ(peer.waiting(), kPeerDatagramLimits.datagrams);
  EXPECT_EQ(Received(peer), "0");
  EXPECT_TRUE(peer.Deliver({}));
}

// With IP_RECVERR the kernel tells an unconnected socket of refusals too, whoever they are about.
TEST_P(SocketTest, APeerThatHasGoneHurtsNeitherItselfNorOthers) {
  const int on = 1;
  const int level = GetParam() == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
  const int name = GetParam() == AF_INET ? IP_RECVERR : IPV6_RECVERR;
  ASSERT_EQ(::setsockopt(server_.descriptor(), level, name, &on, sizeof(on)), 0);
  Udp second(GetParam());
  PeerDatagrams gone(server_.descriptor(), second.address());
  PeerDatagrams other(server_.descriptor(), client_.address());
  second.Close();
  ExpectMoved(gone.Send(Bytes("hello?")), 6);
  ASSERT_TRUE(Happens(server_.descriptor(), POLLERR));
  ExpectMoved(other.Send(Bytes("hello")), 5);
  EXPECT_EQ(Received(socket_), "hello");
  ExpectMoved(gone.Send(Bytes("hello?")), 6);
  std::array<std::byte, 10> buffer;
  EXPECT_EQ(ReceiveFrom(server_.descriptor(), buffer).result.outcome, Outcome::kWouldBlock);
  EXPECT_EQ(Receive(gone).outcome, Outcome::kWouldBlock);
}

TEST_P(SocketTest, SendToFailsForNobodyAndWithoutASocket) {
  ExpectFailed(SendTo(server_.descriptor(), PeerAddress(), Bytes("hello?")), EDESTADDRREQ);
  ExpectFailed(SendTo(-1, client_.address(), Bytes("hello?")), EBADF);
}

// All that an ICMP message can make a socket say, and what this machine says of the way itself.
constexpr int kWords[] = {EACCES, ECONNREFUSED, EHOSTDOWN,  EHOSTUNREACH, ENETDOWN, ENETUNREACH,
                          ENONET, ENOPROTOOPT,  EOPNOTSUPP, EPERM,        EPROTO};

// Returns what the server got, or none if nothing came.
std::optional<std::string> Arrived(const Udp& server) {
  std::array<std::byte, 100> buffer;
  const ReceivedDatagram received = ReceiveFrom(server.descriptor(), buffer);
  if (received.result.outcome != Outcome::kMoved) return std::nullopt;
  return Text(std::span(buffer).first(received.result.bytes));
}

TEST_P(SocketTest, InterruptedCallsGoOn) {
  failures = {EINTR, EINTR, 0, EINTR, 0};
  ExpectMoved(socket_.Send(Bytes("hello")), 5);
  EXPECT_EQ(Arrived(server_), "hello");
  ServerSays("hi");
  failures = {EINTR, EINTR, 0};
  EXPECT_EQ(Received(socket_), "hi");
}

TEST_P(SocketTest, WantOfBuffersBlocks) {
  for (const int error : {EAGAIN, ENOBUFS, ENOMEM}) {
    failures = {error, error, error};
    PeerDatagrams peer(server_.descriptor(), client_.address());
    EXPECT_EQ(socket_.Send(Bytes("hello")).outcome, Outcome::kWouldBlock);
    EXPECT_EQ(peer.Send(Bytes("hi")).outcome, Outcome::kWouldBlock);
    EXPECT_EQ(Receive(socket_).outcome, Outcome::kWouldBlock);
    EXPECT_TRUE(failures.empty());
  }
  EXPECT_EQ(Arrived(server_), std::nullopt);
}

TEST_P(SocketTest, OneWordOfTheNetworkKeepsNoDatagramBack) {
  for (const int word : kWords) {
    DatagramSocket socket(client_.descriptor());
    failures = {word, 0};
    ExpectMoved(socket.Send(Bytes("hello")), 5);
    EXPECT_EQ(Arrived(server_), "hello");
    ServerSays("hi");
    failures = {word, word, 0};
    EXPECT_EQ(Received(socket), "hi");
  }
}

TEST_P(SocketTest, WithoutAWayConnectedFailsUntilThePeerHasSpokenAndLosesAfterwards) {
  for (const int word : kWords) {
    failures = {word, word};
    ExpectFailed(DatagramSocket(client_.descriptor()).Send(Bytes("hello?")), word);
    DatagramSocket friendly(client_.descriptor());
    ServerSays("hello");
    EXPECT_EQ(Received(friendly), "hello");
    failures = {word, word, word, word};
    ExpectMoved(friendly.Send(Bytes("lost")), 4);
    ExpectMoved(SendTo(server_.descriptor(), client_.address(), Bytes("lost")), 4);
    EXPECT_TRUE(failures.empty());
    EXPECT_EQ(Arrived(server_), std::nullopt);
  }
}

TEST_P(SocketTest, WordsWithoutEndDoNotHoldAReceiver) {
  for (const int word : kWords) {
    DatagramSocket stranger(client_.descriptor());
    failures = std::deque<int>(100, word);
    const Outcome expected = word == ECONNREFUSED ? Outcome::kFailed : Outcome::kWouldBlock;
    EXPECT_EQ(Receive(stranger).outcome, expected);
    EXPECT_EQ(Arrived(server_), std::nullopt);
    EXPECT_GT(failures.size(), 80U);
    failures.clear();
  }
}

TEST_P(SocketTest, TooLargeIsToldFromAnOldWordOfTheNetwork) {
  ServerSays("hello");
  EXPECT_EQ(Received(socket_), "hello");
  failures = {EMSGSIZE, 0, EMSGSIZE, EMSGSIZE, EMSGSIZE};
  ExpectMoved(socket_.Send(Bytes("small")), 5);
  ExpectFailed(socket_.Send(Bytes("large")), EMSGSIZE);
  EXPECT_EQ(Receive(socket_).outcome, Outcome::kWouldBlock);
}

TEST_P(SocketTest, SocketsNeverAllocate) {
  const PeerAddress to = client_.address();
  std::array<std::byte, 100> buffer;
  const std::size_t before = allocations;
  const TransportResult sent = SendTo(server_.descriptor(), to, Bytes("hello"));
  const TransportResult received = socket_.Receive(buffer);
  const TransportResult answered = socket_.Send(Bytes("hi"));
  const ReceivedDatagram answer = ReceiveFrom(server_.descriptor(), buffer);
  const std::size_t after = allocations;
  ExpectMoved(sent, 5);
  ExpectMoved(received, 5);
  ExpectMoved(answered, 2);
  ExpectMoved(answer.result, 2);
  EXPECT_EQ(after, before);
}

TEST_P(SocketTest, APeerAllocatesNothingUntilDatagramsComeAndAllocatesNoMoreForEach) {
  std::array<std::byte, 1200> buffer{};
  const std::size_t before = allocations;
  PeerDatagrams peer(server_.descriptor(), client_.address());
  bool is_served = Receive(peer).outcome == Outcome::kWouldBlock;
  const std::size_t idle = allocations;
  for (int turn = 0; turn < 1000; ++turn) {
    is_served = is_served && peer.Deliver(buffer) && peer.Receive(buffer).bytes == buffer.size();
  }
  const std::size_t after = allocations;
  EXPECT_TRUE(is_served);
  EXPECT_EQ(idle, before);
  EXPECT_EQ(after, before + 1);
}

}  // namespace
}  // namespace tandem
