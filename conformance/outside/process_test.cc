#include "conformance/outside/process.h"

#include <gtest/gtest.h>

#include "conformance/outside/peer.h"

namespace tandem::conformance {
namespace {

// Moves what can be moved until `done`, or until patience is over.
template <typename Done>
void MoveUntil(Process& process, Done done) {
  const Deadline deadline;
  std::vector<pollfd> waits;
  while (!done() && deadline.Wait(waits, Deadline::kTick)) {
    process.Move();
    waits.clear();
    process.AddTo(waits);
  }
}

TEST(Process, ThatClosesItsOutputsAndLivesIsNotWaitedFor) {
  const auto process = Process::Start({"sh", "-c", "exec >&- 2>&-; read line; exit 3"});
  ASSERT_NE(process, nullptr);
  MoveUntil(*process, [&] { return process->lingers(); });
  EXPECT_TRUE(process->lingers());
  EXPECT_FALSE(process->Move());
  EXPECT_FALSE(process->ended());
  process->EndInput();
  MoveUntil(*process, [&] { return process->ended(); });
  EXPECT_EQ(process->exit_status(), 3);
  EXPECT_FALSE(process->lingers());
}

TEST(Process, SaysWhatItWroteAndHowItEnded) {
  const auto process = Process::Start({"sh", "-c", "cat; echo no >&2; exit 5"});
  ASSERT_NE(process, nullptr);
  process->Say("yes");
  process->EndInput();
  MoveUntil(*process, [&] { return process->ended(); });
  EXPECT_EQ(process->output(), "yes");
  EXPECT_EQ(process->complaints(), "no\n");
  EXPECT_EQ(process->exit_status(), 5);
  EXPECT_EQ(Process::Start({"no-such-program-of-this-name"}), nullptr);
}

}  // namespace
}  // namespace tandem::conformance
