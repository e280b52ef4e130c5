#include "conformance/datagrams/network.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>

namespace tandem::conformance {
namespace {

using namespace std::chrono_literals;
using Outcome = TransportResult::Outcome;

constexpr Instant kStart{1000h};

class NetworkTest : public testing::Test {
 protected:
  TransportResult Send(std::string_view text) {
    const Bytes bytes = BytesOf(text);
    return network_.client().Send(bytes);
  }

  // Lets everything arrive, and returns what the server gets, in order.
  std::string Received() {
    std::string all;
    do {
      std::array<std::byte, 100> buffer;
      while (network_.server().readable()) {
        const TransportResult got = network_.server().Receive(buffer);
        EXPECT_EQ(got.outcome, Outcome::kMoved);
        all += all.empty() ? "" : " ";
        for (std::size_t i = 0; i < got.bytes; ++i) all += static_cast<char>(buffer[i]);
      }
    } while (LetPass());
    return all;
  }

  bool LetPass() {
    const auto next = network_.next_arrival();
    if (next) network_.AdvanceTo(*next);
    return next.has_value();
  }

  void SendFive() {
    for (const char* text : {"1", "2", "3", "4", "5"}) {
      EXPECT_EQ(Send(text).outcome, Outcome::kMoved);
    }
  }

  Network network_{7, kStart};
};

TEST_F(NetworkTest, MovesDatagrams) {
  EXPECT_EQ(network_.client().kind(), TransportKind::kDatagram);
  SendFive();
  EXPECT_EQ(Received(), "1 2 3 4 5");
}

TEST_F(NetworkTest, NothingArrivesBeforeItsTime) {
  network_.to_server().delay = 30ms;
  ASSERT_EQ(Send("a").outcome, Outcome::kMoved);
  ASSERT_EQ(network_.next_arrival(), kStart + 30ms);
  network_.AdvanceTo(kStart + 29ms);
  std::array<std::byte, 10> buffer;
  EXPECT_FALSE(network_.server().readable());
  EXPECT_EQ(network_.server().Receive(buffer).outcome, Outcome::kWouldBlock);
  network_.AdvanceTo(kStart + 30ms);
  EXPECT_TRUE(network_.server().readable());
  EXPECT_EQ(network_.next_arrival(), std::nullopt);
}

TEST_F(NetworkTest, LosesByScript) {
  network_.to_server().lost = {1, 4};
  SendFive();
  EXPECT_EQ(Received(), "2 3 5");
}

TEST_F(NetworkTest, LosesAllFromOneOn) {
  network_.to_server().lost_from = 3;
  SendFive();
  EXPECT_EQ(Received(), "1 2");
}

TEST_F(NetworkTest, DuplicatesByScript) {
  network_.to_server().duplicated = {2};
  SendFive();
  EXPECT_EQ(Received(), "1 2 2 3 4 5");
}

TEST_F(NetworkTest, SwapsNeighbours) {
  network_.to_server().swapped = {2};
  SendFive();
  EXPECT_EQ(Received(), "1 3 2 4 5");
}

TEST_F(NetworkTest, WhatHasNobodyToSwapWithComesLate) {
  network_.to_server().swapped = {5};
  SendFive();
  EXPECT_EQ(Received(), "1 2 3 4 5");
  EXPECT_EQ(network_.now(), kStart + 10ms + Network::kSwapPatience);
}

TEST_F(NetworkTest, ForgesBeforeADatagram) {
  network_.to_server().before = [](Ordinal ordinal, std::span<const std::byte> datagram) {
    std::vector<Bytes> forged;
    if (ordinal == 3) forged = {BytesOf("x"), Bytes(datagram.begin(), datagram.end())};
    return forged;
  };
  SendFive();
  EXPECT_EQ(Received(), "1 2 x 3 3 4 5");
}

TEST_F(NetworkTest, LargeOnesVanishInABlackHole) {
  network_.to_server().black_hole_above = 3;
  EXPECT_EQ(Send("1234").outcome, Outcome::kMoved);
  EXPECT_EQ(Send("123").outcome, Outcome::kMoved);
  EXPECT_EQ(Received(), "123");
}

TEST_F(NetworkTest, LargeOnesAreRefusedIfSaidSo) {
  network_.to_server().refused_above = 3;
  const TransportResult refused = Send("1234");
  EXPECT_EQ(refused.outcome, Outcome::kFailed);
  EXPECT_EQ(refused.system_error, EMSGSIZE);
  EXPECT_EQ(Send("123").outcome, Outcome::kMoved);
  EXPECT_EQ(Received(), "123");
}

TEST_F(NetworkTest, AnEmptyDatagramIsOne) {
  network_.Inject(Direction::kToServer, {});
  ASSERT_TRUE(LetPass());
  std::array<std::byte, 10> buffer;
  const TransportResult got = network_.server().Receive(buffer);
  EXPECT_EQ(got.outcome, Outcome::kMoved);
  EXPECT_EQ(got.bytes, 0U);
}

TEST_F(NetworkTest, WhatDoesNotFitIsGone) {
  ASSERT_EQ(Send("12345").outcome, Outcome::kMoved);
  ASSERT_TRUE(LetPass());
  std::array<std::byte, 2> buffer;
  EXPECT_EQ(network_.server().Receive(buffer).bytes, 2U);
  EXPECT_FALSE(network_.server().readable());
}

TEST_F(NetworkTest, TheSeedDecides) {
  const auto play = [](std::uint64_t seed) {
    Network network(seed, kStart);
    network.to_server().lost_per_mille = 300;
    network.to_server().jitter = 100ms;
    for (int i = 0; i < 50; ++i) {
      const Bytes one(static_cast<std::size_t>(i));
      EXPECT_EQ(network.client().Send(one).outcome, Outcome::kMoved);
    }
    return network.ToString();
  };
  EXPECT_EQ(play(1), play(1));
  EXPECT_NE(play(1), play(2));
}

TEST_F(NetworkTest, LosesAboutAsManyAsAsked) {
  network_.to_server().lost_per_mille = 300;
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(Send("x").outcome, Outcome::kMoved);
  const std::size_t arrived = (Received().size() + 1) / 2;
  EXPECT_GT(arrived, 600U);
  EXPECT_LT(arrived, 800U);
}

TEST_F(NetworkTest, JitterReorders) {
  network_.to_server().jitter = 100ms;
  SendFive();
  SendFive();
  const std::string got = Received();
  EXPECT_EQ(got.size(), 19U);
  EXPECT_NE(got, "1 2 3 4 5 1 2 3 4 5");
}

TEST_F(NetworkTest, TellsWhatBecameOfEach) {
  network_.to_server().lost = {2};
  SendFive();
  const std::string text = network_.ToString();
  EXPECT_NE(text.find("client -> #2     1 bytes  lost"), std::string::npos) << text;
  EXPECT_NE(text.find("client -> #3     1 bytes  arrives at 10.000"), std::string::npos) << text;
}

}  // namespace
}  // namespace tandem::conformance
