#include "tandem/stream_socket.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <vector>

namespace tandem {
namespace {

using Outcome = TransportResult::Outcome;

// Two ends of one connection; blocking descriptors, so that a call that waits would be seen.
struct Pair {
  Pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0); }
  ~Pair() {
    for (const int end : ends) {
      if (end >= 0) ::close(end);
    }
  }
  void CloseSecond() {
    ::close(ends[1]);
    ends[1] = -1;
  }
  std::array<int, 2> ends{-1, -1};
};

TEST(StreamSocket, NeverWaitsOnABlockingDescriptorAndLeavesItBlocking) {
  const Pair pair;
  StreamSocket socket(pair.ends[0]);
  std::array<std::byte, 4> buffer;
  EXPECT_EQ(socket.Receive(buffer).outcome, Outcome::kWouldBlock);
  const std::vector<std::byte> much(1 << 20);
  std::size_t sent = 0;
  while (true) {
    const TransportResult result = socket.Send(much);
    if (result.outcome != Outcome::kMoved) {
      EXPECT_EQ(result.outcome, Outcome::kWouldBlock);
      break;
    }
    sent += result.bytes;
  }
  EXPECT_GT(sent, 0U);
  EXPECT_EQ(::fcntl(pair.ends[0], F_GETFL) & O_NONBLOCK, 0);
}

TEST(StreamSocket, TellsTheEndFromAFailure) {
  Pair pair;
  StreamSocket socket(pair.ends[0]);
  pair.CloseSecond();
  std::array<std::byte, 4> buffer;
  EXPECT_EQ(socket.Receive(buffer).outcome, Outcome::kEnd);
  StreamSocket nowhere(-1);
  const TransportResult failed = nowhere.Receive(buffer);
  EXPECT_EQ(failed.outcome, Outcome::kFailed);
  EXPECT_EQ(failed.system_error, EBADF);
}

TEST(StreamSocket, SendToAClosedPeerFailsWithoutASignal) {
  Pair pair;
  StreamSocket socket(pair.ends[0]);
  pair.CloseSecond();
  const std::array<std::byte, 4> bytes{};
  const TransportResult failed = socket.Send(bytes);
  EXPECT_EQ(failed.outcome, Outcome::kFailed);
  EXPECT_EQ(failed.system_error, EPIPE);
}

TEST(StreamSocket, LeavesTheDescriptorOpen) {
  const Pair pair;
  { StreamSocket socket(pair.ends[0]); }
  EXPECT_NE(::fcntl(pair.ends[0], F_GETFD), -1);
}

}  // namespace
}  // namespace tandem
