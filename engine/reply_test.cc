#include "tandem/engine/reply.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "tandem/engine/wakeups.h"

namespace tandem::engine {
namespace {

TEST(Reply, BringsItsAnswerOnce) {
  auto [reply, answer] = MakeReply<std::unique_ptr<int>>();
  EXPECT_FALSE(answer.Take().has_value()) << "the question is open";
  reply.Answer(std::make_unique<int>(7));
  auto outcome = answer.Take();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(*std::get<0>(*outcome), 7);
  EXPECT_FALSE(answer.Take().has_value());
}

TEST(Reply, BringsWhyThereIsNoAnswer) {
  auto [reply, answer] = MakeReply<std::string>();
  reply.Fail("no such name");
  EXPECT_EQ(std::get<1>(*answer.Take()).reason, "no such name");
}

TEST(Reply, DroppedUnansweredIsAFailure) {
  auto [reply, answer] = MakeReply<int>();
  { const Reply<int> dropped = std::move(reply); }
  EXPECT_TRUE(std::holds_alternative<ReplyFailure>(*answer.Take()));
}

TEST(Reply, OverwrittenUnansweredIsAFailure) {
  auto [first, first_answer] = MakeReply<int>();
  auto [second, second_answer] = MakeReply<int>();
  first = std::move(second);
  EXPECT_TRUE(std::holds_alternative<ReplyFailure>(*first_answer.Take()));
  first.Answer(2);
  EXPECT_EQ(std::get<0>(*second_answer.Take()), 2);
}

TEST(Reply, MayBeAnsweredFromAnotherThreadAndAfterTheAskerHasGone) {
  auto [reply, answer] = MakeReply<int>();
  std::thread([r = std::move(reply)]() mutable { r.Answer(3); }).join();
  EXPECT_EQ(std::get<0>(*answer.Take()), 3);
  auto late = [] { return std::move(MakeReply<int>().first); }();
  late.Answer(4);  // Finds nobody, harms nobody.
}

TEST(Reply, AnswerFailureAndDropWakeWhoWaits) {
  enum class How { kAnswer, kFail, kDrop };
  for (const How how : {How::kAnswer, How::kFail, How::kDrop}) {
    const Wakeups wakeups;
    auto [reply, answer] = MakeReply<int>();
    ASSERT_TRUE(answer.Arm(wakeups.waker()));
    EXPECT_EQ(wakeups.count(), 0);
    {
      Reply<int> given = std::move(reply);
      if (how == How::kAnswer) given.Answer(1);
      if (how == How::kFail) given.Fail("no");
    }
    EXPECT_EQ(wakeups.count(), 1);
    EXPECT_EQ(std::holds_alternative<int>(*answer.Take()), how == How::kAnswer);
  }
}

TEST(Reply, ThatWasAnsweredCannotBeArmedAndWakesNobody) {
  const Wakeups wakeups;
  auto [reply, answer] = MakeReply<int>();
  reply.Answer(1);
  EXPECT_FALSE(answer.Arm(wakeups.waker()));
  EXPECT_TRUE(answer.Take().has_value());
  EXPECT_FALSE(answer.Arm(wakeups.waker())) << "nor after the answer was taken";
  EXPECT_EQ(wakeups.count(), 0);
}

TEST(Reply, CallbackMayLookForTheAnswer) {
  auto [reply, answer] = MakeReply<int>();
  PendingAnswer<int>& waiting = answer;
  std::optional<ReplyOutcome<int>> seen;
  const auto target = std::make_shared<WakeTarget>(nullptr);
  target->SetCallback([&](std::uintptr_t) { seen = waiting.Take(); });
  ASSERT_TRUE(answer.Arm(Waker(target)));
  reply.Answer(5);
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(std::get<0>(*seen), 5);
}

TEST(Reply, IsNotWantedWhenNobodyWaitsAndThenWakesNobody) {
  const Wakeups wakeups;
  auto question = std::make_unique<std::pair<Reply<int>, PendingAnswer<int>>>(MakeReply<int>());
  Reply<int> reply = std::move(question->first);
  ASSERT_TRUE(question->second.Arm(wakeups.waker()));
  EXPECT_TRUE(reply.wanted());
  question.reset();
  EXPECT_FALSE(reply.wanted());
  reply.Answer(6);
  EXPECT_EQ(wakeups.count(), 0);
}

TEST(Reply, PendingAnswerThatIsOverwrittenWaitsNoMore) {
  auto [first, first_answer] = MakeReply<int>();
  auto [second, second_answer] = MakeReply<int>();
  first_answer = std::move(second_answer);
  EXPECT_FALSE(first.wanted());
  second.Answer(2);
  EXPECT_EQ(std::get<0>(*first_answer.Take()), 2);
}

TEST(Reply, AnswerThatRacesTheAskersEndIsDroppedOrTaken) {
  constexpr int kRounds = 500;
  for (int round = 0; round < kRounds; ++round) {
    const Wakeups wakeups;
    auto question = std::make_unique<std::pair<Reply<int>, PendingAnswer<int>>>(MakeReply<int>());
    Reply<int> reply = std::move(question->first);
    ASSERT_TRUE(question->second.Arm(wakeups.waker()));
    std::thread answerer([&] { reply.Answer(round); });
    question.reset();
    answerer.join();
    EXPECT_LE(wakeups.count(), 1);
  }
}

}  // namespace
}  // namespace tandem::engine
