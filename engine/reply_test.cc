#include "tandem/engine/reply.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>

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

}  // namespace
}  // namespace tandem::engine
