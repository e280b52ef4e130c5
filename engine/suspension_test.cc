// Many suspensions: sessions' worth of jobs on a Runtime and an engine that misbehaves by a seed,
// with cancels at any time. 20,000 of them; a million if TANDEM_LONG=1.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tandem/engine/perform.h"
#include "tandem/engine/runtime.h"
#include "tandem/engine/simulated_engine.h"

namespace tandem::engine {
namespace {

constexpr std::size_t kUsualSuspensions = 20'000;
constexpr std::size_t kLongSuspensions = 1'000'000;

// More than the jobs of the Runtime, so that some must wait for one.
constexpr std::size_t kSessions = 48;
constexpr std::size_t kMaxJobs = 32;

// After so many turns a session that still waits for what never comes is cancelled.
constexpr int kTurns = 60;

std::size_t Wanted() {
  const char* wish = std::getenv("TANDEM_LONG");
  return wish != nullptr && std::string_view(wish) == "1" ? kLongSuspensions : kUsualSuspensions;
}

// What is counted over all seeds.
struct Tally {
  std::size_t suspensions = 0;
  std::size_t answers = 0;
  std::size_t failures = 0;
  std::size_t cancelled = 0;
  std::size_t waited_for_a_job = 0;
  std::size_t wrong = 0;  // Answers to another question.
};

// Made anew for each operation, which keeps it: as many as are alive, operations are alive.
class CountedKey final : public BlockingKey {
 public:
  explicit CountedKey(int& alive) : alive_(alive) { ++alive_; }
  ~CountedKey() override { --alive_; }
  KeyOutcome Perform(const KeyRequest& request) const override { return request.input; }

 private:
  int& alive_;
};

// A session as far as the engine layer goes.
class Asker final : public JobOwner {
 public:
  Asker(Runtime& runtime, std::shared_ptr<KeyEngine> engine, int& alive, int questions,
        Tally& tally)
      : runtime_(&runtime),
        engine_(std::move(engine)),
        alive_(alive),
        questions_(questions),
        tally_(tally),
        wait_(runtime.ready()) {
    wait_.target().SetReadyHandler([this] { GoOn(); });
    runtime.Register(*this);
    GoOn();
  }
  ~Asker() { Leave(); }

  void OnRuntimeGone() noexcept override { Leave(); }
  bool over() const { return over_; }

  // As a loop that calls again whenever it likes.
  void GoOn() {
    if (over_) return;
    JobPool& jobs = runtime_->jobs();
    const bool fresh = !job_;
    wait_.target().Rearm();
    const JobRun run =
        fresh ? jobs.Start([this] { return AskAll(); }, {&wait_}) : jobs.Resume(job_);
    job_ = run.job;
    if (run.outcome == JobOutcome::kPaused) ++tally_.suspensions;
    if (run.outcome == JobOutcome::kNoJobs) {
      ++tally_.waited_for_a_job;
      runtime_->WaitForJob(wait_.waker());
    }
    if (run.outcome != JobOutcome::kFinished) return;
    over_ = true;
    runtime_->JobEnded();
  }

 private:
  int AskAll() {
    for (int i = 0; i < questions_; ++i) {
      KeyRequest request;
      request.input = std::vector<std::byte>(32, static_cast<std::byte>(i));
      const std::vector<std::byte> expected = request.input;
      const KeyOutcome outcome =
          Perform(engine_, std::make_shared<CountedKey>(alive_), std::move(request));
      const auto* output = std::get_if<0>(&outcome);
      ++(output != nullptr ? tally_.answers : tally_.failures);
      if (output != nullptr && *output != expected) ++tally_.wrong;
      if (output == nullptr) return 0;
    }
    return 1;
  }

  void Leave() {
    if (runtime_ == nullptr) return;
    runtime_->Forget(*this);
    if (job_ && !over_) {
      ++tally_.cancelled;
      EXPECT_EQ(runtime_->jobs().Cancel(job_).outcome, JobOutcome::kFinished);
      runtime_->JobEnded();
    }
    runtime_->StopWaiting(wait_.waker());
    over_ = true;
    runtime_ = nullptr;
  }

