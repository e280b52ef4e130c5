#include "tandem/engine/simulated_engine.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "tandem/engine/wakeups.h"

namespace tandem::engine {
namespace {

constexpr std::uint8_t kAlways = 255;  // But for one in 256.

class EchoKey final : public BlockingKey {
 public:
  KeyOutcome Perform(const KeyRequest& request) const override { return request.input; }
};

std::shared_ptr<Operation> Ask(unsigned char input) {
  KeyRequest request;
  request.input = {std::byte{input}};
  return std::make_shared<Operation>(std::make_shared<EchoKey>(), std::move(request));
}

// Submits until one is taken by the behaviour under test, which has a chance of 255 in 256.
template <typename Seen>
void SubmitUntil(SimulatedEngine& engine, Seen seen) {
  for (int tries = 0; tries < 100; ++tries) {
    const auto operation = Ask(1);
    if (seen(engine.Submit(operation), *operation)) return;
  }
  FAIL() << "never seen";
}

// What a run of mixed behaviour comes to, as text.
std::string Trace(std::uint64_t seed) {
  Misbehaviour mixed;
  mixed.early = mixed.again = mixed.error = mixed.reject = mixed.duplicate = 40;
  mixed.spurious = mixed.never = 40;
  SimulatedEngine engine(seed, mixed);
  std::vector<std::shared_ptr<Operation>> operations;
  std::string trace;
  for (unsigned char i = 0; i < 100; ++i) {
    operations.push_back(Ask(i));
    trace += std::to_string(static_cast<int>(engine.Submit(operations.back())));
    if (i % 7 == 3) {
      operations[i / 2]->Abandon();
      engine.Cancel(operations[i / 2]);
    }
    if (i % 3 == 0) trace += "p" + std::to_string(engine.Poll(2));
    for (const auto& operation : operations) trace += operation->done() ? 'd' : '.';
  }
  return trace;
}

TEST(SimulatedEngine, DoesTheSameForTheSameSeed) {
  EXPECT_EQ(Trace(1), Trace(1));
  EXPECT_NE(Trace(1), Trace(2));
}

TEST(SimulatedEngine, CompletesAllWithinTheDelayInAnOrderOfItsOwn) {
  Misbehaviour slow;
  slow.max_delay = 6;
  SimulatedEngine engine(3, slow);
  std::vector<std::shared_ptr<Operation>> operations;
  for (unsigned char i = 0; i < 50; ++i) {
    operations.push_back(Ask(i));
    ASSERT_EQ(engine.Submit(operations.back()), Submission::kPending);
  }
  bool overtaken = false;
  for (unsigned poll = 0; poll < slow.max_delay; ++poll) {
    engine.Poll(operations.size());
    for (std::size_t i = 1; i < operations.size(); ++i) {
      overtaken |= operations[i]->done() && !operations[i - 1]->done();
    }
  }
  EXPECT_TRUE(overtaken);
  EXPECT_TRUE(engine.idle());
  for (unsigned char i = 0; i < 50; ++i) {
    EXPECT_EQ(std::get<0>(*operations[i]->Take()).front(), std::byte{i});
  }
  EXPECT_EQ(engine.counters().completed, 50U);
}

TEST(SimulatedEngine, PollStaysWithinItsBudget) {
  Misbehaviour quick;
  quick.max_delay = 1;
  SimulatedEngine engine(4, quick);
  for (unsigned char i = 0; i < 5; ++i) ASSERT_EQ(engine.Submit(Ask(i)), Submission::kPending);
  EXPECT_EQ(engine.Poll(2), 2U);
  EXPECT_EQ(engine.Poll(2), 2U);
  EXPECT_EQ(engine.Poll(2), 1U);
  EXPECT_TRUE(engine.idle());
}

TEST(SimulatedEngine, EarlyIsDoneBeforeSubmitReturns) {
  Misbehaviour early;
  early.early = kAlways;
  SimulatedEngine engine(5, early);
  SubmitUntil(engine, [](Submission taken, const Operation& operation) {
    return taken == Submission::kPending && operation.done();
  });
}

TEST(SimulatedEngine, BusyOneWakesAtThePollAfter) {
  Misbehaviour busy;
  busy.again = kAlways;
  Wakeups wakeups;
  SimulatedEngine engine(6, busy);
  SubmitUntil(engine,
              [](Submission taken, const Operation&) { return taken == Submission::kAgain; });
  engine.WhenReady(wakeups.waker());
  EXPECT_EQ(wakeups.count(), 0);
  EXPECT_FALSE(engine.idle());
  engine.Poll(1);
  EXPECT_EQ(wakeups.count(), 1);
}

TEST(SimulatedEngine, ErrorAndRejectionSayWhy) {
  Misbehaviour failing;
  failing.error = failing.early = kAlways;
  SimulatedEngine fails(7, failing);
  SubmitUntil(fails, [](Submission, Operation& operation) {
    const auto outcome = operation.Take();
    return outcome.has_value() && std::holds_alternative<ReplyFailure>(*outcome);
  });
  EXPECT_EQ(fails.counters().failed, 1U);
  Misbehaviour rejecting;
  rejecting.reject = kAlways;
  SimulatedEngine rejects(8, rejecting);
  SubmitUntil(rejects, [](Submission taken, Operation& operation) {
    return taken == Submission::kRejected &&
           std::holds_alternative<ReplyFailure>(*operation.Take());
  });
}

TEST(SimulatedEngine, SpuriousWakesOnceBeforeTheAnswer) {
  Misbehaviour restless;
  restless.spurious = kAlways;
  restless.max_delay = 1;
  SimulatedEngine engine(9, restless);
  Wakeups wakeups;
  const auto operation = Ask(1);
  ASSERT_EQ(engine.Submit(operation), Submission::kPending);
  ASSERT_TRUE(operation->Arm(wakeups.waker()));
  engine.Poll(1);
  ASSERT_EQ(engine.counters().spurious, 1U) << "another seed is needed";
  EXPECT_EQ(wakeups.count(), 1);
  EXPECT_FALSE(operation->done());
  engine.Poll(1);
  EXPECT_EQ(wakeups.count(), 2);
  EXPECT_TRUE(operation->done());
}

TEST(SimulatedEngine, SecondAnswersAreRefusedAndCounted) {
  Misbehaviour twice;
  twice.duplicate = kAlways;
  SimulatedEngine engine(10, twice);
  for (unsigned char i = 0; i < 20; ++i) engine.Submit(Ask(i));
  while (!engine.idle()) engine.Poll(20);
  EXPECT_GT(engine.counters().duplicates_dropped, 10U);
  EXPECT_EQ(engine.counters().duplicates_taken, 0U);
}

TEST(SimulatedEngine, CompletesSomeCancelledOnesLateAndForgetsOthers) {
  SimulatedEngine engine(11, Misbehaviour{});
  for (unsigned char i = 0; i < 100; ++i) {
    const auto operation = Ask(i);
    ASSERT_EQ(engine.Submit(operation), Submission::kPending);
    operation->Abandon();
    engine.Cancel(operation);
  }
  while (!engine.idle()) engine.Poll(100);
  const SimulatedEngine::Counters& counters = engine.counters();
  EXPECT_EQ(counters.cancelled, 100U);
  EXPECT_GT(counters.late, 50U);
  EXPECT_GT(counters.forgotten, 5U);
  EXPECT_EQ(counters.late, counters.completed);
  EXPECT_EQ(counters.completed + counters.forgotten, counters.submitted);
}

TEST(SimulatedEngine, LetsGoOfWhatItHoldsWhenItGoes) {
  Misbehaviour slow;
  slow.max_delay = 100;
  auto engine = std::make_unique<SimulatedEngine>(12, slow);
  auto operation = Ask(1);
  const std::weak_ptr<Operation> watch = operation;
  ASSERT_EQ(engine->Submit(operation), Submission::kPending);
  operation.reset();
  EXPECT_FALSE(watch.expired());
  engine.reset();
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace tandem::engine
