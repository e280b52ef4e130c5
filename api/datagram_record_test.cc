#include "tandem/datagram_record.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

namespace tandem {
namespace {

using Bytes = std::vector<std::byte>;

Bytes Of(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

Bytes Record() { return Of({22, 0xfe, 0xfd, 0, 1, 1, 2, 3, 4, 5, 6, 0, 3, 'a', 'b', 'c'}); }

Bytes Fragment() { return Of({1, 0, 1, 0, 0, 7, 0, 0, 0xfe, 0, 0, 2, 'a', 'b'}); }

// Says whether `bytes` begin with a record; nothing is taken if not.
bool IsRecord(const Bytes& bytes) {
  std::span<const std::byte> rest = bytes;
  const bool taken = NextDatagramRecord(rest).has_value();
  EXPECT_EQ(rest.size() < bytes.size(), taken);
  return taken;
}

bool IsFragment(const Bytes& bytes) {
  std::span<const std::byte> rest = bytes;
  const bool taken = NextHandshakeFragment(rest).has_value();
  EXPECT_EQ(rest.size() < bytes.size(), taken);
  return taken;
}

TEST(DatagramRecord, IsTakenFromTheFront) {
  Bytes two = Record();
  const Bytes second = Of({23, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0});
  two.insert(two.end(), second.begin(), second.end());
  std::span<const std::byte> rest = two;
  const auto record = NextDatagramRecord(rest);
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->type, 22);
  EXPECT_EQ(record->version, 0xfefd);
  EXPECT_EQ(record->epoch, 1);
  EXPECT_EQ(record->sequence, 0x010203040506U);
  EXPECT_EQ(Bytes(record->body.begin(), record->body.end()), Of({'a', 'b', 'c'}));
  const auto next = NextDatagramRecord(rest);
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->version, 0xfeff);
  EXPECT_EQ(next->sequence, 9U);
  EXPECT_TRUE(next->body.empty());
  EXPECT_TRUE(rest.empty());
  EXPECT_FALSE(NextDatagramRecord(rest).has_value());
}

TEST(DatagramRecord, IsWholeOrNotThere) {
  const Bytes empty = Of({22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  for (const Bytes& whole : {Record(), empty}) {
    EXPECT_TRUE(IsRecord(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(IsRecord(Bytes(whole.data(), whole.data() + size))) << size;
    }
  }
}

TEST(DatagramRecord, HasATypeAndAVersionOfDtls) {
  for (int byte = 0; byte < 256; ++byte) {
    Bytes bytes = Record();
    bytes[0] = static_cast<std::byte>(byte);
    EXPECT_EQ(IsRecord(bytes), byte >= 20 && byte <= 23) << byte;
    bytes = Record();
    bytes[1] = static_cast<std::byte>(byte);
    EXPECT_EQ(IsRecord(bytes), byte == 0xfe) << byte;
    bytes = Record();
    bytes[2] = static_cast<std::byte>(byte);
    EXPECT_EQ(IsRecord(bytes), byte == 0xff || byte == 0xfd) << byte;
  }
}

TEST(DatagramRecord, IsNotLongerThanARecordMayBe) {
  Bytes bytes = Record();
  bytes.resize(DatagramRecord::kHeaderBytes + DatagramRecord::kMaxBodyBytes + 1);
  bytes[11] = std::byte{0x48};
  bytes[12] = std::byte{0x00};
  EXPECT_TRUE(IsRecord(bytes));
  bytes[12] = std::byte{0x01};
  EXPECT_FALSE(IsRecord(bytes));
}

TEST(HandshakeFragment, IsTakenFromTheFront) {
  Bytes two = Fragment();
  const Bytes second = Of({14, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0});
  two.insert(two.end(), second.begin(), second.end());
  std::span<const std::byte> rest = two;
  const auto fragment = NextHandshakeFragment(rest);
  ASSERT_TRUE(fragment.has_value());
  EXPECT_EQ(fragment->type, 1);
  EXPECT_EQ(fragment->message_bytes, 256U);
  EXPECT_EQ(fragment->message_sequence, 7);
  EXPECT_EQ(fragment->offset, 254U);
  EXPECT_EQ(Bytes(fragment->body.begin(), fragment->body.end()), Of({'a', 'b'}));
  EXPECT_FALSE(fragment->whole());
  const auto next = NextHandshakeFragment(rest);
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->type, 14);
  EXPECT_TRUE(next->whole());
  EXPECT_TRUE(rest.empty());
}

TEST(HandshakeFragment, IsWholeOrNotThere) {
  const Bytes empty = Of({14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  for (const Bytes& whole : {Fragment(), empty}) {
    EXPECT_TRUE(IsFragment(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_FALSE(IsFragment(Bytes(whole.data(), whole.data() + size))) << size;
    }
  }
}

TEST(HandshakeFragment, LiesInsideItsMessage) {
  Bytes bytes = Fragment();
  bytes[8] = std::byte{0xff};
  EXPECT_FALSE(IsFragment(bytes));
  bytes[2] = std::byte{2};
  EXPECT_TRUE(IsFragment(bytes));
}

}  // namespace
}  // namespace tandem
