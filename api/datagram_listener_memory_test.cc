// What a DatagramListener takes memory for: nothing that a stranger can ask for.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

#include "api/test_hello.h"
#include "tandem/datagram_listener.h"

namespace {

// Plain numbers, so that operator new can look at them at any time.
std::uint64_t taken_blocks = 0;
std::int64_t held_blocks = 0;
std::uint64_t blocks_left = 0;  // The one with which this becomes 0 is not there. 0: all are.

void* Find(std::size_t size) {
  if (blocks_left > 0 && --blocks_left == 0) throw std::bad_alloc();
  ++taken_blocks;
  ++held_blocks;
  void* found = std::malloc(size == 0 ? 1 : size);
  if (found == nullptr) throw std::bad_alloc();
  return found;
}

void Release(void* memory) {
  if (memory == nullptr) return;
  --held_blocks;
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return Find(size); }
void* operator new[](std::size_t size) { return Find(size); }
void operator delete(void* memory) noexcept { Release(memory); }
void operator delete[](void* memory) noexcept { Release(memory); }
void operator delete(void* memory, std::size_t) noexcept { Release(memory); }
void operator delete[](void* memory, std::size_t) noexcept { Release(memory); }

namespace tandem {
namespace {

using Outcome = DatagramListener::Answer::Outcome;
using test_hello::Bytes;
using test_hello::HashingBackend;
using test_hello::Hello;

class DatagramListenerMemoryTest : public testing::Test {
 protected:
  // Returns what a client sends when it has been answered.
  Bytes Second() {
    Hello hello;
    const auto answer = listener_.Judge(hello.Datagram(), here_);
    hello.cookie.assign(answer.reply().end() - 32, answer.reply().end());
    hello.message_sequence = 1;
    return hello.Datagram();
  }

  const Bytes here_ = Bytes(7, std::byte{4});
  HashingBackend backend_;
  DatagramListener listener_ = DatagramListener::Make(backend_).value();
};

TEST_F(DatagramListenerMemoryTest, KeepsNothingInAFlood) {
  constexpr std::uint64_t kHellos = 100'000;
  Bytes datagram = Hello().Datagram();
  Bytes address = here_;
  const std::uint64_t taken_before = taken_blocks;
  const std::int64_t held_before = held_blocks;
  for (std::uint64_t i = 0; i < kHellos; ++i) {
    for (std::size_t at = 0; at < 3; ++at) {
      address[at] = static_cast<std::byte>(i >> (8 * at));
      datagram[30 + at] = address[at];  // In the random.
    }
    const auto answer = listener_.Judge(datagram, address);
    if (answer.outcome != Outcome::kReply) FAIL() << i;
  }
  // The digests, which the hash function returns in vectors: three of the parts, two of the HMAC.
  EXPECT_EQ(taken_blocks - taken_before, 5 * kHellos);
  EXPECT_EQ(held_blocks, held_before);
  EXPECT_EQ(listener_.counters().challenged, kHellos);
}

TEST_F(DatagramListenerMemoryTest, TakesNoMemoryForGarbage) {
  Bytes garbage = Hello().Datagram();
  garbage[13] = std::byte{2};
  const std::uint64_t taken_before = taken_blocks;
  EXPECT_EQ(listener_.Judge(garbage, here_).outcome, Outcome::kIgnore);
  EXPECT_EQ(taken_blocks, taken_before);
}

TEST_F(DatagramListenerMemoryTest, IgnoresWhatThereIsNoMemoryFor) {
  const Bytes second = Second();
  const std::int64_t held_before = held_blocks;
  std::uint64_t missing = 0;
  Outcome outcome = Outcome::kIgnore;
  while (outcome == Outcome::kIgnore && missing < 100) {
    blocks_left = ++missing;
    outcome = listener_.Judge(second, here_).outcome;
    blocks_left = 0;
  }
  EXPECT_EQ(outcome, Outcome::kAccept);
  EXPECT_EQ(missing, 7U);  // Five digests and the copy; the seventh was not asked for.
  EXPECT_EQ(listener_.counters().ignored, 6U);
  EXPECT_EQ(held_blocks, held_before);
}

}  // namespace
}  // namespace tandem
