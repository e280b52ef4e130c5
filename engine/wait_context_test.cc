#include "tandem/engine/wait_context.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace tandem::engine {
namespace {

using Fds = std::vector<int>;

TEST(WaitContext, ListsFdsNewestFirstAndKeepsBothOfOneKey) {
  WaitContext wait;
  wait.SetFd(1, {10, 100});
  wait.SetFd(2, {20, 200});
  wait.SetFd(1, {11, 101});
  EXPECT_EQ(wait.fds(), (Fds{11, 20, 10}));
  EXPECT_EQ(wait.Fd(1)->fd, 11);
  EXPECT_EQ(wait.Fd(1)->custom, 101u);
  EXPECT_TRUE(wait.ClearFd(1));
  EXPECT_EQ(wait.Fd(1)->fd, 10) << "the older one shows again";
  EXPECT_TRUE(wait.ClearFd(1));
  EXPECT_FALSE(wait.Fd(1).has_value());
  EXPECT_FALSE(wait.ClearFd(1));
  EXPECT_FALSE(wait.ClearFd(3));
  EXPECT_EQ(wait.fds(), Fds{20});
}

TEST(WaitContext, FdThatCameAndWentBetweenPausesIsNoChange) {
  WaitContext wait;
  wait.SetFd(1, {10});
  wait.SetFd(2, {20});
  EXPECT_TRUE(wait.ClearFd(1));
  EXPECT_EQ(wait.changed_fds().added, Fds{20});
  EXPECT_EQ(wait.changed_fds().deleted, Fds{});
}

TEST(WaitContext, ClearedFdIsToldUntilTheNextPauseEnds) {
  WaitContext wait;
  wait.SetFd(1, {10});
  wait.SetFd(2, {20});
  wait.ForgetChanges();
  EXPECT_EQ(wait.changed_fds().added, Fds{});
  EXPECT_EQ(wait.fds(), (Fds{20, 10}));
  EXPECT_TRUE(wait.ClearFd(1));
  EXPECT_FALSE(wait.ClearFd(1)) << "it is cleared once";
  EXPECT_FALSE(wait.Fd(1).has_value());
  wait.SetFd(1, {11});
  wait.SetFd(3, {30});
  EXPECT_EQ(wait.changed_fds().added, (Fds{30, 11}));
  EXPECT_EQ(wait.changed_fds().deleted, Fds{10});
  EXPECT_EQ(wait.fds(), (Fds{30, 11, 20}));
  wait.ForgetChanges();
  EXPECT_EQ(wait.changed_fds().deleted, Fds{});
  EXPECT_EQ(wait.fds(), (Fds{30, 11, 20}));
}

TEST(WaitContext, CleansUpWhatIsLeftOnceNewestFirst) {
  std::vector<std::pair<WaitKey, int>> cleaned;
  const auto cleanup = [&](WaitKey key, const WaitFd& fd) { cleaned.emplace_back(key, fd.fd); };
  {
    WaitContext wait;
    wait.SetFd(1, {10}, cleanup);
    wait.SetFd(2, {20}, cleanup);
    wait.SetFd(3, {30});
    wait.ForgetChanges();
    wait.SetFd(1, {11}, cleanup);
    wait.SetFd(4, {40}, cleanup);
    EXPECT_TRUE(wait.ClearFd(2)) << "told as deleted, and not cleaned up";
    EXPECT_TRUE(wait.ClearFd(4)) << "gone at once, and not cleaned up";
    EXPECT_TRUE(cleaned.empty());
  }
  EXPECT_EQ(cleaned, (std::vector<std::pair<WaitKey, int>>{{1, 11}, {1, 10}}));
}

TEST(WaitContext, StatusIsUnsupportedUntilItIsSetAndStays) {
  WaitContext wait;
  EXPECT_EQ(wait.status(), AsyncStatus::kUnsupported);
  wait.set_status(AsyncStatus::kAgain);
  wait.ForgetChanges();
  EXPECT_EQ(wait.status(), AsyncStatus::kAgain);
}

TEST(WaitContext, DetachesItsWakerBeforeItCleansUp) {
  auto wait = std::make_unique<WaitContext>(std::make_shared<ReadyList>());
  const Waker late = wait->waker();
  int calls = 0;
  wait->target().SetCallback([&](std::uintptr_t) { ++calls; });
  wait->SetFd(1, {10}, [&](WaitKey, const WaitFd&) { late.Wake(); });
  late.Wake();
  EXPECT_EQ(calls, 1);
  wait.reset();
  late.Wake();
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace tandem::engine
