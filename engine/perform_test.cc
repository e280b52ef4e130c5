#include "tandem/engine/perform.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "tandem/engine/reaper.h"
#include "tandem/engine/simulated_engine.h"
#include "tandem/engine/thread_pool.h"
#include "tandem/engine/watched_memory.h"

namespace tandem::engine {
namespace {

class PlainKey final : public Key {};

// An engine that takes what comes as a test has scripted, and leaves the rest to the test.
class ScriptedEngine : public KeyEngine {
 public:
  Submission Submit(const std::shared_ptr<Operation>& operation) noexcept override {
    ++submitted;
    last = operation;
    if (on_submit) on_submit(*operation);
    if (script.empty()) return Submission::kPending;
    const Submission next = script.front();
    script.pop_front();
    return next;
  }
  void Cancel(const std::shared_ptr<Operation>& operation) noexcept override {
    EXPECT_EQ(operation, last);
    ++cancelled;
  }
  void WhenReady(const Waker& waker) noexcept override { waiting = waker; }
  void Continue(const std::shared_ptr<Operation>& operation) noexcept override {
    EXPECT_FALSE(operation->done());
    ++continued;
    if (on_continue) on_continue(*operation);
  }
  bool must_be_continued() const noexcept override { return needs_reaper; }

  std::deque<Submission> script;
  std::function<void(Operation&)> on_submit;
  std::function<void(Operation&)> on_continue;
  std::shared_ptr<Operation> last;
  Waker waiting;
  bool needs_reaper = false;
  int submitted = 0;
  int cancelled = 0;
  int continued = 0;
};

// Keeps what it is given.
class Collector final : public Reaper {
 public:
  void Adopt(std::unique_ptr<Orphan> orphan) noexcept override { adopted = std::move(orphan); }
  const std::shared_ptr<ReadyList>& ready() const override { return list; }

  std::unique_ptr<Orphan> adopted;
  std::shared_ptr<ReadyList> list = std::make_shared<ReadyList>();
};

std::string ReasonOf(const KeyOutcome& outcome) {
  const auto* failure = std::get_if<ReplyFailure>(&outcome);
  return failure == nullptr ? "(no failure)" : failure->reason;
}

// One call of Perform() in a job, or several.
class PerformTest : public testing::Test {
 protected:
  JobRun Start() {
    const JobRun run = jobs_.Start(
        [this] {
          outcome_ = Perform(engine_, key_, KeyRequest{});
          noted_ = Job::current()->failure();
          return 1;
        },
        {&wait_});
    job_ = run.job;
    return run;
  }
  JobRun Resume() { return jobs_.Resume(job_); }
  bool has_answer() const {
    return outcome_.has_value() && std::holds_alternative<std::vector<std::byte>>(*outcome_);
  }

