#include "tandem/engine/stack_pool.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "engine/stack_watchers.h"

namespace tandem::engine {
namespace {

constexpr std::size_t kKibibyte = 1024;

std::size_t Mappings() {
  std::ifstream maps("/proc/self/maps");
  std::size_t lines = 0;
  for (std::string line; std::getline(maps, line);) ++lines;
  return lines;
}

bool AllZero(const Stack& stack) {
  return std::all_of(stack.bottom, stack.top, [](std::byte b) { return b == std::byte{0}; });
}

// Pages of `stack` that the machine holds for it.
std::size_t Resident(const Stack& stack) {
  std::vector<unsigned char> pages(stack.size() / 4096);
  EXPECT_EQ(mincore(stack.bottom, stack.size(), pages.data()), 0);
  return static_cast<std::size_t>(std::count_if(
      pages.begin(), pages.end(), [](unsigned char page) { return (page & 1) != 0; }));
}

TEST(StackPool, StacksHaveTheirSizeAndDoNotOverlap) {
  StackPool pool;
  const Stack usual = pool.Take(StackClass::kUsual);
  const Stack large = pool.Take(StackClass::kLarge);
  const Stack other = pool.Take(StackClass::kUsual);
  EXPECT_EQ(usual.size(), 64 * kKibibyte * kStackFactor);
  EXPECT_EQ(large.size(), 256 * kKibibyte * kStackFactor);
  EXPECT_TRUE(usual.top < other.bottom || other.top < usual.bottom);
  for (const Stack& stack : {usual, large, other}) {
    std::memset(stack.bottom, 1, stack.size());
    pool.Give(stack);
  }
}

TEST(StackPool, LastStackGivenIsTheNextTaken) {
  StackPool pool;
  const Stack first = pool.Take(StackClass::kUsual);
  const Stack second = pool.Take(StackClass::kUsual);
  pool.Give(second);
  pool.Give(first);
  EXPECT_EQ(pool.Take(StackClass::kUsual).top, first.top);
  EXPECT_EQ(pool.Take(StackClass::kUsual).top, second.top);
  pool.Give(first);
  pool.Give(second);
}

TEST(StackPool, WipesWhateverDepthWasUsed) {
  StackPool pool;
  for (std::size_t depth = 8; depth <= 64 * kKibibyte; depth += 1016) {
    const Stack stack = pool.Take(StackClass::kUsual);
    std::memset(stack.top - depth, 0x5a, depth);
    pool.Give(stack);
    const Stack again = pool.Take(StackClass::kUsual);
    ASSERT_EQ(again.top, stack.top);
    ASSERT_TRUE(AllZero(again)) << depth;
    pool.Give(again);
  }
}

TEST(StackPool, WipesWhatLiesApart) {
  StackPool pool;
  for (std::size_t depth = 4 * kKibibyte; depth <= 64 * kKibibyte; depth += 1000) {
    const Stack stack = pool.Take(StackClass::kUsual);
    std::memset(stack.top - 300, 0x5a, 300);
    std::memset(stack.top - depth, 0x5a, StackPool::kProbeStride + 8);
    pool.Give(stack);
    const Stack again = pool.Take(StackClass::kUsual);
    ASSERT_TRUE(AllZero(again)) << depth;
    pool.Give(again);
  }
}

TEST(StackPool, IdleStacksAboveTheWatermarkHaveNoMemory) {
  StackPool pool;
  std::vector<Stack> stacks;
  while (stacks.size() < 3 * StackPool::kIdleWatermark) {
    stacks.push_back(pool.Take(StackClass::kUsual));
    std::memset(stacks.back().top - 8 * kKibibyte, 1, 8 * kKibibyte);
  }
  for (const Stack& stack : stacks) pool.Give(stack);
  std::size_t warm = 0;
  for (const Stack& stack : stacks) warm += Resident(stack) > 0 ? 1u : 0u;
  EXPECT_EQ(warm, StackPool::kIdleWatermark);
  const Stack next = pool.Take(StackClass::kUsual);
  EXPECT_GT(Resident(next), 0u) << "the next one taken is a warm one";
  EXPECT_TRUE(AllZero(next));
  pool.Give(next);
  EXPECT_TRUE(AllZero(stacks.back())) << "what has lost its memory is wiped";
}

TEST(StackPool, HundredThousandStacksNeedFewMappings) {
  StackPool pool;
  const std::size_t before = Mappings();
  std::vector<Stack> stacks;
  std::set<std::byte*> tops;
  // An older kernel has its limit, and that must hold there.
  const std::size_t count = pool.guards_are_cheap() ? 100'000 : StackPool::kStacksOfOldKernels;
  while (stacks.size() < count) {
    stacks.push_back(pool.Take(StackClass::kUsual));
    ASSERT_NE(stacks.back().top, nullptr) << stacks.size();
    tops.insert(stacks.back().top);
  }
  EXPECT_EQ(tops.size(), stacks.size());
  EXPECT_LT(Mappings() - before, pool.guards_are_cheap() ? count / 20 : 2 * count + 2000);
  for (const Stack& stack : stacks) pool.Give(stack);
  EXPECT_EQ(pool.idle(), pool.made());
}

TEST(StackPool, OldKernelsHaveAClearLimit) {
  StackPool pool;
  pool.UseOldGuards();
  EXPECT_FALSE(pool.guards_are_cheap());
  std::vector<Stack> stacks;
  for (;;) {
    const Stack stack = pool.Take(StackClass::kUsual);
    if (stack.top == nullptr) break;
    stacks.push_back(stack);
  }
  EXPECT_EQ(stacks.size(), StackPool::kStacksOfOldKernels);
  EXPECT_EQ(pool.Take(StackClass::kLarge).top, nullptr);
  pool.Give(stacks.back());
  EXPECT_EQ(pool.Take(StackClass::kUsual).top, stacks.back().top) << "the limit is no dead end";
  for (const Stack& stack : stacks) pool.Give(stack);
}

TEST(StackPool, PreparesStacksInAdvance) {
  StackPool pool;
  EXPECT_TRUE(pool.Prepare(StackClass::kUsual, 100));
  const std::size_t made = pool.made();
  EXPECT_GE(made, 100u);
  std::vector<Stack> stacks;
  while (stacks.size() < 100) stacks.push_back(pool.Take(StackClass::kUsual));
  EXPECT_EQ(pool.made(), made);
  for (const Stack& stack : stacks) pool.Give(stack);
}

#if !defined(TANDEM_ADDRESS_SANITIZER) && !defined(TANDEM_THREAD_SANITIZER)
TEST(StackPoolDeathTest, EveryStackHasAGuardBelowIt) {
  for (const bool old : {false, true}) {
    StackPool pool;
    if (old) pool.UseOldGuards();
    const Stack stack = pool.Take(StackClass::kUsual);
    const Stack next = pool.Take(StackClass::kUsual);
    auto* const below = const_cast<volatile std::byte*>(stack.bottom - 1);
    EXPECT_EXIT(*below = std::byte{1}, testing::KilledBySignal(SIGSEGV), "");
    auto* const above = const_cast<volatile std::byte*>(next.bottom - 4096);
    EXPECT_EXIT(*above = std::byte{1}, testing::KilledBySignal(SIGSEGV), "");
    pool.Give(next);
    pool.Give(stack);
  }
}
#endif

}  // namespace
}  // namespace tandem::engine
