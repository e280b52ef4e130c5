#include "tandem/engine/waker.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <memory>
#include <new>
#include <thread>
#include <utility>
#include <vector>

namespace tandem::engine {
namespace {

bool Readable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return poll(&entry, 1, 0) == 1 && (entry.revents & POLLIN) != 0;
}

std::shared_ptr<WakeTarget> Target(const std::shared_ptr<ReadyList>& ready = nullptr) {
  return std::make_shared<WakeTarget>(ready);
}

TEST(ReadyList, GivesEachOnceInTheOrderOfTheirFirstWakeups) {
  const auto ready = std::make_shared<ReadyList>();
  const auto first = Target(ready);
  const auto second = Target(ready);
  first->Wake();
  second->Wake();
  first->Wake();
  EXPECT_EQ(ready->size(), 2u);
  EXPECT_EQ(ready->Take(), first);
  EXPECT_EQ(ready->Take(), second);
  EXPECT_EQ(ready->Take(), nullptr);
  first->Wake();
  EXPECT_EQ(ready->Take(), first) << "woken again after it was taken";
  EXPECT_TRUE(ready->empty());
}

TEST(ReadyList, FdIsReadableWhileSomebodyIsListed) {
  const auto ready = std::make_shared<ReadyList>();
  const auto target = Target(ready);
  target->Wake();
  ASSERT_GE(ready->fd(), 0);
  EXPECT_TRUE(Readable(ready->fd())) << "made when somebody was listed already";
  EXPECT_EQ(fcntl(ready->fd(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_EQ(fcntl(ready->fd(), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
  EXPECT_EQ(ready->Take(), target);
  EXPECT_FALSE(Readable(ready->fd()));
  target->Wake();
  target->Wake();
  EXPECT_TRUE(Readable(ready->fd()));
  EXPECT_EQ(ready->Take(), target);
  EXPECT_FALSE(Readable(ready->fd())) << "two wakeups, one entry";
}

TEST(ReadyList, SkipsWhoWasDetached) {
  const auto ready = std::make_shared<ReadyList>();
  const auto gone = Target(ready);
  const auto here = Target(ready);
  gone->Wake();
  here->Wake();
  gone->Detach();
  EXPECT_EQ(ready->Take(), here);
  EXPECT_EQ(ready->Take(), nullptr);
}

// A program may never take anybody, and have its sessions woken by their fds alone.
TEST(ReadyList, ForgetsAtOnceWhoIsDetached) {
  const auto ready = std::make_shared<ReadyList>();
  for (const std::size_t gone : {0U, 1U, 2U}) {
    std::vector<std::shared_ptr<WakeTarget>> targets;
    for (int i = 0; i < 3; ++i) {
      targets.push_back(Target(ready));
      targets.back()->Wake();
    }
    std::weak_ptr<WakeTarget> watched = targets[gone];
    targets[gone]->Detach();
    targets.erase(targets.begin() + static_cast<std::ptrdiff_t>(gone));
    EXPECT_TRUE(watched.expired()) << gone;
    EXPECT_EQ(ready->size(), 2U);
    const auto late = Target(ready);
    late->Wake();
    EXPECT_EQ(ready->Take(), targets[0]);
    EXPECT_EQ(ready->Take(), targets[1]);
    EXPECT_TRUE(Readable(ready->fd()));
    late->Detach();
    EXPECT_TRUE(ready->empty());
    EXPECT_FALSE(Readable(ready->fd()));
  }
}

TEST(ReadyList, LetsGoOfWhoIsStillListed) {
  auto ready = std::make_shared<ReadyList>();
  std::vector<std::weak_ptr<WakeTarget>> targets;
  // So many that a chain which frees itself recursively would overrun the stack.
  for (int i = 0; i < 300'000; ++i) {
    const auto target = Target(ready);
    target->Wake();
    targets.push_back(target);
  }
  const Waker late(targets.front().lock());
  ready.reset();
  late.Wake();
  EXPECT_FALSE(targets.front().expired()) << "the waker holds it";
  for (std::size_t i = 1; i < targets.size(); ++i) ASSERT_TRUE(targets[i].expired()) << i;
}

TEST(WakeTarget, FdIsReadableFromAWakeupUntilRearm) {
  const auto target = Target();
  EXPECT_FALSE(target->has_fd());
  const int fd = target->fd();
  ASSERT_GE(fd, 0);
  EXPECT_FALSE(Readable(fd));
  target->Wake();
  target->Wake();
  EXPECT_TRUE(Readable(fd));
  EXPECT_TRUE(target->woken());
  target->Rearm();
  EXPECT_FALSE(Readable(fd));
  EXPECT_FALSE(target->woken());
  target->Wake();
  EXPECT_TRUE(Readable(fd));
  EXPECT_EQ(target->fd(), fd);
}

TEST(WakeTarget, FdThatIsMadeAfterAWakeupIsReadableAtOnce) {
  const auto target = Target();
  target->Wake();
  EXPECT_TRUE(Readable(target->fd()));
  EXPECT_EQ(fcntl(target->fd(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_EQ(fcntl(target->fd(), F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}

TEST(WakeTarget, CallsBackWithItsArgumentOnTheThreadOfEachWakeup) {
  const auto target = Target();
  std::vector<std::pair<std::uintptr_t, std::thread::id>> calls;
  target->SetArgument(5);
  target->SetCallback(
      [&](std::uintptr_t argument) { calls.emplace_back(argument, std::this_thread::get_id()); });
  EXPECT_TRUE(target->has_callback());
  target->Wake();
  target->SetArgument(6);
  std::thread other([&] { target->Wake(); });
  const std::thread::id id = other.get_id();
  other.join();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0], std::pair(std::uintptr_t{5}, std::this_thread::get_id()));
  EXPECT_EQ(calls[1], std::pair(std::uintptr_t{6}, id));
  target->SetCallback(nullptr);
  target->Wake();
  EXPECT_EQ(calls.size(), 2u);
}

TEST(WakeTarget, CallbackMayReplaceItselfDetachAndWake) {
  const auto target = Target();
  int first = 0;
  int second = 0;
  target->SetCallback([&, held = std::make_shared<int>(1)](std::uintptr_t) {
    target->SetCallback([&, running = false](std::uintptr_t) mutable {
      EXPECT_FALSE(std::exchange(running, true)) << "a wakeup from inside is for afterwards";
      if (++second < 3) target->Wake();
      running = false;
      if (second == 3) target->Detach();
    });
    first += *held;
  });
  target->Wake();
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 0);
  target->Wake();
  EXPECT_EQ(second, 3);
  target->Wake();
  EXPECT_EQ(second, 3);
}

TEST(WakeTarget, ReadyHandlerMayEndTheWaiter) {
  auto target = Target();
  int calls = 0;
  EXPECT_FALSE(target->CallReadyHandler());
  target->SetReadyHandler([&, held = std::make_shared<int>(1)] {
    target->Detach();
    target.reset();
    calls += *held;
  });
  WakeTarget& raw = *target;
  EXPECT_TRUE(raw.CallReadyHandler());
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(target, nullptr);
}

TEST(WakeTarget, ReadyHandlerMayThrow) {
  const auto target = Target();
  target->SetReadyHandler([] { throw 7; });
  EXPECT_THROW(target->CallReadyHandler(), int);
  // Were the call still counted, this would wait for ever.
  std::thread([&] { target->Detach(); }).join();
  EXPECT_FALSE(target->CallReadyHandler());
}

TEST(WakeTarget, DetachedItTellsNobodyAndClosesItsFd) {
  const auto ready = std::make_shared<ReadyList>();
  const auto target = Target(ready);
  const Waker waker(target);
  int calls = 0;
  target->SetCallback([&](std::uintptr_t) { ++calls; });
  const int fd = target->fd();
  target->Detach();
  waker.Wake();
  EXPECT_EQ(calls, 0);
  EXPECT_TRUE(ready->empty());
  EXPECT_EQ(fcntl(fd, F_GETFD), -1);
  EXPECT_EQ(target->fd(), -1);
  target->SetCallback([&](std::uintptr_t) { ++calls; });
  waker.Wake();
  EXPECT_EQ(calls, 0);
}

// The callback writes what its owner destroys just after Detach(): a race that tsan sees if it is
// one, and memory that asan sees.
TEST(WakeTarget, NothingIsCalledAfterDetachWhileOthersComplete) {
  for (int round = 0; round < 3000; ++round) {
    const auto ready = std::make_shared<ReadyList>();
    auto target = Target(ready);
    auto calls = std::make_unique<int>(0);
    target->SetCallback([&calls = *calls](std::uintptr_t) { ++calls; });
    std::atomic<int> started = 0;
    const auto complete = [&started, waker = Waker(target)] {
      ++started;
      waker.Wake();
    };
    std::thread one(complete);
    std::thread two(complete);
    while (started.load() < 1 + round % 2) std::this_thread::yield();
    target->Detach();
    EXPECT_LE(*calls, 2);
    calls.reset();
    target.reset();
    one.join();
    two.join();
    EXPECT_TRUE(ready->empty());
  }
}

TEST(WakeTarget, RestsUntilItIsRearmed) {
  const auto ready = std::make_shared<ReadyList>();
  const auto target = Target(ready);
  int calls = 0;
  target->SetCallback([&](std::uintptr_t) { ++calls; });
  target->Wake();
  for (int round = 0; round < 3; ++round) {
    target->Rest();
    EXPECT_FALSE(target->woken());
    EXPECT_FALSE(Readable(target->fd()));
    EXPECT_TRUE(ready->empty());
    target->Rest();
    target->Wake();
    EXPECT_FALSE(target->woken());
    EXPECT_FALSE(Readable(target->fd()));
    EXPECT_TRUE(ready->empty());
    EXPECT_EQ(calls, 1 + round);
    target->Rearm();
    EXPECT_FALSE(target->woken()) << "what came meanwhile is forgotten";
    target->Wake();
    EXPECT_TRUE(Readable(target->fd()));
    EXPECT_EQ(ready->size(), 1U);
    EXPECT_EQ(calls, 2 + round);
  }
  target->Rest();
  target->Detach();
  target->Rearm();
  target->Wake();
  EXPECT_FALSE(target->woken());
  EXPECT_TRUE(ready->empty());
}

TEST(WakeTarget, LeavesTheListThoughItWasRearmedBeforeItRests) {
  const auto ready = std::make_shared<ReadyList>();
  const auto target = Target(ready);
  target->Wake();
  target->Rearm();
  EXPECT_EQ(ready->size(), 1U);
  target->Rest();
  EXPECT_TRUE(ready->empty());
}

TEST(WakeTarget, RestsFromCallsThatWereDue) {
  const auto target = Target();
  std::atomic<bool> begun = false;
  std::atomic<bool> may_end = false;
  std::atomic<int> calls = 0;
  target->SetCallback([&](std::uintptr_t) {
    ++calls;
    begun = true;
    while (!may_end) std::this_thread::yield();
  });
  std::thread other([&] { target->Wake(); });
  while (!begun) std::this_thread::yield();
  target->Wake();  // The other thread is to make this call too.
  target->Rest();
  may_end = true;
  other.join();
  EXPECT_EQ(calls, 1);
}

// Completes again and again on a thread of its own.
class Completing {
 public:
  explicit Completing(Waker waker)
      : thread_([this, waker = std::move(waker)] {
          while (!stop_) {
            waker.Wake();
            ++completed_;
            completed_.notify_one();
          }
        }) {}
  ~Completing() {
    stop_ = true;
    thread_.join();
  }

  // Until whatever has begun is over, and one more.
  void AwaitTwo() const {
    const unsigned begin = completed_;
    for (unsigned now = begin; now - begin < 2; now = completed_) completed_.wait(now);
  }

 private:
  std::atomic<bool> stop_ = false;
  std::atomic<unsigned> completed_ = 0;
  std::thread thread_;
};

TEST(WakeTarget, RestsAndWakesAgainWhileOthersComplete) {
  const auto ready = std::make_shared<ReadyList>();
  const auto target = Target(ready);
  int called = 0;  // Two calls never run at once.
  target->SetCallback([&](std::uintptr_t) { ++called; });
  const int fd = target->fd();
  {
    const Completing completing{Waker(target)};
    for (int round = 0; round < 300; ++round) {
      target->Rest();
      ASSERT_FALSE(target->woken());
      ASSERT_FALSE(Readable(fd));
      completing.AwaitTwo();
      ASSERT_TRUE(ready->empty()) << "who was on his way has listed it after all";
      ASSERT_FALSE(target->woken());
      ++called;  // Nobody calls now, or tsan would say so.
      target->Rearm();
      completing.AwaitTwo();
      ASSERT_TRUE(Readable(fd));
      ASSERT_EQ(ready->size(), 1U);
      if (round % 2 == 0) ready->Take();
    }
  }
  target->Detach();
}

TEST(WakeTarget, NoWakeupIsLostAmongThreads) {
  const auto ready = std::make_shared<ReadyList>();
  const auto target = Target(ready);
  std::atomic<int> completed = 0;
  int called = 0;  // Two calls never run at once.
  target->SetCallback([&](std::uintptr_t) { ++called; });
  constexpr int kEach = 2000;
  const auto complete = [&] {
    for (int i = 0; i < kEach; ++i) {
      ++completed;
      target->Wake();
    }
  };
  std::thread one(complete);
  std::thread two(complete);
  int seen = 0;
  while (seen < 2 * kEach) {
    // Sleeps in poll() for as long as nothing is ready: a wakeup that got lost would hang here.
    pollfd entry{ready->fd(), POLLIN, 0};
    ASSERT_EQ(poll(&entry, 1, -1), 1);
    if (ready->Take() == nullptr) continue;
    target->Rearm();
    seen = completed.load();
  }
  one.join();
  two.join();
  std::thread([&] { target->Detach(); }).join();
  EXPECT_EQ(called, 2 * kEach);
}

TEST(WakeTarget, ReplacedCallbackRunsNoMore) {
  const auto target = Target();
  std::atomic<bool> stop = false;
  std::thread completing([&] {
    while (!stop.load()) target->Wake();
  });
  for (int round = 0; round < 2000; ++round) {
    auto calls = std::make_unique<int>(0);
    target->SetCallback([&calls = *calls](std::uintptr_t) { ++calls; });
    target->SetCallback(nullptr);
    calls.reset();
  }
  stop = true;
  completing.join();
}

TEST(Waker, WithoutATargetWakesNobody) {
  const Waker waker;
  waker.Wake();
  EXPECT_EQ(waker.target(), nullptr);
}

}  // namespace
}  // namespace tandem::engine