  std::shared_ptr<ScriptedEngine> engine_ = std::make_shared<ScriptedEngine>();
  std::shared_ptr<const Key> key_ = std::make_shared<PlainKey>();
  Collector reaper_;
  WaitContext wait_{reaper_.list};
  JobPool jobs_{JobPool::Limits{}, &reaper_};
  JobId job_;
  std::optional<KeyOutcome> outcome_;
  std::string noted_;  // On the job.
};

TEST_F(PerformTest, PausesUntilItIsAnswered) {
  ASSERT_EQ(Start().outcome, JobOutcome::kPaused);
  EXPECT_EQ(wait_.status(), AsyncStatus::kOk);
  EXPECT_FALSE(wait_.target().woken());
  engine_->last->Complete(std::vector<std::byte>(5));
  EXPECT_TRUE(wait_.target().woken());
  EXPECT_EQ(Resume().outcome, JobOutcome::kFinished);
  EXPECT_EQ(wait_.status(), AsyncStatus::kUnsupported);
  EXPECT_EQ(std::get<0>(*outcome_).size(), 5U);
  EXPECT_EQ(engine_->continued, 0);
}

TEST_F(PerformTest, DoesNotPauseWhereTheAnswerIsThereBeforeSubmitReturns) {
  engine_->on_submit = [](Operation& operation) { operation.Complete({}); };
  EXPECT_EQ(Start().outcome, JobOutcome::kFinished);
  EXPECT_TRUE(has_answer());
  EXPECT_EQ(wait_.status(), AsyncStatus::kUnsupported);
  EXPECT_FALSE(wait_.target().woken());
}

TEST_F(PerformTest, GoesOnWithAnOpenOperationAtEachResume) {
  ASSERT_EQ(Start().outcome, JobOutcome::kPaused);
  for (int resumed = 1; resumed <= 5; ++resumed) {
    ASSERT_EQ(Resume().outcome, JobOutcome::kPaused);
    EXPECT_EQ(engine_->continued, resumed);
  }
  engine_->on_continue = [](Operation& operation) { operation.Complete({}); };
  EXPECT_EQ(Resume().outcome, JobOutcome::kFinished);
  EXPECT_TRUE(has_answer());
  EXPECT_EQ(engine_->submitted, 1);
}

TEST_F(PerformTest, SubmitsAgainWhileTheEngineIsBusy) {
  engine_->script = {Submission::kAgain, Submission::kAgain, Submission::kPending};
  ASSERT_EQ(Start().outcome, JobOutcome::kPaused);
  EXPECT_EQ(wait_.status(), AsyncStatus::kAgain);
  EXPECT_FALSE(wait_.target().woken());
  const std::shared_ptr<Operation> first = engine_->last;
  engine_->waiting.Wake();
  EXPECT_TRUE(wait_.target().woken());
  ASSERT_EQ(Resume().outcome, JobOutcome::kPaused);
  EXPECT_EQ(wait_.status(), AsyncStatus::kAgain);
  ASSERT_EQ(Resume().outcome, JobOutcome::kPaused);
  EXPECT_EQ(wait_.status(), AsyncStatus::kOk);
  EXPECT_EQ(engine_->submitted, 3);
  EXPECT_EQ(engine_->last, first) << "the same operation is submitted each time";
  EXPECT_EQ(engine_->continued, 0) << "what is not submitted is not gone on with";
  engine_->last->Complete({});
  EXPECT_EQ(Resume().outcome, JobOutcome::kFinished);
}

TEST_F(PerformTest, RejectionFailsAtOnceWithTheEnginesReason) {
  engine_->script = {Submission::kRejected};
  engine_->on_submit = [](Operation& operation) { operation.Fail("no such slot"); };
  const JobRun run = Start();
  EXPECT_EQ(run.outcome, JobOutcome::kFinished);
  EXPECT_EQ(ReasonOf(*outcome_), "no such slot");
  EXPECT_EQ(noted_, "no such slot");
  EXPECT_EQ(wait_.status(), AsyncStatus::kError);
}

TEST_F(PerformTest, RejectionWithoutAReasonHasOne) {
  engine_->script = {Submission::kRejected};
  EXPECT_EQ(Start().outcome, JobOutcome::kFinished);
  EXPECT_EQ(noted_, "the key engine rejects the operation");
}

TEST_F(PerformTest, NotesTheFirstFailureOnTheJob) {
  std::vector<std::string> reasons = {"first", "second"};
  std::size_t next = 0;
  engine_->on_submit = [&](Operation& operation) { operation.Fail(reasons[next++]); };
  const JobRun run = jobs_.Start(
      [this] {
        EXPECT_EQ(ReasonOf(Perform(engine_, key_, KeyRequest{})), "first");
        EXPECT_EQ(ReasonOf(Perform(engine_, key_, KeyRequest{})), "second");
        EXPECT_EQ(Job::current()->failure(), "first");
        return 1;
      },
      {&wait_});
  EXPECT_EQ(run.result, 1);
}

TEST_F(PerformTest, NotesAFailureThatHasNoReason) {
  engine_->on_submit = [](Operation& operation) { operation.Fail(""); };
  EXPECT_EQ(Start().outcome, JobOutcome::kFinished);
  EXPECT_EQ(noted_, "no reason given");
}

TEST_F(PerformTest, StatusThatTheEngineSetsStays) {
  engine_->on_submit = [this](Operation&) { wait_.set_status(AsyncStatus::kAgain); };
  ASSERT_EQ(Start().outcome, JobOutcome::kPaused);
  EXPECT_EQ(wait_.status(), AsyncStatus::kAgain);
  jobs_.CancelAll();
}

TEST_F(PerformTest, CancelledJobFailsAtOnceAndAbandons) {
  ASSERT_EQ(Start().outcome, JobOutcome::kPaused);
  const JobRun run = jobs_.Cancel(job_);
  EXPECT_EQ(run.outcome, JobOutcome::kFinished);
  EXPECT_EQ(noted_, "the call was given up");
  EXPECT_EQ(ReasonOf(*outcome_), "the call was given up");
  EXPECT_EQ(engine_->cancelled, 1);
  EXPECT_EQ(engine_->continued, 0);
  EXPECT_TRUE(engine_->last->abandoned());
  EXPECT_EQ(reaper_.adopted, nullptr);
  EXPECT_TRUE(engine_->last->Complete(std::vector<std::byte>(3))) << "late, and harmless";
  EXPECT_FALSE(wait_.target().woken());
}

TEST_F(PerformTest, CancelledWhileTheEngineIsBusySubmitsNoMore) {
  engine_->script = {Submission::kAgain};
  ASSERT_EQ(Start().outcome, JobOutcome::kPaused);
  EXPECT_EQ(jobs_.Cancel(job_).outcome, JobOutcome::kFinished);
  EXPECT_EQ(noted_, "the call was given up");
  EXPECT_EQ(engine_->submitted, 1);
}

TEST_F(PerformTest, CancelledJobSubmitsNothingMore) {
  const JobRun run = jobs_.Start(
      [this] {
        Perform(engine_, key_, KeyRequest{});
        EXPECT_EQ(ReasonOf(Perform(engine_, key_, KeyRequest{})), "the call was given up");
        return 1;
      },
      {&wait_});
  ASSERT_EQ(run.outcome, JobOutcome::kPaused);
  EXPECT_EQ(jobs_.Cancel(run.job).outcome, JobOutcome::kFinished);
  EXPECT_EQ(engine_->submitted, 1);
}

TEST_F(PerformTest, OperationThatMustBeContinuedGoesToTheReaper) {
  engine_->needs_reaper = true;
  ASSERT_EQ(Start().outcome, JobOutcome::kPaused);
  EXPECT_EQ(jobs_.Cancel(job_).outcome, JobOutcome::kFinished);
  EXPECT_EQ(noted_, "the call was given up");
  ASSERT_NE(reaper_.adopted, nullptr);
  Orphan& orphan = *reaper_.adopted;
  EXPECT_FALSE(orphan.Reap());
  EXPECT_EQ(engine_->continued, 1);
  engine_->last->Wake();
  EXPECT_EQ(reaper_.list->Take(), orphan.target());
  EXPECT_FALSE(orphan.Reap());
  engine_->on_continue = [](Operation& operation) { operation.Complete({}); };
  EXPECT_TRUE(orphan.Reap());
  EXPECT_EQ(reaper_.list->Take(), orphan.target()) << "the answer wakes the reaper too";
}

TEST_F(PerformTest, AnsweredOperationDoesNotGoToTheReaper) {
  engine_->needs_reaper = true;
  ASSERT_EQ(Start().outcome, JobOutcome::kPaused);
  engine_->last->Complete({});
  EXPECT_EQ(jobs_.Cancel(job_).outcome, JobOutcome::kFinished);
  EXPECT_EQ(noted_, "the call was given up");
  EXPECT_EQ(reaper_.adopted, nullptr);
}

TEST_F(PerformTest, BlocksWherePausesAreBlocked) {
  const auto pool = std::make_shared<ThreadPool>();
  class QuickKey final : public BlockingKey {
    KeyOutcome Perform(const KeyRequest&) const override { return std::vector<std::byte>(2); }
  };
  const JobRun run = jobs_.Start(
      [&] {
        Job::current()->BlockPause();
        outcome_ = Perform(pool, std::make_shared<QuickKey>(), KeyRequest{});
        Job::current()->UnblockPause();
        return 1;
      },
      {&wait_});
  EXPECT_EQ(run.outcome, JobOutcome::kFinished);
  EXPECT_TRUE(has_answer());
}

TEST_F(PerformTest, BlocksOutsideOfJobsUntilAnotherThreadAnswers) {
  std::thread answerer;
  engine_->on_submit = [&](Operation&) {
    answerer = std::thread([operation = engine_->last] { operation->Complete({}); });
  };
  outcome_ = Perform(engine_, key_, KeyRequest{});
  answerer.join();
  EXPECT_TRUE(has_answer());
}

TEST_F(PerformTest, BlockedThreadPollsAnEngineWithoutThreads) {
  class EchoKey final : public BlockingKey {
    KeyOutcome Perform(const KeyRequest& request) const override { return request.input; }
  };
  Misbehaviour busy;
  busy.again = 128;
  busy.spurious = 128;
  const auto engine = std::make_shared<SimulatedEngine>(1, busy);
  for (int i = 0; i < 8; ++i) {
    EXPECT_TRUE(std::holds_alternative<std::vector<std::byte>>(
        Perform(engine, std::make_shared<EchoKey>(), KeyRequest{})));
  }
}

TEST_F(PerformTest, BlockedThreadGoesOnWithTheOperation) {
  engine_->on_continue = [](Operation& operation) { operation.Complete({}); };
  outcome_ = Perform(engine_, key_, KeyRequest{});
  EXPECT_TRUE(has_answer());
  EXPECT_EQ(engine_->continued, 1);
}

TEST_F(PerformTest, BlocksNoLongerThanItsLimit) {
  outcome_ = Perform(engine_, key_, KeyRequest{}, std::chrono::milliseconds(5));
  EXPECT_EQ(ReasonOf(*outcome_), "the key engine took too long for a thread that waits");
  EXPECT_EQ(engine_->cancelled, 1);
  EXPECT_TRUE(engine_->last->abandoned());
  engine_->script = std::deque<Submission>(1000, Submission::kAgain);
  outcome_ = Perform(engine_, key_, KeyRequest{}, std::chrono::milliseconds(5));
  EXPECT_EQ(ReasonOf(*outcome_), "the key engine was busy for too long");
}

TEST_F(PerformTest, FailsWhereThereIsNoMemory) {
  int failures = 0;
  engine_->on_submit = [](Operation& operation) { operation.Complete({}); };
  for (std::uint64_t nth = 1;; ++nth) {
    ASSERT_LT(nth, 100U);
    const ScarceMemory scarce(nth);
    const KeyOutcome outcome = Perform(engine_, key_, KeyRequest{});
    if (!scarce.struck()) break;
    failures += std::holds_alternative<ReplyFailure>(outcome) ? 1 : 0;
  }
  EXPECT_GT(failures, 0);
}

TEST_F(PerformTest, AwaitPausesUntilTheReplyIsAnswered) {
  auto question = MakeReply<int>();
  std::optional<ReplyOutcome<int>> got;
  const JobRun run = jobs_.Start(
      [&] {
        got = Await(question.second);
        return 1;
      },
      {&wait_});
  ASSERT_EQ(run.outcome, JobOutcome::kPaused);
  EXPECT_EQ(wait_.status(), AsyncStatus::kOk);
  ASSERT_EQ(jobs_.Resume(run.job).outcome, JobOutcome::kPaused) << "a spurious resume";
  question.first.Answer(4);
  EXPECT_TRUE(wait_.target().woken());
  EXPECT_EQ(jobs_.Resume(run.job).outcome, JobOutcome::kFinished);
  EXPECT_EQ(std::get<0>(*got), 4);
}

TEST_F(PerformTest, AwaitGivesNothingOutsideOfJobsAndAFailureInACancelledOne) {
  auto question = MakeReply<int>();
  EXPECT_FALSE(Await(question.second).has_value());
  std::optional<ReplyOutcome<int>> got;
  const JobRun run = jobs_.Start(
      [&] {
        got = Await(question.second);
        return 1;
      },
      {&wait_});
  ASSERT_EQ(run.outcome, JobOutcome::kPaused);
  ASSERT_EQ(jobs_.Cancel(run.job).outcome, JobOutcome::kFinished);
  EXPECT_EQ(std::get<1>(*got).reason, "the call was given up");
}

}  // namespace
}  // namespace tandem::engine
