#include "tandem/engine/operation.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "tandem/engine/wakeups.h"
#include "tandem/engine/watched_memory.h"

namespace tandem::engine {
namespace {

class PlainKey final : public Key {};

std::vector<std::byte> Bytes(std::size_t count) {
  return std::vector<std::byte>(count, std::byte{0x5a});
}

std::shared_ptr<Operation> MakeOperation() {
  return std::make_shared<Operation>(std::make_shared<PlainKey>(), KeyRequest{});
}

TEST(Operation, TakesTheFirstAnswerAndNoOther) {
  const auto operation = MakeOperation();
  EXPECT_FALSE(operation->done());
  EXPECT_FALSE(operation->Take().has_value());
  EXPECT_TRUE(operation->Complete(Bytes(3)));
  EXPECT_FALSE(operation->Complete(Bytes(4)));
  EXPECT_FALSE(operation->Fail("too late"));
  EXPECT_TRUE(operation->done());
  EXPECT_EQ(std::get<0>(*operation->Take()).size(), 3U);
  EXPECT_FALSE(operation->Take().has_value()) << "an answer is there once";
  EXPECT_FALSE(operation->Complete(Bytes(5))) << "nor is there another when it was taken";
  EXPECT_FALSE(operation->Take().has_value());
}

TEST(Operation, FailureIsAnAnswer) {
  const auto operation = MakeOperation();
  EXPECT_TRUE(operation->Fail("the token was pulled out"));
  EXPECT_FALSE(operation->Complete(Bytes(1)));
  EXPECT_EQ(std::get<1>(*operation->Take()).reason, "the token was pulled out");
}

TEST(Operation, AnswerWakesWhoIsArmedOnce) {
  const Wakeups wakeups;
  const auto operation = MakeOperation();
  ASSERT_TRUE(operation->Arm(wakeups.waker()));
  operation->Complete(Bytes(1));
  operation->Complete(Bytes(1));
  EXPECT_EQ(wakeups.count(), 1);
  EXPECT_FALSE(operation->Arm(wakeups.waker())) << "it has come already";
  EXPECT_EQ(wakeups.count(), 1);
}

TEST(Operation, WakeBeforeTheArmIsKept) {
  const Wakeups wakeups;
  const auto operation = MakeOperation();
  operation->Wake();
  EXPECT_TRUE(operation->Arm(wakeups.waker()));
  EXPECT_EQ(wakeups.count(), 1);
  operation->Wake();
  EXPECT_EQ(wakeups.count(), 2);
  EXPECT_FALSE(operation->done());
}

TEST(Operation, AbandonedOneDropsAnAnswerThatWasThere) {
  const auto operation = MakeOperation();
  operation->Complete(Bytes(8));
  operation->Abandon();
  EXPECT_TRUE(operation->abandoned());
  EXPECT_FALSE(operation->Take().has_value());
}

TEST(Operation, AbandonedOneDropsALateAnswerAndWakesNobody) {
  const Wakeups wakeups;
  const auto operation = MakeOperation();
  ASSERT_TRUE(operation->Arm(wakeups.waker()));
  operation->Abandon();
  EXPECT_TRUE(operation->Complete(Bytes(8))) << "it was the first answer all the same";
  EXPECT_FALSE(operation->Complete(Bytes(8)));
  operation->Wake();
  EXPECT_TRUE(operation->done());
  EXPECT_FALSE(operation->Take().has_value());
  EXPECT_EQ(wakeups.count(), 0);
}

TEST(Operation, AbandonedOneWakesWhoIsArmedAnew) {
  const Wakeups waiter;
  const Wakeups reaper;
  const auto operation = MakeOperation();
  ASSERT_TRUE(operation->Arm(waiter.waker()));
  operation->Abandon();
  ASSERT_TRUE(operation->Arm(reaper.waker()));
  operation->Wake();
  operation->Complete(Bytes(8));
  EXPECT_EQ(waiter.count(), 0);
  EXPECT_EQ(reaper.count(), 2);
}

TEST(Operation, CallbackMayTakeTheAnswer) {
  const auto operation = MakeOperation();
  bool taken = false;
  const auto target = std::make_shared<WakeTarget>(nullptr);
  target->SetCallback([&](std::uintptr_t) { taken = operation->Take().has_value(); });
  ASSERT_TRUE(operation->Arm(Waker(target)));
  operation->Complete(Bytes(1));
  EXPECT_TRUE(taken);
  target->Detach();
}

TEST(Operation, LeavesNoSecretInMemoryThatItGivesBack) {
  constexpr std::byte kSecret{0x5a};
  KeyRequest request;
  request.input = Bytes(40);
  auto operation = std::make_shared<Operation>(std::make_shared<PlainKey>(), std::move(request));
  const SecretWatch watch(kSecret);
  operation->Complete(Bytes(48));
  operation->Complete(Bytes(56));  // A second answer,
  operation.reset();               // a first one that nobody took, and the request.
  EXPECT_EQ(watch.found(), 0);
}

TEST(Operation, LeavesNoSecretOfALateAnswer) {
  const SecretWatch watch(std::byte{0x5a});
  const auto answered = MakeOperation();
  answered->Complete(Bytes(48));
  answered->Abandon();
  const auto abandoned = MakeOperation();
  abandoned->Abandon();
  abandoned->Complete(Bytes(48));
  EXPECT_EQ(watch.found(), 0);
}

TEST(Operation, FailsWithoutItsReasonWhereThereIsNoMemoryForIt) {
  const auto operation = MakeOperation();
  const std::string reason(100, 'x');
  {
    const ScarceMemory scarce(1);
    EXPECT_TRUE(operation->Fail(reason));
    EXPECT_TRUE(scarce.struck());
  }
  EXPECT_TRUE(std::holds_alternative<ReplyFailure>(*operation->Take()));
}

TEST(Operation, OneOfManyAnswersThatRaceCounts) {
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    const Wakeups wakeups;
    const auto operation = MakeOperation();
    std::atomic<int> first = 0;
    std::vector<std::thread> answerers;
    for (int i = 0; i < 3; ++i) {
      answerers.emplace_back([&] { first += operation->Complete(Bytes(1)) ? 1 : 0; });
    }
    const bool armed = operation->Arm(wakeups.waker());
    for (std::thread& answerer : answerers) answerer.join();
    EXPECT_EQ(first, 1);
    EXPECT_EQ(wakeups.count(), armed ? 1 : 0);
    EXPECT_TRUE(operation->Take().has_value());
  }
}

TEST(Operation, AnswerThatRacesAbandonmentIsNeverLeftBehind) {
  constexpr int kRounds = 500;
  for (int round = 0; round < kRounds; ++round) {
    const Wakeups wakeups;
    const auto operation = MakeOperation();
    ASSERT_TRUE(operation->Arm(wakeups.waker()));
    std::thread answerer([operation] { operation->Complete(Bytes(64)); });
    operation->Abandon();
    answerer.join();
    EXPECT_TRUE(operation->done());
    EXPECT_FALSE(operation->Take().has_value());
    EXPECT_LE(wakeups.count(), 1);
  }
}

}  // namespace
}  // namespace tandem::engine