  Runtime* runtime_;
  const std::shared_ptr<KeyEngine> engine_;
  int& alive_;
  const int questions_;
  Tally& tally_;
  WaitContext wait_;
  JobId job_;
  bool over_ = false;
};

Misbehaviour Mixed(std::mt19937_64& random) {
  const auto chance = [&] { return static_cast<std::uint8_t>(random() % 64); };
  Misbehaviour mixed;
  mixed.early = chance();
  mixed.again = chance();
  mixed.error = static_cast<std::uint8_t>(chance() / 8);
  mixed.reject = static_cast<std::uint8_t>(chance() / 8);
  mixed.duplicate = chance();
  mixed.spurious = chance();
  mixed.never = static_cast<std::uint8_t>(chance() / 8);
  mixed.max_delay = 1 + static_cast<unsigned>(random() % 8);
  return mixed;
}

// Some sessions, until all are over or have waited too long.
void PlaySessions(Runtime& runtime, std::vector<std::unique_ptr<Asker>>& askers,
                  std::mt19937_64& random) {
  for (int turn = 0; turn < kTurns; ++turn) {
    runtime.RunReady(1 + random() % 64);
    for (std::unique_ptr<Asker>& asker : askers) {
      if (asker == nullptr) continue;
      switch (random() % 32) {
        case 0: asker->GoOn(); break;  // Spurious.
        case 1: asker.reset(); break;  // Cancelled, if it is not over.
        default: break;
      }
    }
  }
}

void Play(std::uint64_t seed, Tally& tally) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  int alive = 0;
  const auto engine = std::make_shared<SimulatedEngine>(seed, Mixed(random));
  {
    std::vector<std::unique_ptr<Asker>> askers;
    Runtime::Options options;
    options.max_jobs = kMaxJobs;
    auto runtime = std::make_unique<Runtime>(options);
    runtime->Drive(engine);
    for (std::size_t i = 0; i < kSessions; ++i) {
      const int questions = 1 + static_cast<int>(random() % 4);
      askers.push_back(std::make_unique<Asker>(*runtime, engine, alive, questions, tally));
    }
    PlaySessions(*runtime, askers, random);
    if (random() % 2 == 0) askers.clear();
    if (askers.empty()) {
      EXPECT_EQ(runtime->counters().jobs_in_flight, 0U);
    }
    EXPECT_EQ(runtime->counters().orphans, 0U);
    runtime.reset();
    for (const auto& asker : askers) EXPECT_TRUE(asker == nullptr || asker->over());
  }
  while (!engine->idle()) engine->Poll(kSessions);  // Late: finds nobody.
  EXPECT_EQ(alive, 0) << "operations were leaked";
  const SimulatedEngine::Counters& counters = engine->counters();
  EXPECT_EQ(counters.duplicates_taken, 0U);
  EXPECT_EQ(counters.completed + counters.forgotten, counters.submitted);
}

TEST(Suspension, EndsOnceAndLeavesNothingWhateverTheEngineDoes) {
  Tally tally;
  for (std::uint64_t seed = 1; tally.suspensions < Wanted() && !HasFailure(); ++seed) {
    Play(seed, tally);
  }
  EXPECT_EQ(tally.wrong, 0U);
  EXPECT_GT(tally.answers, 0U);
  EXPECT_GT(tally.failures, 0U);
  EXPECT_GT(tally.cancelled, 0U);
  EXPECT_GT(tally.waited_for_a_job, 0U);
  RecordProperty("suspensions", std::to_string(tally.suspensions));
  RecordProperty("cancelled", std::to_string(tally.cancelled));
}

// The seeds where nobody cancels: all must come to their end by their wakeups alone.
TEST(Suspension, NoWakeupIsLost) {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    int alive = 0;
    Misbehaviour mixed = Mixed(random);
    mixed.never = 0;
    const auto engine = std::make_shared<SimulatedEngine>(seed, mixed);
    Runtime::Options options;
    options.max_jobs = 5;
    Runtime runtime(options);
    runtime.Drive(engine);
    std::vector<std::unique_ptr<Asker>> askers;
    for (std::size_t i = 0; i < kSessions; ++i) {
      askers.push_back(std::make_unique<Asker>(runtime, engine, alive, 3, tally));
    }
    for (int turn = 0; turn < 10'000 && (runtime.has_ready() || !engine->idle()); ++turn) {
      runtime.RunReady();
    }
    for (const auto& asker : askers) EXPECT_TRUE(asker->over());
  }
}

}  // namespace
}  // namespace tandem::engine
