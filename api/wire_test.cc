#include "tandem/stream_wire.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <span>
#include <stdexcept>
#include <string_view>

#include "tandem/memory_transport.h"

namespace tandem {
namespace {

std::span<const std::byte> AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

constexpr std::string_view kRecord("\x17\x03\x03\x00\x02hi", 7);

// Fails every Send() with EPIPE.
class BrokenTransport final : public Transport {
 public:
  TransportResult Receive(std::span<std::byte>) override { return TransportResult::WouldBlock(); }
  TransportResult Send(std::span<const std::byte>) override {
    ++sends;
    return TransportResult::Failed(EPIPE);
  }
  int sends = 0;
};

TEST(Wire, HandsOnWhatCameAndSaysWhenItWasEmpty) {
  MemoryTransport transport;
  StreamWire wire(transport);
  transport.Feed(AsBytes(kRecord));
  std::array<std::byte, 5> header;
  EXPECT_EQ(wire.Pull(header).bytes, 5U);
  EXPECT_TRUE(wire.holds_input());
  EXPECT_FALSE(wire.input_was_empty());
  EXPECT_EQ(wire.Pull(header).bytes, 2U);
  EXPECT_FALSE(wire.holds_input());
  EXPECT_EQ(wire.records_pulled(), 1U);
  EXPECT_EQ(wire.Pull(header).outcome, TransportResult::Outcome::kWouldBlock);
  EXPECT_TRUE(wire.input_was_empty());
  wire.BeginStep();
  EXPECT_FALSE(wire.input_was_empty());
}

TEST(Wire, CountsRecordsHoweverTheyAreCut) {
  for (std::size_t piece = 1; piece < 9; ++piece) {
    MemoryTransport transport;
    StreamWire wire(transport);
    for (int i = 0; i < 3; ++i) transport.Feed(AsBytes(kRecord));
    std::array<std::byte, 16> buffer;
    while (wire.Pull(std::span(buffer).first(piece)).outcome == TransportResult::Outcome::kMoved) {
    }
    EXPECT_EQ(wire.records_pulled(), 3U) << "pieces of " << piece;
  }
}

TEST(Wire, LargePiecesBypassTheBuffer) {
  MemoryTransport transport;
  StreamWire wire(transport);
  const std::vector<std::byte> much(20000, std::byte{22});
  transport.Feed(much);
  std::vector<std::byte> into(20000);
  EXPECT_EQ(wire.Pull(into).bytes, 20000U);
  EXPECT_FALSE(wire.holds_input());
}

TEST(Wire, AcceptsOutputWhateverTheTransportSays) {
  MemoryTransport transport(3);
  StreamWire wire(transport);
  wire.LeaveHandshake();
  wire.Push(AsBytes("abcde"));
  wire.Push(AsBytes("fg"));
  EXPECT_EQ(transport.output().size(), 3U);
  EXPECT_TRUE(wire.holds_output());
  std::string got;
  while (wire.holds_output() || !transport.output().empty()) {
    for (const std::byte byte : transport.output()) got.push_back(std::to_integer<char>(byte));
    transport.Consume(transport.output().size());
    wire.Flush();
  }
  EXPECT_EQ(got, "abcdefg");
}

TEST(Wire, SendFailureIsNotedAndWhatFollowsIsDropped) {
  BrokenTransport transport;
  StreamWire wire(transport);
  wire.LeaveHandshake();
  wire.Push(AsBytes("abc"));
  wire.Push(AsBytes("def"));
  EXPECT_EQ(wire.send_failure(), EPIPE);
  EXPECT_FALSE(wire.holds_output());
  EXPECT_EQ(transport.sends, 1);
}

TEST(Wire, EndAndFailureAreStickyAndNobodyListensAfterwards) {
  MemoryTransport transport;
  StreamWire wire(transport);
  transport.FeedEnd();
  std::array<std::byte, 5> buffer;
  EXPECT_EQ(wire.Pull(buffer).outcome, TransportResult::Outcome::kEnd);
  EXPECT_EQ(wire.Pull(buffer).outcome, TransportResult::Outcome::kEnd);
  EXPECT_TRUE(wire.saw_end());
  EXPECT_FALSE(wire.input_was_empty());
  wire.Push(AsBytes("alert"));
  wire.Flush();
  EXPECT_TRUE(transport.output().empty());
}

// Throws what a user's transport might, or what stands for want of memory.
class ThrowingTransport final : public Transport {
 public:
  explicit ThrowingTransport(bool for_memory) : for_memory_(for_memory) {}
  TransportResult Receive(std::span<std::byte>) override { Throw(); }
  TransportResult Send(std::span<const std::byte>) override { Throw(); }

