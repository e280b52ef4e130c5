// One write is one datagram is one read, or nothing.

#include <gtest/gtest.h>

#include <algorithm>

#include "conformance/datagrams/datagram_scenario.h"

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;

class MessageScenario : public DatagramScenario {
 protected:
  void SetUp() override { ASSERT_TRUE(world_.Connect()); }

  // Writes a datagram and returns what went over the wire.
  Bytes WireFormOf(DatagramEnd& end, std::span<const std::byte> payload) {
    EXPECT_EQ(end.Write(payload), Status::kOk);
    return world_.network().trace().back().datagram;
  }
};

TEST_F(MessageScenario, EachWriteIsOneRead) {
  std::vector<ReceivedDatagram> written;
  const std::size_t most = world_.client().session().max_datagram();
  ASSERT_GT(most, 1000U);
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{2}, std::size_t{100}, most - 1, most, std::size_t{17}}) {
    written.push_back({Pattern(size, size)});
    EXPECT_EQ(world_.client().Write(written.back().payload), Status::kOk);
  }
  EXPECT_TRUE(world_.RunUntilQuiet());
  EXPECT_TRUE(world_.server().received() == written) << world_.Describe();
}

TEST_F(MessageScenario, WhatComesOverABadNetworkIsWholeAndOnce) {
  PathKnobs& knobs = world_.network().to_client();
  knobs.lost_per_mille = 200;
  knobs.duplicated_per_mille = 300;
  knobs.jitter = 20ms;
  constexpr std::size_t count = 300;
  std::vector<Bytes> written;
  for (std::size_t i = 0; i < count; ++i) {
    written.push_back(Pattern(1 + i * 3, i));
    EXPECT_EQ(world_.server().Write(written.back()), Status::kOk);
    world_.RunFor(1ms);
  }
  EXPECT_TRUE(world_.RunUntilQuiet());
  EXPECT_GT(world_.client().received().size(), count / 2);
  for (const ReceivedDatagram& got : world_.client().received()) {
    const auto place = std::ranges::find(written, got.payload);
    ASSERT_NE(place, written.end()) << "not what was written, or a second time";
    EXPECT_FALSE(got.truncated);
    written.erase(place);
  }
}

TEST_F(MessageScenario, AShortBufferTruncatesOneDatagramAndNoOther) {
  const Bytes first = Pattern(10, 1);
  const Bytes second = Pattern(4, 2);
  world_.server().read_size = 4;
  world_.client().Write(first);
  world_.client().Write(second);
  EXPECT_TRUE(world_.RunUntilQuiet());
  const auto& got = world_.server().received();
  ASSERT_EQ(got.size(), 2U) << world_.Describe();
  EXPECT_TRUE(got[0].truncated);
  EXPECT_EQ(got[0].payload, Bytes(first.begin(), first.begin() + 4));
  EXPECT_FALSE(got[1].truncated);
  EXPECT_EQ(got[1].payload, second);
}

TEST_F(MessageScenario, OneByteTooManyIsRefusedAndHarmsNothing) {
  for (DatagramEnd* end : {&world_.client(), &world_.server()}) {
    const std::size_t most = end->session().max_datagram();
    const Ordinal sent = world_.network().sent(Direction::kToServer);
    EXPECT_EQ(end->Write(Bytes(most + 1)), Status::kRefused);
    EXPECT_EQ(world_.network().sent(Direction::kToServer), sent);
    const Error* refusal = end->session().refusal();
    ASSERT_NE(refusal, nullptr);
    EXPECT_NE(refusal->what.find(std::to_string(most)), std::string::npos) << refusal->what;
    EXPECT_EQ(end->error(), nullptr);
    EXPECT_EQ(end->session().max_datagram(), most);
    EXPECT_EQ(end->Write(Pattern(most, 5)), Status::kOk);
  }
  EXPECT_TRUE(world_.RunUntilQuiet());
  ASSERT_EQ(world_.server().received().size(), 1U);
  ASSERT_EQ(world_.client().received().size(), 1U);
  EXPECT_EQ(world_.server().received()[0].payload,
            Pattern(world_.client().session().max_datagram(), 5));
}

TEST_F(MessageScenario, SeveralRecordsInOneDatagramAllCome) {
  world_.network().to_server().lost_from = 1;
  Bytes joined;
  for (const std::size_t size : {10, 20, 30}) {
    const Bytes wire = WireFormOf(world_.client(), Pattern(size, size));
    joined.insert(joined.end(), wire.begin(), wire.end());
  }
  world_.network().Inject(Direction::kToServer, joined);
  EXPECT_TRUE(world_.RunUntilQuiet());
  const auto& got = world_.server().received();
  ASSERT_EQ(got.size(), 3U) << world_.Describe();
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].payload, Pattern(10 * (i + 1), 10 * (i + 1)));
  }
  EXPECT_EQ(world_.server().session().interest().now, false);
}

TEST_F(MessageScenario, CloseNotifyClosesWithoutWaiting) {
  const Instant start = world_.now();
  world_.client().Write(Pattern(10, 1));
  EXPECT_EQ(world_.client().Shutdown(), Status::kOk);
  EXPECT_TRUE(world_.RunUntil([&] { return world_.server().closed(); }, "closing"));
  EXPECT_EQ(world_.server().received().size(), 1U);
  EXPECT_EQ(world_.now(), start + world_.network().to_server().delay);
  EXPECT_EQ(world_.client().timeout(), std::nullopt);
  EXPECT_EQ(world_.server().timeout(), std::nullopt);
  EXPECT_EQ(world_.server().error(), nullptr);
  EXPECT_EQ(world_.client().error(), nullptr);
  // The other half goes on until it is closed as well.
  EXPECT_EQ(world_.server().Write(Pattern(7, 2)), Status::kOk);
  EXPECT_EQ(world_.server().Shutdown(), Status::kOk);
  EXPECT_TRUE(world_.RunUntil([&] { return world_.client().closed(); }, "closing the other half"));
  EXPECT_EQ(world_.client().received().size(), 1U);
}

TEST_F(MessageScenario, ALostCloseNotifyHangsNobody) {
  world_.network().to_server().lost_from = 1;
  EXPECT_EQ(world_.client().Shutdown(), Status::kOk);
  EXPECT_EQ(world_.client().Write(Pattern(1, 1)), Status::kClosed);
  EXPECT_TRUE(world_.RunUntilQuiet());
  EXPECT_EQ(world_.client().timeout(), std::nullopt);
  EXPECT_FALSE(world_.server().closed());
  EXPECT_EQ(world_.server().error(), nullptr);
}

// Data that arrives before the Finished in front of it may come or not, and harms nothing.
TEST_F(MessageScenario, DataThatOvertakesTheFinishedHarmsNothing) {
  const Ordinal last = world_.network().sent(Direction::kToClient);
  world_.Open();
  world_.network().to_client().swapped = {last};
  EXPECT_TRUE(world_.RunUntil([&] { return world_.server().handshake_done(); }, "the server"));
  EXPECT_FALSE(world_.client().handshake_done());
  EXPECT_EQ(world_.server().Write(Pattern(50, 1)), Status::kOk);
  EXPECT_TRUE(world_.Handshake().done()) << world_.Describe();
  EXPECT_TRUE(world_.RunUntilQuiet());
  EXPECT_LE(world_.client().received().size(), 1U);
  Talk();
}

}  // namespace
}  // namespace tandem::conformance
