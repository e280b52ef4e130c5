#include "tandem/engine/thread_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "tandem/engine/wakeups.h"

namespace tandem::engine {
namespace {

// A key that does what a test says.
class ScriptedKey final : public BlockingKey {
 public:
  using Script = std::function<KeyOutcome(const KeyRequest&)>;
  explicit ScriptedKey(Script script) : script_(std::move(script)) {}

  KeyOutcome Perform(const KeyRequest& request) const override { return script_(request); }

 private:
  const Script script_;
};

// Opens once, for all.
class Gate {
 public:
  void Open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  void Pass() {
    std::unique_lock<std::mutex> lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

std::shared_ptr<Operation> Ask(ScriptedKey::Script script) {
  return std::make_shared<Operation>(std::make_shared<ScriptedKey>(std::move(script)),
                                     KeyRequest{});
}

std::shared_ptr<Operation> AskEasily() {
  return Ask([](const KeyRequest&) -> KeyOutcome { return std::vector<std::byte>(4); });
}

KeyOutcome Await(Operation& operation) {
  Wakeups wakeups;
  if (operation.Arm(wakeups.waker())) wakeups.Await(1);
  return std::move(*operation.Take());
}

std::string ReasonOf(const KeyOutcome& outcome) {
  const auto* failure = std::get_if<ReplyFailure>(&outcome);
  return failure == nullptr ? "(no failure)" : failure->reason;
}

ThreadPool::Options Small(std::size_t threads, std::size_t queue_limit) {
  ThreadPool::Options options;
  options.threads = threads;
  options.queue_limit = queue_limit;
  return options;
}

// Keeps the pool's only thread busy until the gate opens.
std::shared_ptr<Operation> Occupy(ThreadPool& pool, Gate& gate) {
  Gate begun;
  const auto operation = Ask([&](const KeyRequest&) -> KeyOutcome {
    begun.Open();
    gate.Pass();
    return std::vector<std::byte>(1);
  });
  EXPECT_EQ(pool.Submit(operation), Submission::kPending);
  begun.Pass();
  return operation;
}

TEST(ThreadPool, AnswersFromAnotherThread) {
  ThreadPool pool;
  std::thread::id worker;
  const auto operation = Ask([&](const KeyRequest&) -> KeyOutcome {
    worker = std::this_thread::get_id();
    return std::vector<std::byte>(7);
  });
  ASSERT_EQ(pool.Submit(operation), Submission::kPending);
  EXPECT_EQ(std::get<0>(Await(*operation)).size(), 7U);
  EXPECT_NE(worker, std::this_thread::get_id());
  EXPECT_EQ(pool.counters().completed, 1U);
}

TEST(ThreadPool, MakesAFailureOfWhatAKeyThrows) {
  ThreadPool pool;
  const auto known = Ask([](const KeyRequest&) -> KeyOutcome {
    throw std::runtime_error("the token was pulled out of its slot");
  });
  const auto unknown = Ask([](const KeyRequest&) -> KeyOutcome { throw 7; });
  const auto poor = Ask([](const KeyRequest&) -> KeyOutcome { throw std::bad_alloc(); });
  for (const auto& operation : {known, unknown, poor}) {
    ASSERT_EQ(pool.Submit(operation), Submission::kPending);
  }
  EXPECT_EQ(ReasonOf(Await(*known)), "the token was pulled out of its slot");
  EXPECT_EQ(ReasonOf(Await(*unknown)), "the key threw what is no std::exception");
  EXPECT_EQ(ReasonOf(Await(*poor)), "out of memory");
}

TEST(ThreadPool, RejectsAKeyThatItCannotAsk) {
  class StrangeKey final : public Key {};
  ThreadPool pool;
  Operation operation(std::make_shared<StrangeKey>(), KeyRequest{});
  const std::shared_ptr<Operation> borrowed(&operation, [](Operation*) {});
  EXPECT_EQ(pool.Submit(borrowed), Submission::kRejected);
  EXPECT_EQ(ReasonOf(*operation.Take()), "the thread pool needs a BlockingKey");
}

TEST(ThreadPool, IsBusyWhenFullAndWakesOneForEachRoom) {
  Gate gate;
  Wakeups first;
  Wakeups second;
  ThreadPool pool(Small(1, 1));
  const auto running = Occupy(pool, gate);
  const auto queued = AskEasily();
  ASSERT_EQ(pool.Submit(queued), Submission::kPending);
  const auto refused = AskEasily();
  EXPECT_EQ(pool.Submit(refused), Submission::kAgain);
  pool.WhenReady(first.waker());
  pool.WhenReady(first.waker());
  pool.WhenReady(second.waker());
  EXPECT_EQ(first.count(), 0);
  pool.Cancel(queued);  // Makes room for one.
  EXPECT_EQ(first.count(), 1);
  EXPECT_EQ(second.count(), 0);
  EXPECT_EQ(pool.Submit(refused), Submission::kPending);
  gate.Open();
  second.Await(1);
  EXPECT_TRUE(std::holds_alternative<std::vector<std::byte>>(Await(*refused)));
  EXPECT_EQ(first.count(), 1) << "who asks twice is woken once";
  EXPECT_EQ(pool.counters().refused_full, 1U);
}

TEST(ThreadPool, WakesAtOnceWhereThereIsRoom) {
  Wakeups wakeups;
  ThreadPool pool;
  pool.WhenReady(wakeups.waker());
  EXPECT_EQ(wakeups.count(), 1);
}

TEST(ThreadPool, LeavesNobodyWaitingWhenThoseWokenDoNotCome) {
  Gate gate;
  std::vector<Wakeups> waiters(5);
  ThreadPool pool(Small(1, 1));
  const auto running = Occupy(pool, gate);
  const auto queued = AskEasily();
  ASSERT_EQ(pool.Submit(queued), Submission::kPending);
  for (const Wakeups& waiter : waiters) pool.WhenReady(waiter.waker());
  gate.Open();
  for (Wakeups& waiter : waiters) waiter.Await(1);
}

TEST(ThreadPool, DoesNotDoWhatNobodyWaitsFor) {
  Gate gate;
  std::atomic<bool> asked = false;
  const auto Note = [&](const KeyRequest&) -> KeyOutcome {
    asked = true;
    return std::vector<std::byte>(1);
  };
  const auto abandoned = Ask(Note);
  const auto cancelled = Ask(Note);
  const auto last = AskEasily();
  ThreadPool pool(Small(1, 8));
  const auto running = Occupy(pool, gate);
  for (const auto& operation : {abandoned, cancelled, last}) {
    ASSERT_EQ(pool.Submit(operation), Submission::kPending);
  }
  abandoned->Abandon();
  cancelled->Abandon();
  pool.Cancel(cancelled);
  gate.Open();
  Await(*last);
  EXPECT_FALSE(asked);
  EXPECT_EQ(pool.counters().abandoned, 2U);
}

TEST(ThreadPool, FailsWhatWaitsAndFinishesWhatRunsWhenItGoes) {
  Gate gate;
  auto pool = std::make_unique<ThreadPool>(Small(1, 8));
  const auto running = Occupy(*pool, gate);
  const auto queued = AskEasily();
  ASSERT_EQ(pool->Submit(queued), Submission::kPending);
  Wakeups failed;
  ASSERT_TRUE(queued->Arm(failed.waker()));
  std::thread end([&] { pool.reset(); });
  failed.Await(1);
  EXPECT_EQ(ReasonOf(*queued->Take()), "the key engine has stopped");
  EXPECT_FALSE(running->done());
  gate.Open();
  end.join();
  EXPECT_TRUE(running->done());
}

TEST(ThreadPool, ThreadsAreNicerThanTheLoopAndTakeNoSignals) {
  int nice = 0;
  sigset_t mask;
  sigemptyset(&mask);
  ThreadPool pool;
  const auto operation = Ask([&](const KeyRequest&) -> KeyOutcome {
    nice = getpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)));
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return std::vector<std::byte>(1);
  });
  ASSERT_EQ(pool.Submit(operation), Submission::kPending);
  Await(*operation);
  EXPECT_GT(nice, getpriority(PRIO_PROCESS, 0));
  EXPECT_TRUE(sigismember(&mask, SIGTERM));
  EXPECT_TRUE(sigismember(&mask, SIGUSR1));
  sigset_t own;
  pthread_sigmask(SIG_SETMASK, nullptr, &own);
  EXPECT_FALSE(sigismember(&own, SIGTERM)) << "the loop's mask is as it was";
}

TEST(ThreadPool, SurvivesSubmitCancelAndAbandonFromFourThreads) {
  constexpr int kRounds = 300;
  std::atomic<int> answered = 0;
  std::atomic<int> dropped = 0;
  {
    ThreadPool pool(Small(2, 16));
    std::vector<std::thread> sessions;
    for (int session = 0; session < 4; ++session) {
      sessions.emplace_back([&, session] {
        Wakeups room;
        for (int round = 0; round < kRounds; ++round) {
          const auto operation = AskEasily();
          while (pool.Submit(operation) == Submission::kAgain) {
            const int before = room.count();
            pool.WhenReady(room.waker());
            room.Await(before + 1);
          }
          if ((round + session) % 3 == 0) {
            operation->Abandon();
            pool.Cancel(operation);
            EXPECT_FALSE(operation->Take().has_value());
            ++dropped;
          } else {
            EXPECT_TRUE(std::holds_alternative<std::vector<std::byte>>(Await(*operation)));
            ++answered;
          }
        }
      });
    }
    for (std::thread& session : sessions) session.join();
  }
  EXPECT_EQ(answered + dropped, 4 * kRounds);
}

}  // namespace
}  // namespace tandem::engine
