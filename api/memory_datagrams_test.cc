#include "tandem/memory_datagrams.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {
namespace {

using Outcome = TransportResult::Outcome;

std::span<const std::byte> Bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string Text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Returns what one Receive() with room for `room` bytes gave, or none when it would block.
std::optional<std::string> Received(Transport& transport, std::size_t room = 100) {
  std::vector<std::byte> buffer(room);
  const TransportResult result = transport.Receive(buffer);
  if (result.outcome == Outcome::kWouldBlock) return std::nullopt;
  EXPECT_EQ(result.outcome, Outcome::kMoved);
  return Text(std::span(buffer).first(result.bytes));
}

void ExpectMoved(TransportResult result, std::size_t bytes) {
  EXPECT_EQ(result.outcome, Outcome::kMoved);
  EXPECT_EQ(result.bytes, bytes);
}

void ExpectFailed(TransportResult result, int system_error) {
  EXPECT_EQ(result.outcome, Outcome::kFailed);
  EXPECT_EQ(result.system_error, system_error);
}

TEST(MemoryDatagrams, SaysThatItMovesDatagrams) {
  EXPECT_EQ(MemoryDatagrams().kind(), TransportKind::kDatagram);
}

TEST(MemoryDatagrams, OneCallGivesOneDatagramAndEmptyOnesCount) {
  MemoryDatagrams memory;
  EXPECT_EQ(Received(memory), std::nullopt);
  for (const std::string_view text : {"one", "", "three"}) EXPECT_TRUE(memory.Feed(Bytes(text)));
  EXPECT_EQ(memory.input_size(), 3U);
  EXPECT_EQ(Received(memory), "one");
  EXPECT_EQ(Received(memory), "");
  EXPECT_EQ(Received(memory), "three");
  EXPECT_EQ(Received(memory), std::nullopt);
}

TEST(MemoryDatagrams, WhatDoesNotFitTheBufferIsLostAndTheNextIsWhole) {
  MemoryDatagrams memory;
  EXPECT_TRUE(memory.Feed(Bytes("truncated")));
  EXPECT_TRUE(memory.Feed(Bytes("whole")));
  EXPECT_EQ(Received(memory, 5), "trunc");
  EXPECT_EQ(Received(memory, 5), "whole");
  EXPECT_EQ(Received(memory, 5), std::nullopt);
}

TEST(MemoryDatagrams, OutputKeepsItsBoundaries) {
  MemoryDatagrams memory;
  EXPECT_FALSE(memory.front().has_value());
  for (const std::string_view text : {"one", "", "three"}) {
    ExpectMoved(memory.Send(Bytes(text)), text.size());
  }
  std::vector<std::string> sent;
  for (; memory.front().has_value(); memory.Pop()) sent.push_back(Text(*memory.front()));
  EXPECT_EQ(sent, (std::vector<std::string>{"one", "", "three"}));
  EXPECT_EQ(memory.output_size(), 0U);
}

TEST(MemoryDatagrams, FullQueuesTakeNothingOfADatagram) {
  MemoryDatagrams memory({.input = {.datagrams = 2}, .output = {.datagrams = 2}});
  for (const std::string_view text : {"one", "two"}) {
    EXPECT_TRUE(memory.Feed(Bytes(text)));
    ExpectMoved(memory.Send(Bytes(text)), text.size());
  }
  EXPECT_FALSE(memory.Feed(Bytes("")));
  EXPECT_EQ(memory.Send(Bytes("")).outcome, Outcome::kWouldBlock);
  EXPECT_EQ(Received(memory), "one");
  EXPECT_TRUE(memory.Feed(Bytes("three")));
  memory.Pop();
  ExpectMoved(memory.Send(Bytes("three")), 5);
  EXPECT_EQ(Text(*memory.front()), "two");
}

TEST(MemoryDatagrams, BytesAreLimitedTooButAnEmptyQueueTakesAnyDatagram) {
  const std::size_t limit = 2 * (10 + DatagramQueue::kBytesBeside);
  MemoryDatagrams memory({.input = {.bytes = limit}, .output = {}});
  const std::vector<std::byte> ten(10);
  EXPECT_TRUE(memory.Feed(ten));
  EXPECT_FALSE(memory.Feed(std::vector<std::byte>(11)));
  EXPECT_TRUE(memory.Feed(ten));
  EXPECT_FALSE(memory.Feed({}));
  EXPECT_TRUE(Received(memory).has_value());
  EXPECT_TRUE(Received(memory).has_value());
  EXPECT_TRUE(memory.Feed(std::vector<std::byte>(kMaxDatagramBytes)));
  EXPECT_EQ(Received(memory, kMaxDatagramBytes)->size(), kMaxDatagramBytes);
  EXPECT_FALSE(memory.Feed(std::vector<std::byte>(kMaxDatagramBytes + 1)));
}

TEST(MemoryDatagrams, ACapacityOfNoneBlocksUntilItIsRaised) {
  MemoryDatagrams memory({.input = {}, .output = {.datagrams = 0}});
  EXPECT_EQ(memory.Send(Bytes("late")).outcome, Outcome::kWouldBlock);
  memory.set_output_limits({.datagrams = 1});
  ExpectMoved(memory.Send(Bytes("late")), 4);
  memory.set_output_limits({.datagrams = 0});
  EXPECT_EQ(Text(*memory.front()), "late");
}

TEST(MemoryDatagrams, TooLargeForThePathIsSaidAndSmallerOnesPass) {
  MemoryDatagrams memory({.input = {}, .output = {}, .max_datagram = 4});
  ExpectFailed(memory.Send(Bytes("large")), EMSGSIZE);
  ExpectMoved(memory.Send(Bytes("tiny")), 4);
  memory.set_max_datagram(3);
  ExpectFailed(memory.Send(Bytes("tiny")), EMSGSIZE);
  memory.set_max_datagram(1 << 20);
  ExpectFailed(memory.Send(std::vector<std::byte>(kMaxDatagramBytes + 1)), EMSGSIZE);
  EXPECT_EQ(memory.output_size(), 1U);
}

TEST(MemoryDatagrams, AFailureComesBehindWhatWasFedAndStays) {
  MemoryDatagrams memory;
  EXPECT_TRUE(memory.Feed(Bytes("last")));
  memory.FeedFailure(ENETDOWN);
  EXPECT_EQ(Received(memory), "last");
  std::array<std::byte, 4> buffer;
  for (int again = 0; again < 2; ++again) ExpectFailed(memory.Receive(buffer), ENETDOWN);
  ExpectMoved(memory.Send(Bytes("more")), 4);
}

// A queue that is never empty must move its bytes to the front at times; none may change.
TEST(DatagramQueue, KeepsOrderAndContentsThroughManyTurns) {
  DatagramQueue queue({.datagrams = 5, .bytes = 4096});
  std::size_t pushed = 0;
  std::size_t popped = 0;
  const auto contents = [](std::size_t number) {
    return std::string((number * 37) % 211, static_cast<char>('a' + number % 26));
  };
  while (popped < 1000) {
    while (queue.Push(Bytes(contents(pushed)))) ++pushed;
    ASSERT_EQ(queue.size(), 5U);
    for (std::size_t turn = 0; turn < 1 + popped % 4; ++turn, ++popped) {
      ASSERT_EQ(Text(queue.front().value()), contents(popped));
      queue.Pop();
    }
  }
}

}  // namespace
}  // namespace tandem
