#include "tandem/engine/waker_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tandem/engine/watched_memory.h"

namespace tandem::engine {
namespace {

std::vector<Waker> SomeWakers(int count) {
  std::vector<Waker> wakers;
  for (int i = 0; i < count; ++i) wakers.emplace_back(std::make_shared<WakeTarget>(nullptr));
  return wakers;
}

TEST(WakerQueue, KeepsTheOrderAndEachOnce) {
  const std::vector<Waker> wakers = SomeWakers(3);
  WakerQueue queue;
  for (const int i : {0, 1, 0, 2, 1}) EXPECT_TRUE(queue.Push(wakers[static_cast<unsigned>(i)]));
  EXPECT_EQ(queue.size(), 3U);
  for (const Waker& waker : wakers) EXPECT_EQ(queue.Pop().target(), waker.target());
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.Pop().target(), nullptr);
}

TEST(WakerQueue, ForgetsWhoIsRemovedAndTakesHimAnew) {
  const std::vector<Waker> wakers = SomeWakers(2);
  WakerQueue queue;
  queue.Push(wakers[0]);
  queue.Push(wakers[1]);
  queue.Remove(wakers[0]);
  queue.Remove(wakers[0]);
  queue.Push(wakers[0]);
  EXPECT_EQ(queue.Pop().target(), wakers[1].target());
  EXPECT_EQ(queue.Pop().target(), wakers[0].target());
}

TEST(WakerQueue, IsAsItWasWhereThereIsNoMemory) {
  const std::vector<Waker> wakers = SomeWakers(1);
  for (std::uint64_t nth = 1;; ++nth) {
    ASSERT_LT(nth, 10U);
    WakerQueue queue;
    const ScarceMemory scarce(nth);
    const bool pushed = queue.Push(wakers[0]);
    if (!scarce.struck()) break;
    EXPECT_FALSE(pushed);
    EXPECT_TRUE(queue.empty());
    EXPECT_TRUE(queue.Push(wakers[0])) << "a second try";
    EXPECT_EQ(queue.size(), 1U);
  }
}

}  // namespace
}  // namespace tandem::engine
