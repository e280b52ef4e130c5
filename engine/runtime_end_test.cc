// What a Runtime has left to do for those who have gone, and how it goes itself.

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "tandem/engine/perform.h"
#include "tandem/engine/runtime.h"
#include "tandem/engine/simulated_engine.h"
#include "tandem/engine/thread_pool.h"

namespace tandem::engine {
namespace {

using std::chrono::milliseconds;

bool IsReadable(int fd) {
  pollfd look{fd, POLLIN, 0};
  return poll(&look, 1, 0) > 0;
}

void AwaitReadable(int fd) {
  pollfd look{fd, POLLIN, 0};
  ASSERT_EQ(poll(&look, 1, 60'000), 1);
}

// What happens to an orphan, to be looked at when it is gone.
struct Fate {
  std::atomic<int> reaped = 0;
  std::atomic<bool> may_end = false;
  std::atomic<bool> gone = false;
  std::thread::id thread;
};

class TestOrphan final : public Orphan {
 public:
  TestOrphan(Fate& fate, std::shared_ptr<WakeTarget> target)
      : fate_(fate), target_(std::move(target)) {}
  ~TestOrphan() override { fate_.gone = true; }

  bool Reap() noexcept override {
    ++fate_.reaped;
    fate_.thread = std::this_thread::get_id();
    return fate_.may_end;
  }
  std::shared_ptr<WakeTarget> target() override { return target_; }
  std::vector<int> fds() override { return watched; }

  std::vector<int> watched;  // What it asks for from the next look on.

 private:
  Fate& fate_;
  const std::shared_ptr<WakeTarget> target_;
};

TEST(Runtime, ReapsOnItsOwnThreadWhatWasAdoptedOnAnother) {
  Runtime runtime;
  Fate fate;
  fate.may_end = true;
  const int fd = runtime.fd();
  std::thread thread([&] { runtime.Adopt(std::make_unique<TestOrphan>(fate, nullptr)); });
  AwaitReadable(fd);
  thread.join();
  EXPECT_FALSE(fate.gone);
  EXPECT_EQ(runtime.counters().orphans, 1U);
  EXPECT_EQ(runtime.RunReady(), 0U) << "no session was called";
  EXPECT_TRUE(fate.gone);
  EXPECT_EQ(fate.thread, std::this_thread::get_id());
  EXPECT_EQ(runtime.counters().orphans, 0U);
  EXPECT_FALSE(IsReadable(fd));
}

TEST(Runtime, GoesOnWithAnOrphanWheneverItIsWoken) {
  Runtime runtime;
  Fate fate;
  const auto target = std::make_shared<WakeTarget>(runtime.ready());
  runtime.Adopt(std::make_unique<TestOrphan>(fate, target));
  runtime.RunReady();
  runtime.RunReady();
  EXPECT_EQ(fate.reaped, 1);
  target->Wake();
  EXPECT_EQ(runtime.RunReady(), 0U);
  EXPECT_EQ(fate.reaped, 2);
  fate.may_end = true;
  target->Wake();
  runtime.RunReady();
  EXPECT_TRUE(fate.gone);
  target->Wake();  // Late: finds nobody.
  EXPECT_EQ(runtime.RunReady(), 0U);
}

TEST(Runtime, GoesOnWithAnOrphanWhoseFdIsReadable) {
  Runtime runtime;
  Fate fate;
  const int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  auto orphan = std::make_unique<TestOrphan>(fate, std::make_shared<WakeTarget>(runtime.ready()));
  orphan->watched = {event};
  runtime.Adopt(std::move(orphan));
  runtime.RunReady();
  EXPECT_FALSE(IsReadable(runtime.fd()));
  eventfd_write(event, 1);
  EXPECT_TRUE(IsReadable(runtime.fd()));
  fate.may_end = true;
  runtime.RunReady();
  EXPECT_TRUE(fate.gone);
  EXPECT_FALSE(IsReadable(runtime.fd())) << "the fd is watched no longer";
  close(event);
}

TEST(Runtime, GoesOnAtEachTurnWithAnOrphanThatCannotBeWoken) {
  Runtime runtime;
  Fate fate;
  runtime.Adopt(std::make_unique<TestOrphan>(fate, nullptr));
  runtime.RunReady();
  runtime.RunReady();
  EXPECT_EQ(fate.reaped, 2);
  EXPECT_FALSE(runtime.has_ready()) << "a loop that obeys would never sleep";
  fate.may_end = true;
  runtime.RunReady();
  EXPECT_TRUE(fate.gone);
}

TEST(Runtime, GoesOnAtEachTurnWithAnOrphanOnlyWhileAnFdOfItIsRefused) {
  Runtime runtime;
  Fate fate;
  const int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  ASSERT_GE(runtime.fd(), 0);  // Made now, or it would get the number of the closed one.
  const int closed = dup(event);
  close(closed);
  auto owned = std::make_unique<TestOrphan>(fate, std::make_shared<WakeTarget>(runtime.ready()));
  TestOrphan& orphan = *owned;
  orphan.watched = {closed, event};
  runtime.Adopt(std::move(owned));
  runtime.RunReady();
  runtime.RunReady();
  EXPECT_EQ(fate.reaped, 2);
  orphan.watched = {event};
  runtime.RunReady();
  EXPECT_EQ(fate.reaped, 3) << "the last one that was not asked for";
  runtime.RunReady();
  EXPECT_EQ(fate.reaped, 3);
  eventfd_write(event, 1);
  runtime.RunReady();
  EXPECT_EQ(fate.reaped, 4) << "it is woken still";
  fate.may_end = true;
  runtime.RunReady();
  EXPECT_TRUE(fate.gone);
  close(event);
}

TEST(Runtime, ReapsManyInAnyOrder) {
  Runtime runtime;
  std::vector<Fate> fates(20);
  std::vector<std::shared_ptr<WakeTarget>> targets;
  for (Fate& fate : fates) {
    targets.push_back(std::make_shared<WakeTarget>(runtime.ready()));
    runtime.Adopt(std::make_unique<TestOrphan>(fate, targets.back()));
  }
  runtime.RunReady();
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const std::size_t chosen = i * 7 % fates.size();
    fates[chosen].may_end = true;
    targets[chosen]->Wake();
    runtime.RunReady();
    EXPECT_TRUE(fates[chosen].gone);
    EXPECT_EQ(runtime.counters().orphans, fates.size() - i - 1);
  }
}

// --- The end ------------------------------------------------------------------------------------

class TestOwner final : public JobOwner {
 public:
  explicit TestOwner(std::function<void()> told) : told_(std::move(told)) {}
  void OnRuntimeGone() noexcept override { told_(); }

 private:
  const std::function<void()> told_;
};

TEST(Runtime, TellsItsOwnersThatItGoes) {
  int told = 0;
  auto runtime = std::make_unique<Runtime>();
  TestOwner first([&] { ++told; });
  TestOwner forgotten([&] { told += 100; });
  auto other = std::make_unique<TestOwner>([&] { told += 100; });
  Runtime* const pointer = runtime.get();
  TestOwner ends_another([&] {
    ++told;
    pointer->Forget(*other);
    other.reset();
  });
  runtime->Register(*other);
  runtime->Register(forgotten);
  runtime->Register(first);
  runtime->Register(ends_another);
  runtime->Register(first);
  runtime->Forget(forgotten);
  runtime->Forget(forgotten);
  runtime.reset();
  EXPECT_EQ(told, 2);
}

TEST(Runtime, CallsNobodyWhenItGoes) {
  int calls = 0;
  auto runtime = std::make_unique<Runtime>();
  WaitContext waiter(runtime->ready());
  waiter.target().SetReadyHandler([&] { ++calls; });
  Fate fate;
  fate.may_end = true;
  runtime->Adopt(std::make_unique<TestOrphan>(fate, nullptr));
  waiter.waker().Wake();
  runtime.reset();
  EXPECT_EQ(calls, 0);
  EXPECT_TRUE(fate.gone);
  waiter.waker().Wake();
}

TEST(Runtime, WaitsWithoutSpinningForWhatEndsElsewhere) {
  Fate fate;
  std::thread thread;
  {
    Runtime::Options options;
    options.drain_limit = milliseconds(60'000);
    Runtime runtime(options);
    const auto target = std::make_shared<WakeTarget>(runtime.ready());
    runtime.Adopt(std::make_unique<TestOrphan>(fate, target));
    runtime.RunReady();
    thread = std::thread([&fate, target] {
      while (fate.reaped < 2) std::this_thread::yield();  // Until the destructor has looked once.
      fate.may_end = true;
      target->Wake();
    });
  }
  thread.join();
  EXPECT_TRUE(fate.gone);
  EXPECT_LE(fate.reaped, 6);
}

TEST(Runtime, LetsGoOfWhatDoesNotEndAndTellsHowMany) {
  Fate fate;
  RuntimeCounters last;
  Runtime::Options options;
  options.drain_limit = milliseconds(2);
  options.on_abandoned = [&](const RuntimeCounters& counters) { last = counters; };
  auto runtime = std::make_unique<Runtime>(options);
  const auto target = std::make_shared<WakeTarget>(runtime->ready());
  auto orphan = std::make_unique<TestOrphan>(fate, target);
  TestOrphan* const kept = orphan.get();  // It stays in memory, for us to free.
  runtime->Adopt(std::move(orphan));
  runtime.reset();
  EXPECT_EQ(last.orphans_abandoned, 1U);
  EXPECT_FALSE(fate.gone);
  target->Wake();  // Nobody is called.
  delete kept;
}

// What the program's own code does in the middle of a call.
void RunJob(Runtime& runtime, const std::function<void()>& call) {
  WaitContext wait(runtime.ready());
  (void)runtime.jobs().Start(
      [&call] {
        call();
        return 0;
      },
      {&wait});
}

TEST(RuntimeDeathTest, EndsTheProcessWhereItMustNotGo) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto runtime = std::make_unique<Runtime>();
  const auto destroy = [&runtime] { runtime.reset(); };
  EXPECT_DEATH(RunJob(*runtime, destroy), "must not be destroyed from inside a job");
  EXPECT_DEATH(RunJob(*runtime, [&] { CallOutside(destroy); }), "from inside a hook");
  EXPECT_DEATH(
      {
        WaitContext wait(runtime->ready());
        wait.target().SetReadyHandler(destroy);
        wait.waker().Wake();
        runtime->RunReady();
      },
      "from inside its RunReady");
  EXPECT_DEATH(RunJob(*runtime, [&] { std::thread(destroy).join(); }), "on another thread");
}

// A session as far as the engine layer goes: one question in a job.
class Asker final : public JobOwner {
 public:
  Asker(Runtime& runtime, std::shared_ptr<KeyEngine> engine, std::shared_ptr<const Key> key)
      : runtime_(&runtime), wait_(runtime.ready()) {
    const JobRun run = runtime.jobs().Start(
        [this, engine, key] {
          failed_ = Perform(engine, key, KeyRequest{}).index() == 1;
          return 0;
        },
        {&wait_});
    job_ = run.job;
    if (run.outcome == JobOutcome::kPaused) runtime.Register(*this);
  }
  ~Asker() { Cancel(); }

  void OnRuntimeGone() noexcept override { Cancel(); }
  bool failed() const { return failed_; }

 private:
  void Cancel() {
    if (runtime_ == nullptr) return;
    runtime_->Forget(*this);
    if (job_) (void)runtime_->jobs().Cancel(job_);
    runtime_ = nullptr;
  }

  Runtime* runtime_;
  WaitContext wait_;
  JobId job_;
  bool failed_ = false;
};

class SlowKey final : public BlockingKey {
 public:
  explicit SlowKey(const std::atomic<bool>& may_end) : may_end_(may_end) {}
  KeyOutcome Perform(const KeyRequest&) const override {
    while (!may_end_) std::this_thread::yield();
    return std::vector<std::byte>(8);
  }

 private:
  const std::atomic<bool>& may_end_;
};

TEST(Runtime, MayGoWhileAThreadPoolIsAtWork) {
  std::atomic<bool> may_end = false;
  const auto pool = std::make_shared<ThreadPool>();
  const auto key = std::make_shared<SlowKey>(may_end);
  {
    auto runtime = std::make_unique<Runtime>();
    std::vector<std::unique_ptr<Asker>> askers;
    for (int i = 0; i < 5; ++i) askers.push_back(std::make_unique<Asker>(*runtime, pool, key));
    askers.pop_back();
    EXPECT_EQ(runtime->counters().jobs_in_flight, 4U);
    runtime.reset();
    for (const auto& asker : askers) EXPECT_TRUE(asker->failed());
  }
  may_end = true;  // The one that a thread has in its hands ends now, and finds nobody.
}

TEST(Runtime, MayGoWhileASimulatedEngineIsAtWork) {
  std::atomic<bool> may_end = true;
  const auto engine = std::make_shared<SimulatedEngine>(1, Misbehaviour{});
  {
    auto runtime = std::make_unique<Runtime>();
    runtime->Drive(engine);
    Asker asker(*runtime, engine, std::make_shared<SlowKey>(may_end));
    runtime.reset();
    EXPECT_TRUE(asker.failed());
  }
  while (!engine->idle()) engine->Poll(1);
  EXPECT_EQ(engine->counters().late + engine->counters().forgotten, 1U);
}

// An engine whose operations must be gone on with, and take so many steps.
class SteppingEngine final : public KeyEngine {
 public:
  Submission Submit(const std::shared_ptr<Operation>&) noexcept override {
    return Submission::kPending;
  }
  void Continue(const std::shared_ptr<Operation>& operation) noexcept override {
    if (--steps_left == 0) {
      operation->Complete({});
    } else {
      operation->Wake();
    }
  }
  bool must_be_continued() const noexcept override { return true; }

  int steps_left = 3;
};

TEST(Runtime, BringsToItsEndWhatMustBeGoneOnWith) {
  const auto engine = std::make_shared<SteppingEngine>();
  Runtime runtime;
  auto asker = std::make_unique<Asker>(runtime, engine, nullptr);
  asker.reset();
  EXPECT_EQ(runtime.counters().orphans, 1U);
  for (int turn = 0; turn < 4; ++turn) runtime.RunReady();
  EXPECT_EQ(engine->steps_left, 0);
  EXPECT_EQ(runtime.counters().orphans, 0U);
}

TEST(Runtime, BringsToItsEndWhatMustBeGoneOnWithWhenItGoes) {
  const auto engine = std::make_shared<SteppingEngine>();
  auto runtime = std::make_unique<Runtime>();
  Asker registered(*runtime, engine, nullptr);
  runtime.reset();
  EXPECT_EQ(engine->steps_left, 0);
}

TEST(Runtime, CancelsJobsThatNobodyHasRegisteredBeforeItDrains) {
  const auto engine = std::make_shared<SteppingEngine>();
  {
    Runtime runtime;
    WaitContext wait(runtime.ready());
    const JobRun run = runtime.jobs().Start(
        [&] {
          Perform(engine, nullptr, KeyRequest{});
          return 0;
        },
        {&wait});
    EXPECT_EQ(run.outcome, JobOutcome::kPaused);
    runtime.jobs().CancelAll();
    EXPECT_EQ(engine->steps_left, 3);
  }
  EXPECT_EQ(engine->steps_left, 0);
}

}  // namespace
}  // namespace tandem::engine