 private:
  [[noreturn]] void Throw() const {
    if (for_memory_) throw std::bad_alloc();
    throw std::runtime_error("a transport of one's own");
  }

  bool for_memory_;
};

TEST(Wire, TransportThatThrowsIsATransportThatBroke) {
  ThrowingTransport transport(false);
  StreamWire receiving(transport);
  std::array<std::byte, 5> buffer;
  EXPECT_EQ(receiving.Pull(buffer).outcome, TransportResult::Outcome::kFailed);
  EXPECT_EQ(receiving.receive_failure(), 0);
  StreamWire sending(transport);
  sending.Push(buffer);
  sending.Flush();
  EXPECT_EQ(sending.send_failure(), 0);
  EXPECT_FALSE(sending.holds_output());
}

TEST(Wire, WantOfMemoryInTheTransportMutesBothWays) {
  ThrowingTransport transport(true);
  StreamWire wire(transport);
  std::array<std::byte, 5> buffer;
  wire.Push(buffer);
  wire.Flush();
  EXPECT_TRUE(wire.out_of_memory());
  EXPECT_FALSE(wire.holds_output());
  EXPECT_EQ(wire.Pull(buffer).outcome, TransportResult::Outcome::kFailed);
}

TEST(Wire, StopsALibrarysOwnLoopAtRecordsPerStepAfterTheHandshake) {
  MemoryTransport transport;
  StreamWire wire(transport);
  for (int i = 0; i < 100; ++i) transport.Feed(AsBytes(kRecord));
  wire.LeaveHandshake();
  wire.BeginStep();
  std::array<std::byte, 7> buffer;
  while (wire.Pull(buffer).outcome == TransportResult::Outcome::kMoved) {
  }
  EXPECT_EQ(wire.records_pulled(), static_cast<std::uint64_t>(StreamWire::kRecordsPerStep));
  EXPECT_FALSE(wire.input_was_empty());
}

TEST(Wire, KnowsAPlaintextFatalAlertFromAnyOtherRecord) {
  struct Case {
    std::string_view record;
    bool is_alert;
  };
  const Case cases[] = {
      {std::string_view("\x15\x03\x03\x00\x02\x02\x30", 7), true},
      {std::string_view("\x15\x03\x03\x00\x02\x01\x00", 7), false},      // A warning.
      {std::string_view("\x15\x03\x03\x00\x03\x02\x30\x00", 8), false},  // Too long: protected.
      {std::string_view("\x17\x03\x03\x00\x02\x02\x30", 7), false},
      {std::string_view("\x15\x03\x03\x00\x02\x02", 6), false},  // Not whole yet.
  };
  for (const Case& c : cases) {
    MemoryTransport transport;
    StreamWire wire(transport);
    transport.Feed(AsBytes(c.record));
    std::array<std::byte, 16> buffer;
    (void)wire.Pull(buffer);
    EXPECT_EQ(wire.last_plaintext_alert().has_value(), c.is_alert);
  }
}

TEST(Wire, TellsTlsByItsFirstBytes) {
  const auto looks = [](std::string_view bytes) {
    MemoryTransport transport;
    StreamWire wire(transport);
    transport.Feed(AsBytes(bytes));
    std::array<std::byte, 5> buffer;
    (void)wire.Pull(buffer);
    return wire.looks_like_tls();
  };
  EXPECT_TRUE(looks(std::string_view("\x16\x03\x01\x00\x05", 5)));
  EXPECT_TRUE(looks(std::string_view("\x16", 1)));
  EXPECT_FALSE(looks("GET / HTTP/1.1"));
  EXPECT_FALSE(looks("HTTP/1.1 200"));
  EXPECT_FALSE(looks(std::string_view("\x16\x02\x00\x00\x05", 5)));
}

}  // namespace
}  // namespace tandem
