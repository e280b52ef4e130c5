#include "tandem/engine/runtime.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tandem::engine {
namespace {

bool IsReadable(int fd) {
  pollfd look{fd, POLLIN, 0};
  return poll(&look, 1, 0) > 0;
}

void AwaitReadable(int fd) {
  pollfd look{fd, POLLIN, 0};
  ASSERT_EQ(poll(&look, 1, 60'000), 1);
}

// Somebody whom a Runtime calls.
class Waiter {
 public:
  Waiter(Runtime& runtime, std::function<void()> handler) : wait_(runtime.ready()) {
    wait_.target().SetReadyHandler(std::move(handler));
  }
  explicit Waiter(Runtime& runtime) : Waiter(runtime, [this] { Note(); }) {}

  void Note() {
    ++calls_;
    wait_.target().Rearm();
  }
  WaitContext& wait() { return wait_; }
  Waker waker() const { return wait_.waker(); }
  std::shared_ptr<WakeTarget> target() { return wait_.target().shared_from_this(); }
  int calls() const { return calls_; }

 private:
  WaitContext wait_;
  int calls_ = 0;
};

TEST(Runtime, CallsWhoWasWokenAndNobodyElse) {
  Runtime runtime;
  Waiter woken(runtime);
  Waiter idle(runtime);
  EXPECT_EQ(runtime.RunReady(), 0U);
  EXPECT_FALSE(IsReadable(runtime.fd()));
  woken.waker().Wake();
  woken.waker().Wake();
  EXPECT_TRUE(runtime.has_ready());
  EXPECT_TRUE(IsReadable(runtime.fd()));
  EXPECT_EQ(runtime.RunReady(), 1U);
  EXPECT_EQ(woken.calls(), 1);
  EXPECT_EQ(idle.calls(), 0);
  EXPECT_FALSE(runtime.has_ready());
  EXPECT_FALSE(IsReadable(runtime.fd()));
  EXPECT_EQ(runtime.counters().wakeups, 1U);
}

TEST(Runtime, FdTellsOfAWakeupThatCameBeforeItWasAskedFor) {
  Runtime runtime;
  Waiter waiter(runtime);
  waiter.waker().Wake();
  EXPECT_TRUE(IsReadable(runtime.fd()));
}

TEST(Runtime, FdTellsOfAWakeupOnAnotherThread) {
  Runtime runtime;
  Waiter waiter(runtime);
  const int fd = runtime.fd();
  std::thread thread([waker = waiter.waker()] { waker.Wake(); });
  AwaitReadable(fd);
  EXPECT_EQ(runtime.RunReady(), 1U);
  thread.join();
}

TEST(Runtime, LeavesTheRestForTheNextTurn) {
  Runtime runtime;
  std::vector<std::unique_ptr<Waiter>> waiters;
  for (int i = 0; i < 5; ++i) {
    waiters.push_back(std::make_unique<Waiter>(runtime));
    waiters.back()->waker().Wake();
  }
  EXPECT_EQ(runtime.RunReady(2), 2U);
  EXPECT_TRUE(IsReadable(runtime.fd()));
  EXPECT_EQ(waiters[1]->calls(), 1) << "who came first is called first";
  EXPECT_EQ(waiters[2]->calls(), 0);
  EXPECT_EQ(runtime.RunReady(2), 2U);
  EXPECT_EQ(runtime.RunReady(2), 1U);
  EXPECT_FALSE(runtime.has_ready());
}

TEST(Runtime, CallsWhoIsWokenMeanwhileTheNextTime) {
  Runtime runtime;
  int calls = 0;
  WaitContext wait(runtime.ready());
  wait.target().SetReadyHandler([&] {
    ++calls;
    wait.target().Rearm();
    wait.waker().Wake();
  });
  wait.waker().Wake();
  EXPECT_EQ(runtime.RunReady(100), 1U);
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(runtime.has_ready());
  EXPECT_EQ(runtime.RunReady(100), 1U);
}

TEST(Runtime, HandlerMayEndItsOwnWaiterAndOthers) {
  Runtime runtime;
  std::unique_ptr<Waiter> other;
  std::unique_ptr<Waiter> own;
  own = std::make_unique<Waiter>(runtime, [&] {
    other.reset();
    own.reset();
  });
  other = std::make_unique<Waiter>(runtime);
  own->waker().Wake();
  other->waker().Wake();
  EXPECT_EQ(runtime.RunReady(), 1U);
  EXPECT_EQ(own, nullptr);
  EXPECT_EQ(runtime.RunReady(), 0U);
  EXPECT_FALSE(runtime.has_ready());
}

TEST(Runtime, DoesNothingFromInsideAHandlerOrAJob) {
  Runtime runtime;
  Waiter other(runtime);
  std::size_t inside = 1;
  Waiter recursive(runtime, [&] { inside = runtime.RunReady(); });
  recursive.waker().Wake();
  other.waker().Wake();
  EXPECT_EQ(runtime.RunReady(), 2U);
  EXPECT_EQ(inside, 0U);
  other.waker().Wake();
  inside = 1;
  const JobRun run = runtime.jobs().Start(
      [&] {
        inside = runtime.RunReady();
        return 0;
      },
      {});
  EXPECT_EQ(run.outcome, JobOutcome::kFinished);
  EXPECT_EQ(inside, 0U);
  EXPECT_EQ(runtime.RunReady(), 1U);
}

TEST(Runtime, WorksOnAfterAHandlerThatThrows) {
  Runtime runtime;
  Waiter thrower(runtime, [] { throw std::runtime_error("the program's own"); });
  Waiter other(runtime);
  thrower.waker().Wake();
  other.waker().Wake();
  EXPECT_THROW(runtime.RunReady(), std::runtime_error);
  EXPECT_EQ(runtime.RunReady(), 1U);
  EXPECT_EQ(other.calls(), 1);
}

TEST(Runtime, WakesWhileAWatchedFdIsReadable) {
  Runtime runtime;
  Waiter waiter(runtime);
  const int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  ASSERT_TRUE(runtime.Watch(event, waiter.target()));
  EXPECT_FALSE(IsReadable(runtime.fd()));
  EXPECT_FALSE(runtime.has_ready());
  eventfd_write(event, 1);
  EXPECT_TRUE(IsReadable(runtime.fd()));
  EXPECT_TRUE(runtime.has_ready());
  EXPECT_EQ(runtime.RunReady(), 1U);
  EXPECT_EQ(runtime.RunReady(), 1U) << "it is readable still";
  eventfd_t count = 0;
  eventfd_read(event, &count);
  EXPECT_EQ(runtime.RunReady(), 0U);
  eventfd_write(event, 1);
  runtime.Unwatch(event, *waiter.target());
  EXPECT_EQ(runtime.RunReady(), 0U);
  EXPECT_FALSE(IsReadable(runtime.fd()));
  close(event);
  EXPECT_FALSE(runtime.Watch(event, waiter.target())) << "a closed fd is refused";
}

TEST(Runtime, WatchesAnFdWhoseNumberIsUsedAgain) {
  Runtime runtime;
  Waiter waiter(runtime);
  const int first = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  ASSERT_TRUE(runtime.Watch(first, waiter.target()));
  close(first);
  const int second = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
  ASSERT_EQ(second, first);
  ASSERT_TRUE(runtime.Watch(second, waiter.target()));
  ASSERT_TRUE(runtime.Watch(second, waiter.target())) << "twice is once";
  EXPECT_EQ(runtime.RunReady(), 1U);
  runtime.Unwatch(second, *waiter.target());
  EXPECT_EQ(runtime.RunReady(), 0U);
  close(second);
}

TEST(Runtime, WakesAllWhoWatchTheSameFd) {
  Runtime runtime;
  Waiter first(runtime);
  Waiter second(runtime);
  const int event = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
  ASSERT_TRUE(runtime.Watch(event, first.target()));
  ASSERT_TRUE(runtime.Watch(event, second.target()));
  EXPECT_EQ(runtime.RunReady(), 2U);
  EXPECT_EQ(first.calls(), 1);
  EXPECT_EQ(second.calls(), 1);
  runtime.Unwatch(event, *first.target());
  runtime.Unwatch(event, *first.target());
  EXPECT_EQ(runtime.RunReady(), 1U);
  EXPECT_EQ(second.calls(), 2) << "the other one watches on";
  runtime.Unwatch(event, *second.target());
  EXPECT_FALSE(IsReadable(runtime.fd()));
  EXPECT_EQ(runtime.RunReady(), 0U);
  close(event);
}

TEST(Runtime, WatchersMayGoWhileTheyAreWoken) {
  Runtime runtime;
  Waiter first(runtime);
  Waiter second(runtime);
  const int event = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
  ASSERT_TRUE(runtime.Watch(event, first.target()));
  ASSERT_TRUE(runtime.Watch(event, second.target()));
  first.target()->SetCallback([&](std::uintptr_t) {
    runtime.Unwatch(event, *first.target());
    runtime.Unwatch(event, *second.target());
  });
  EXPECT_EQ(runtime.RunReady(), 1U);
  EXPECT_EQ(second.calls(), 0);
  EXPECT_FALSE(IsReadable(runtime.fd()));
  close(event);
}

TEST(Runtime, RefusedWatcherLeavesTheOthers) {
  Runtime runtime;
  Waiter early(runtime);
  Waiter late(runtime);
  const int event = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
  ASSERT_TRUE(runtime.Watch(event, early.target()));
  close(event);
  EXPECT_FALSE(runtime.Watch(event, late.target()));
  const int again = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
  ASSERT_EQ(again, event);
  ASSERT_TRUE(runtime.Watch(again, early.target()));
  EXPECT_EQ(runtime.RunReady(), 1U);
  EXPECT_EQ(late.calls(), 0);
  close(again);
}

// An engine that counts what it is called for.
class CountingEngine final : public KeyEngine {
 public:
  Submission Submit(const std::shared_ptr<Operation>&) noexcept override {
    return Submission::kPending;
  }
  std::size_t Poll(std::size_t) noexcept override {
    calls += "p";
    return 0;
  }
  void Flush() noexcept override { calls += "f"; }

  std::string calls;
};

TEST(Runtime, PollsDrivenEnginesFirstAndFlushesThemLast) {
  Runtime runtime;
  const auto engine = std::make_shared<CountingEngine>();
  runtime.Drive(engine);
  Waiter waiter(runtime, [&] { engine->calls += "h"; });
  waiter.waker().Wake();
  runtime.RunReady();
  EXPECT_EQ(engine->calls, "phf");
}

// --- Who waits for a job ------------------------------------------------------------------------

Runtime::Options OneJob() {
  Runtime::Options options;
  options.max_jobs = 1;
  return options;
}

JobRun StartPaused(Runtime& runtime, WaitContext& wait) {
  return runtime.jobs().Start(
      [] {
        Job::current()->Pause();
        return 0;
      },
      {&wait});
}

TEST(Runtime, WakesWhoWaitsForAJobInTheOrderInWhichTheyCame) {
  Runtime runtime(OneJob());
  Waiter busy(runtime);
  const JobRun run = StartPaused(runtime, busy.wait());
  ASSERT_EQ(run.outcome, JobOutcome::kPaused);
  ASSERT_EQ(StartPaused(runtime, busy.wait()).outcome, JobOutcome::kNoJobs);
  Waiter first(runtime);
  Waiter second(runtime);
  runtime.WaitForJob(first.waker());
  runtime.WaitForJob(second.waker());
  runtime.WaitForJob(first.waker());
  EXPECT_EQ(runtime.counters().no_jobs, 3U);
  EXPECT_EQ(runtime.RunReady(), 0U);
  ASSERT_EQ(runtime.jobs().Resume(run.job).outcome, JobOutcome::kFinished);
  runtime.JobEnded();
  EXPECT_EQ(runtime.RunReady(1), 1U);
  EXPECT_EQ(first.calls(), 1);
  const JobRun again = StartPaused(runtime, first.wait());
  ASSERT_EQ(again.outcome, JobOutcome::kPaused);
  while (runtime.RunReady() > 0) {
  }
  ASSERT_EQ(runtime.jobs().Resume(again.job).outcome, JobOutcome::kFinished);
  runtime.JobEnded();
  while (runtime.RunReady() > 0) {
  }
  EXPECT_EQ(second.calls(), 1);
  EXPECT_EQ(first.calls(), 1) << "who waits twice is woken once";
}

TEST(Runtime, WakesTheNextWhenWhoWasWokenForAJobHasGone) {
  Runtime runtime(OneJob());
  Waiter busy(runtime);
  const JobRun run = StartPaused(runtime, busy.wait());
  auto first = std::make_unique<Waiter>(runtime);
  Waiter second(runtime);
  runtime.WaitForJob(first->waker());
  runtime.WaitForJob(second.waker());
  ASSERT_EQ(runtime.jobs().Resume(run.job).outcome, JobOutcome::kFinished);
  runtime.JobEnded();
  first.reset();  // Without a word, see StopWaiting().
  runtime.RunReady();
  runtime.RunReady();
  EXPECT_EQ(second.calls(), 1);
}

TEST(Runtime, WhoStopsWaitingPassesHisWakeupOn) {
  Runtime runtime(OneJob());
  Waiter busy(runtime);
  const JobRun run = StartPaused(runtime, busy.wait());
  Waiter first(runtime);
  Waiter second(runtime);
  Waiter third(runtime);
  runtime.WaitForJob(first.waker());
  runtime.WaitForJob(second.waker());
  runtime.WaitForJob(third.waker());
  runtime.StopWaiting(second.waker());
  EXPECT_FALSE(runtime.has_ready()) << "there is no room yet";
  ASSERT_EQ(runtime.jobs().Resume(run.job).outcome, JobOutcome::kFinished);
  runtime.JobEnded();
  runtime.StopWaiting(first.waker());
  EXPECT_TRUE(third.wait().target().woken());
  EXPECT_FALSE(second.wait().target().woken());
}

TEST(Runtime, WhoWaitsWhereNoJobCanEndTriesAgain) {
  Runtime runtime;
  Waiter waiter(runtime);
  runtime.WaitForJob(waiter.waker());  // As when there is no memory for a stack.
  EXPECT_EQ(runtime.RunReady(), 1U);
}

}  // namespace
}  // namespace tandem::engine
