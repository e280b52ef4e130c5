#include "tandem/engine/job.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tandem/engine/wait_context.h"

namespace tandem::engine {
namespace {

int PauseTwice() {
  Job::current()->Pause();
  Job::current()->Pause();
  return 3;
}

int PauseUntilCancelled() {
  while (!Job::current()->cancelled()) Job::current()->Pause();
  return -1;
}

void ExpectRefused(const JobRun& run, JobFault fault) {
  EXPECT_EQ(run.outcome, JobOutcome::kFailed);
  EXPECT_EQ(run.fault, fault);
  EXPECT_FALSE(run.job);
}

TEST(Job, OutcomesHaveTheNumbersOfOpenSsl) {
  EXPECT_EQ(static_cast<int>(JobOutcome::kFailed), 0);
  EXPECT_EQ(static_cast<int>(JobOutcome::kNoJobs), 1);
  EXPECT_EQ(static_cast<int>(JobOutcome::kPaused), 2);
  EXPECT_EQ(static_cast<int>(JobOutcome::kFinished), 3);
}

TEST(Job, PausesAnyNumberOfTimesAndFinishesWithItsResult) {
  JobPool pool;
  JobRun run = pool.Start(PauseTwice, {});
  EXPECT_EQ(run.outcome, JobOutcome::kPaused);
  EXPECT_TRUE(run.job);
  EXPECT_EQ(pool.in_flight(), 1u);
  const JobId id = run.job;
  run = pool.Resume(id);
  EXPECT_EQ(run.outcome, JobOutcome::kPaused);
  EXPECT_EQ(run.job, id);
  run = pool.Resume(id);
  EXPECT_EQ(run.outcome, JobOutcome::kFinished);
  EXPECT_EQ(run.result, 3);
  EXPECT_EQ(run.fault, JobFault::kNone);
  EXPECT_FALSE(run.job);
  EXPECT_EQ(pool.in_flight(), 0u);
}

TEST(Job, IsCurrentInsideAndNowhereElse) {
  JobPool pool;
  Job* inside = nullptr;
  Job* later = nullptr;
  EXPECT_EQ(Job::current(), nullptr);
  const JobRun run = pool.Start(
      [&] {
        inside = Job::current();
        inside->Pause();
        later = Job::current();
        return 0;
      },
      {});
  EXPECT_EQ(Job::current(), nullptr);
  EXPECT_EQ(pool.Find(run.job), inside);
  EXPECT_EQ(pool.Resume(run.job).outcome, JobOutcome::kFinished);
  EXPECT_NE(inside, nullptr);
  EXPECT_EQ(later, inside);
  EXPECT_EQ(pool.Find(run.job), nullptr);
}

TEST(Job, MayBeResumedForNoReason) {
  JobPool pool;
  bool come = false;
  int looked = 0;
  const JobRun run = pool.Start(
      [&] {
        for (; !come; ++looked) Job::current()->Pause();
        return looked;
      },
      {});
  for (int i = 0; i < 100; ++i) ASSERT_EQ(pool.Resume(run.job).outcome, JobOutcome::kPaused);
  come = true;
  EXPECT_EQ(pool.Resume(run.job).result, 101);
}

TEST(Job, TakeTurnsOnOneThread) {
  JobPool pool;
  std::string trace;
  const auto body = [&](char name) {
    return [&trace, name] {
      for (int i = 0; i < 3; ++i) {
        trace.push_back(name);
        Job::current()->Pause();
      }
      return int{name};
    };
  };
  const JobId a = pool.Start(body('a'), {}).job;
  const JobId b = pool.Start(body('b'), {}).job;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(pool.Resume(b).outcome, JobOutcome::kPaused);
    EXPECT_EQ(pool.Resume(a).outcome, JobOutcome::kPaused);
  }
  EXPECT_EQ(pool.Resume(a).result, 'a');
  EXPECT_EQ(pool.Resume(b).result, 'b');
  EXPECT_EQ(trace, "abbaba");
}

TEST(Job, BlockedPausesNestAndBelongToTheirJob) {
  JobPool pool;
  const JobId blocked = pool.Start(
                                [] {
                                  Job& job = *Job::current();
                                  job.Pause();
                                  job.BlockPause();
                                  job.BlockPause();
                                  job.UnblockPause();
                                  EXPECT_TRUE(job.pause_blocked());
                                  job.Pause();  // Does not.
                                  // A hook may start others meanwhile: they may pause.
                                  JobRun other;
                                  JobPool others;
                                  job.CallOutside([&] { other = others.Start(PauseTwice, {}); });
                                  EXPECT_EQ(other.outcome, JobOutcome::kPaused);
                                  job.CallOutside([&] { (void)others.Cancel(other.job); });
                                  job.UnblockPause();
                                  job.Pause();
                                  return 5;
                                },
                                {})
                            .job;
  EXPECT_EQ(pool.Resume(blocked).outcome, JobOutcome::kPaused);
  EXPECT_EQ(pool.Resume(blocked).result, 5);
}

TEST(Job, NestedStartAndResumeAreRefusedAndHurtNobody) {
  JobPool pool;
  JobPool other_pool;
  const JobId paused = pool.Start(PauseTwice, {}).job;
  // Twice: a job that is used again behaves as a new one.
  for (int round = 0; round < 2; ++round) {
    bool ran = false;
    const JobRun run = pool.Start(
        [&] {
          const auto mark = [&] {
            ran = true;
            return 0;
          };
          ExpectRefused(pool.Start(mark, {}), JobFault::kNested);
          ExpectRefused(other_pool.Start(mark, {}), JobFault::kNested);
          ExpectRefused(pool.Resume(paused), JobFault::kNested);
          ExpectRefused(pool.Cancel(paused), JobFault::kNested);
          Job::current()->Pause();
          return 9;
        },
        {});
    EXPECT_EQ(pool.Resume(run.job).result, 9);
    EXPECT_FALSE(ran);
  }
  EXPECT_EQ(pool.Resume(paused).outcome, JobOutcome::kPaused);
  EXPECT_EQ(pool.Resume(paused).result, 3);
}

TEST(Job, OtherThreadsAreRefusedWhileJobsAreInFlight) {
  JobPool pool;
  const JobId id = pool.Start(PauseTwice, {}).job;
  std::thread([&] {
    EXPECT_FALSE(pool.on_own_thread());
    ExpectRefused(pool.Start(PauseTwice, {}), JobFault::kWrongThread);
    ExpectRefused(pool.Resume(id), JobFault::kWrongThread);
    ExpectRefused(pool.Cancel(id), JobFault::kWrongThread);
    EXPECT_EQ(pool.Find(id), nullptr);
  }).join();
  EXPECT_TRUE(pool.on_own_thread());
  EXPECT_EQ(pool.Resume(id).outcome, JobOutcome::kPaused);
  EXPECT_EQ(pool.Resume(id).result, 3);
  std::thread([&] {
    const JobId moved = pool.Start(PauseTwice, {}).job;
    EXPECT_EQ(pool.Cancel(moved).result, 3) << "an idle pool may move";
  }).join();
}

TEST(Job, NameThatIsOutOfDateIsNoticed) {
  JobPool pool;
  ExpectRefused(pool.Resume({}), JobFault::kUnknownJob);
  ExpectRefused(pool.Resume({7, 1}), JobFault::kUnknownJob);
  const JobId first = pool.Start(PauseTwice, {}).job;
  EXPECT_EQ(pool.Cancel(first).outcome, JobOutcome::kFinished);
  ExpectRefused(pool.Resume(first), JobFault::kUnknownJob);
  const JobId second = pool.Start(PauseTwice, {}).job;
  EXPECT_EQ(second.slot, first.slot) << "the Job is used again";
  EXPECT_FALSE(second == first);
  ExpectRefused(pool.Resume(first), JobFault::kUnknownJob);
  ExpectRefused(pool.Cancel(first), JobFault::kUnknownJob);
  EXPECT_EQ(pool.Find(first), nullptr);
  EXPECT_EQ(pool.Cancel(second).result, 3);
}

TEST(Job, OverTheLimitThereAreNoJobsUntilOneEnds) {
  JobPool pool({.max_jobs = 2, .initial_jobs = 1});
  EXPECT_GE(pool.stacks().made(), 1u);
  const JobId first = pool.Start(PauseTwice, {}).job;
  const JobId second = pool.Start(PauseTwice, {}).job;
  const JobRun third = pool.Start(PauseTwice, {});
  EXPECT_EQ(third.outcome, JobOutcome::kNoJobs);
  EXPECT_EQ(third.fault, JobFault::kNone);
  EXPECT_EQ(pool.Cancel(first).outcome, JobOutcome::kFinished);
  const JobId fourth = pool.Start(PauseTwice, {}).job;
  EXPECT_TRUE(fourth);
  EXPECT_EQ(pool.Cancel(second).outcome, JobOutcome::kFinished);
  EXPECT_EQ(pool.Cancel(fourth).outcome, JobOutcome::kFinished);
}

TEST(Job, LimitsAreSensibleAsOpenSslsAre) {
  EXPECT_TRUE((JobPool::Limits{0, 0}.sensible()));
  EXPECT_TRUE((JobPool::Limits{5, 5}.sensible()));
  EXPECT_FALSE((JobPool::Limits{4, 5}.sensible()));
  EXPECT_FALSE((JobPool::Limits{0, 5}.sensible()));
}

TEST(Job, CancelledJobPausesNoMore) {
  JobPool pool;
  const JobId id = pool.Start(PauseUntilCancelled, {}).job;
  EXPECT_FALSE(pool.Find(id)->cancelled());
  const JobRun run = pool.Cancel(id);
  EXPECT_EQ(run.outcome, JobOutcome::kFinished);
  EXPECT_EQ(run.result, -1);
  EXPECT_EQ(pool.Start([] { return Job::current()->cancelled() ? 1 : 0; }, {}).result, 0);
}

TEST(Job, PoolThatGoesBringsAllToTheirEnd) {
  int ended = 0;
  {
    JobPool pool;
    for (int i = 0; i < 10; ++i) {
      const JobRun run = pool.Start(
          [&, held = std::make_shared<int>(1)] {
            PauseUntilCancelled();
            // One more, from outside: it is brought to its end too.
            if (ended == 0) {
              CallOutside([&] { (void)pool.Start(PauseUntilCancelled, {}); });
            }
            ended += *held;
            return 0;
          },
          {});
      ASSERT_EQ(run.outcome, JobOutcome::kPaused);
    }
  }
  EXPECT_EQ(ended, 10);
}

TEST(Job, FirstFailureIsKeptForItsLifeOnly) {
  JobPool pool;
  const JobRun run = pool.Start(
      [] {
        Job::current()->NoteFailure("first");
        Job::current()->Pause();
        Job::current()->NoteFailure("second");
        EXPECT_EQ(Job::current()->failure(), "first");
        return 7;
      },
      {});
  EXPECT_EQ(pool.Resume(run.job).result, 7);
  const auto has_none = [] { return Job::current()->failure().empty() ? 1 : 0; };
  EXPECT_EQ(pool.Start(has_none, {}).result, 1) << "the next job in its place";
}

TEST(Job, ChangedFdsAreForgottenOnReturnFromAPauseOnly) {
  JobPool pool;
  WaitContext wait;
  JobPool::Setting setting;
  setting.wait_context = &wait;
  // A job that does not pause leaves what it added for the next one to tell.
  EXPECT_EQ(pool.Start(
                    [] {
                      Job::current()->wait_context()->SetFd(1, {10});
                      Job::current()->CallOutside([] {});
                      Job::current()->BlockPause();
                      Job::current()->Pause();
                      Job::current()->UnblockPause();
                      return 0;
                    },
                    setting)
                .outcome,
            JobOutcome::kFinished);
  EXPECT_EQ(wait.changed_fds().added, std::vector<int>{10});
  const JobRun run = pool.Start(
      [] {
        EXPECT_EQ(Job::current()->wait_context()->changed_fds().added, std::vector<int>{10});
        Job::current()->Pause();
        EXPECT_EQ(Job::current()->wait_context()->changed_fds().added, std::vector<int>{});
        return 0;
      },
      setting);
  EXPECT_EQ(wait.changed_fds().added, std::vector<int>{10});
  EXPECT_EQ(pool.Resume(run.job).outcome, JobOutcome::kFinished);
  EXPECT_EQ(wait.changed_fds().added, std::vector<int>{});
}

TEST(Job, ResumedJobRearmsItsWakerBeforeItLooks) {
  JobPool pool;
  WaitContext wait;
  JobPool::Setting setting;
  setting.wait_context = &wait;
  const int fd = wait.target().fd();
  const auto readable = [fd] {
    pollfd entry{fd, POLLIN, 0};
    return poll(&entry, 1, 0) == 1;
  };
  const JobRun run = pool.Start(
      [&] {
        Job::current()->Pause();
        EXPECT_FALSE(wait.target().woken());
        EXPECT_FALSE(readable());
        // One that comes when it has looked is there when it has paused.
        wait.waker().Wake();
        Job::current()->Pause();
        return 0;
      },
      setting);
  wait.waker().Wake();
  EXPECT_TRUE(readable());
  EXPECT_EQ(pool.Resume(run.job).outcome, JobOutcome::kPaused);
  EXPECT_TRUE(readable());
  EXPECT_EQ(pool.Resume(run.job).outcome, JobOutcome::kFinished);
}

// What a library keeps per thread: one number.
class Kept final : public ThreadState {
 public:
  Kept(int& thread, std::string& trace, std::string name)
      : thread_(thread), trace_(trace), name_(std::move(name)) {}
  void Leave() noexcept override {
    EXPECT_NE(Job::current(), nullptr);
    own_ = std::exchange(thread_, 0);
    trace_ += "-" + name_;
  }
  void Enter() noexcept override {
    EXPECT_NE(Job::current(), nullptr);
    thread_ = own_;
    trace_ += "+" + name_;
  }

