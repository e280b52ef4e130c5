// What jobs cost, how many there may be, and what they leave behind.

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "tandem/engine/job.h"
#include "tandem/engine/stack_pool.h"
#include "tandem/engine/wait_context.h"
#include "tandem/engine/waker.h"
#include "tandem/engine/watched_memory.h"

namespace tandem::engine {
namespace {

// Fibers are as dear as threads to ThreadSanitizer, and it has room for 8,000.
#if defined(__SANITIZE_THREAD__)
constexpr std::size_t kManyJobs = 2'000;
#else
constexpr std::size_t kManyJobs = 100'000;
#endif

int PauseTwice() {
  Job::current()->Pause();
  Job::current()->Pause();
  return 3;
}

int PauseUntilCancelled() {
  while (!Job::current()->cancelled()) Job::current()->Pause();
  return -1;
}

TEST(JobLimits, StartThatFindsNoMemoryHasNoJobsAndHurtsNothing) {
  // As many allocations as a first start makes, and one more that succeeds.
  int failures = 0;
  for (std::uint64_t nth = 1; nth < 100; ++nth) {
    JobPool pool;
    JobRun run;
    bool struck = false;
    {
      const ScarceMemory scarce(nth);
      run = pool.Start([] { return 1; }, {});
      struck = scarce.struck();
    }
    if (!struck) {
      EXPECT_EQ(run.outcome, JobOutcome::kFinished);
      break;
    }
    ++failures;
    EXPECT_EQ(run.outcome, JobOutcome::kNoJobs) << nth;
    EXPECT_EQ(pool.in_flight(), 0u);
    EXPECT_EQ(pool.Start([] { return 2; }, {}).result, 2) << nth;
  }
  EXPECT_GT(failures, 3);
}

TEST(JobLimits, TakesNoMemoryInTheLongRun) {
  JobPool pool;
  WaitContext wait;
  JobPool::Setting setting;
  setting.wait_context = &wait;
  EXPECT_EQ(pool.Start([] { return 1; }, setting).result, 1);
  const ScarceMemory scarce(1);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(pool.Start([] { return 1; }, setting).result, 1);
    const JobRun run = pool.Start(PauseTwice, setting);
    ASSERT_EQ(pool.Resume(run.job).outcome, JobOutcome::kPaused);
    ASSERT_EQ(pool.Resume(run.job).result, 3);
  }
  EXPECT_FALSE(scarce.struck());
}

TEST(JobLimits, LeavesNothingOfItsStackToTheNext) {
  JobPool pool;
  EXPECT_EQ(pool.Start(
                    [] {
                      volatile char secret[20'000];
                      for (volatile char& c : secret) c = 0x5a;
                      return int{secret[100]};
                    },
                    {})
                .result,
            0x5a);
  const Stack stack = pool.stacks().Take(StackClass::kUsual);
  std::size_t left = 0;
  for (const std::byte* at = stack.bottom; at < stack.top; ++at)
    left += *at != std::byte{0} ? 1 : 0;
  EXPECT_EQ(left, 0u);
  pool.stacks().Give(stack);
}

TEST(JobLimits, ManyMayBePausedAtOnce) {
  JobPool pool;
  // An older kernel has its limit, and that must hold there.
  const std::size_t count = pool.stacks().guards_are_cheap()
                                ? kManyJobs
                                : std::min(kManyJobs, StackPool::kStacksOfOldKernels);
  std::vector<JobId> jobs;
  jobs.reserve(count);
  std::size_t ended = 0;
  while (jobs.size() < count) {
    const JobRun run = pool.Start(
        [&ended] {
          PauseUntilCancelled();
          ++ended;
          return 0;
        },
        {});
    ASSERT_EQ(run.outcome, JobOutcome::kPaused) << jobs.size();
    jobs.push_back(run.job);
  }
  EXPECT_EQ(pool.in_flight(), count);
  for (std::size_t i = 0; i < jobs.size(); i += 2) {
    ASSERT_EQ(pool.Cancel(jobs[i]).outcome, JobOutcome::kFinished);
  }
  pool.CancelAll();
  EXPECT_EQ(ended, count);
  EXPECT_EQ(pool.in_flight(), 0u);
  EXPECT_EQ(pool.stacks().idle(), pool.stacks().made());
}

// A waiter as sessions are: the answer comes on another thread, and wakes through the ready list.
TEST(JobLimits, IsWokenByAnswersFromAnotherThread) {
  const auto ready = std::make_shared<ReadyList>();
  JobPool pool;
  for (int round = 0; round < 1000; ++round) {
    WaitContext wait(ready);
    JobPool::Setting setting;
    setting.wait_context = &wait;
    std::atomic<bool> answered = false;
    JobRun run = pool.Start(
        [&] {
          while (!answered.load() && !Job::current()->cancelled()) Job::current()->Pause();
          return answered.load() ? 1 : 0;
        },
        setting);
    std::thread engine([&answered, waker = wait.waker()] {
      answered = true;
      waker.Wake();
    });
    while (run.outcome == JobOutcome::kPaused) {
      pollfd entry{ready->fd(), POLLIN, 0};
      ASSERT_EQ(poll(&entry, 1, -1), 1);
      if (ready->Take() != nullptr) run = pool.Resume(run.job);
    }
    EXPECT_EQ(run.result, 1);
    engine.join();
  }
}

}  // namespace
}  // namespace tandem::engine