 private:
  int& thread_;
  std::string& trace_;
  const std::string name_;
  int own_ = 0;
};

TEST(Job, ThreadStateIsKeptApartAtPausesAndCallsOutside) {
  JobPool pool;
  int thread = 0;
  std::string trace;
  Kept a(thread, trace, "a");
  Kept b(thread, trace, "b");
  const auto body = [&](int own) {
    return [&thread, own] {
      thread = own;
      Job::current()->Pause();
      EXPECT_EQ(thread, own);
      Job::current()->CallOutside([&] { EXPECT_EQ(thread, 0); });
      EXPECT_EQ(thread, own);
      return 0;
    };
  };
  const JobId first = pool.Start(body(1), {.thread_state = &a}).job;
  EXPECT_EQ(thread, 0);
  const JobId second = pool.Start(body(2), {.thread_state = &b}).job;
  EXPECT_EQ(pool.Resume(first).outcome, JobOutcome::kFinished);
  EXPECT_EQ(thread, 1) << "what it leaves at its end is for its caller";
  thread = 0;
  EXPECT_EQ(pool.Resume(second).outcome, JobOutcome::kFinished);
  EXPECT_EQ(trace, "-a-b+a-a+a+b-b+b");
}

TEST(CallOutside, RunsOnTheCallersStackWhereNoJobIsCurrent) {
  JobPool pool;
  const void* const here = __builtin_frame_address(0);
  int calls = 0;
  const auto outside = [&] {
    ++calls;
    EXPECT_EQ(Job::current(), nullptr);
    const auto distance =
        static_cast<const char*>(here) - static_cast<const char*>(__builtin_frame_address(0));
    EXPECT_LT(distance < 0 ? -distance : distance, 64 * 1024);
  };
  const JobRun run = pool.Start(
      [&] {
        Job* const job = Job::current();
        CallOutside(outside);
        EXPECT_EQ(Job::current(), job);
        job->Pause();
        CallOutside(outside);
        return 0;
      },
      {});
  EXPECT_EQ(run.outcome, JobOutcome::kPaused);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(pool.Resume(run.job).outcome, JobOutcome::kFinished) << "nobody saw a pause";
  CallOutside(outside);
  EXPECT_EQ(calls, 3) << "outside of jobs: at once";
}

TEST(CallOutside, ThrowsInsideWhatTheCallThrew) {
  JobPool pool;
  std::string caught;
  const JobRun run = pool.Start(
      [&] {
        try {
          CallOutside([] { throw std::runtime_error("outside"); });
        } catch (const std::exception& error) {
          caught = error.what();
        }
        CallOutside([] {});  // Does not throw it once more.
        return 0;
      },
      {});
  EXPECT_EQ(run.outcome, JobOutcome::kFinished);
  EXPECT_EQ(caught, "outside");
  EXPECT_THROW(CallOutside([] { throw 7; }), int);
}

TEST(CallOutside, MayRunOtherJobsButNotItsOwn) {
  JobPool pool;
  JobId own;
  const JobId other = pool.Start(PauseTwice, {}).job;
  const JobRun run = pool.Start(
      [&] {
        Job::current()->Pause();
        CallOutside([&] {
          ExpectRefused(pool.Resume(own), JobFault::kNested);
          ExpectRefused(pool.Cancel(own), JobFault::kNested);
          EXPECT_EQ(pool.Find(own), nullptr) << "it is not paused";
          EXPECT_EQ(pool.Resume(other).outcome, JobOutcome::kPaused);
          // So many that the pool's tables move.
          std::vector<JobId> many;
          for (int i = 0; i < 200; ++i) many.push_back(pool.Start(PauseTwice, {}).job);
          for (const JobId id : many) EXPECT_EQ(pool.Cancel(id).result, 3);
        });
        return 4;
      },
      {});
  own = run.job;
  EXPECT_EQ(pool.Resume(own).result, 4);
  EXPECT_EQ(pool.Resume(other).result, 3);
}

}  // namespace
}  // namespace tandem::engine
