#include "engine/fiber.h"

#include <execinfo.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/stack_watchers.h"
#include "tandem/engine/stack_pool.h"

namespace tandem::engine {
namespace {

// A fiber with a stack of its own that runs a function.
class Strand final : public Fiber::Body {
 public:
  Strand(StackPool& pool, std::function<void(Fiber&)> function)
      : pool_(pool),
        function_(std::move(function)),
        stack_(pool.Take(StackClass::kUsual)),
        fiber_(std::make_unique<Fiber>(stack_, *this)) {}
  ~Strand() {
    fiber_.reset();
    pool_.Give(stack_);
  }

  void Run() noexcept override { function_(*fiber_); }
  Fiber& fiber() { return *fiber_; }
  bool Holds(const void* address) const {
    const auto* const byte = static_cast<const std::byte*>(address);
    return byte >= stack_.bottom && byte < stack_.top;
  }

 private:
  StackPool& pool_;
  std::function<void(Fiber&)> function_;
  Stack stack_;
  std::unique_ptr<Fiber> fiber_;
};

// What is being handled by the catch block that this is called from.
std::string Caught() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  }
}

TEST(Fiber, LeavesAndGoesOnUntilItsBodyEnds) {
  StackPool pool;
  std::string trace;
  Strand strand(pool, [&](Fiber& fiber) {
    trace += "a";
    fiber.Leave();
    trace += "b";
    fiber.Leave();
    trace += "c";
  });
  for (const char* step : {"1", "2", "3"}) {
    EXPECT_FALSE(strand.fiber().finished());
    strand.fiber().Enter();
    trace += step;
  }
  EXPECT_TRUE(strand.fiber().finished());
  EXPECT_EQ(trace, "a1b2c3");
}

TEST(Fiber, MayNeverBegin) {
  StackPool pool;
  const Strand strand(pool, [](Fiber&) {});
}

TEST(Fiber, RunsOnItsStack) {
  StackPool pool;
  bool inside = false;
  Strand strand(pool, [&](Fiber&) {
    // Not a variable: sanitizers put some of those elsewhere.
    inside = strand.Holds(__builtin_frame_address(0));
  });
  strand.fiber().Enter();
  EXPECT_TRUE(inside);
}

TEST(Fiber, EntersAnother) {
  StackPool pool;
  std::string trace;
  Strand inner(pool, [&](Fiber& fiber) {
    trace += "i";
    fiber.Leave();
    trace += "j";
  });
  Strand outer(pool, [&](Fiber& fiber) {
    inner.fiber().Enter();
    trace += "o";
    fiber.Leave();
  });
  outer.fiber().Enter();
  inner.fiber().Enter();
  outer.fiber().Enter();
  EXPECT_EQ(trace, "ioj");
  EXPECT_TRUE(inner.fiber().finished());
  EXPECT_TRUE(outer.fiber().finished());
}

TEST(Fiber, EachFindsItsOwnExceptionAfterTakingTurnsInCatchBlocks) {
  StackPool pool;
  std::vector<std::string> caught;
  const auto body = [&caught](const std::string& name) {
    return [&caught, name](Fiber& fiber) {
      try {
        throw std::runtime_error(name);
      } catch (const std::exception&) {
        fiber.Leave();
        caught.push_back(Caught());
        fiber.Leave();
        caught.push_back(Caught());
      }
      if (std::current_exception() != nullptr) caught.push_back("something is left");
    };
  };
  Strand first(pool, body("first"));
  Strand second(pool, body("second"));
  first.fiber().Enter();
  try {
    throw std::runtime_error("main");
  } catch (const std::exception&) {
    second.fiber().Enter();
    first.fiber().Enter();
    caught.push_back(Caught());
    second.fiber().Enter();
  }
  EXPECT_EQ(std::current_exception(), nullptr);
  first.fiber().Enter();
  second.fiber().Enter();
  EXPECT_EQ(caught, (std::vector<std::string>{"first", "main", "second", "first", "second"}));
}

// A destructor that runs while an exception is on its way asks this, and must not be told of
// others'.
struct EntersWhileUnwinding {
  Fiber& fiber;
  ~EntersWhileUnwinding() { fiber.Enter(); }
};

TEST(Fiber, ExceptionOnItsWayElsewhereIsNotSeenInside) {
  StackPool pool;
  int inside = -1;
  Strand strand(pool, [&](Fiber&) { inside = std::uncaught_exceptions(); });
  try {
    const EntersWhileUnwinding enters{strand.fiber()};
    throw std::runtime_error("main");
  } catch (const std::exception&) {
    EXPECT_STREQ(Caught().c_str(), "main");
  }
  EXPECT_EQ(inside, 0);
  EXPECT_EQ(std::uncaught_exceptions(), 0);
}

TEST(Fiber, UnwindersStopAtItsBeginning) {
  StackPool pool;
  int frames = 0;
  Strand strand(pool, [&](Fiber&) {
    void* addresses[200];
    frames = backtrace(addresses, 200);
  });
  strand.fiber().Enter();
  EXPECT_GT(frames, 1);
  EXPECT_LT(frames, 20);
}

volatile sig_atomic_t signals = 0;
const void* volatile handler_frame = nullptr;

void OnSignal(int) {
  signals = signals + 1;
  handler_frame = __builtin_frame_address(0);
}

TEST(Fiber, SignalIsHandledOnItsStack) {
  struct sigaction action = {};
  struct sigaction before = {};
  action.sa_handler = OnSignal;
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  StackPool pool;
  Strand strand(pool, [](Fiber& fiber) {
    raise(SIGUSR1);
    fiber.Leave();
    raise(SIGUSR1);
  });
  strand.fiber().Enter();
  EXPECT_EQ(signals, 1);
  EXPECT_TRUE(strand.Holds(handler_frame));
  strand.fiber().Enter();
  EXPECT_EQ(signals, 2);
  sigaction(SIGUSR1, &before, nullptr);
}

// Touches as much stack as it is told, in frames of a kibibyte.
[[gnu::noinline]] int Dig(int kibibytes) {
  volatile char frame[1024];
  for (int i = 0; i < 1024; ++i) frame[i] = static_cast<char>(i);
  return kibibytes <= 1 ? frame[7] : Dig(kibibytes - 1) + frame[9];
}

TEST(Fiber, HasRoomFor48KibibytesAndASignal) {
  StackPool pool;
  // A frame of Dig() is larger than its array by what the compiler adds.
  Strand strand(pool, [](Fiber&) { EXPECT_GT(Dig(48 * 1024 / 1120), 0); });
  strand.fiber().Enter();
  EXPECT_TRUE(strand.fiber().finished());
}

#if !defined(TANDEM_ADDRESS_SANITIZER) && !defined(TANDEM_THREAD_SANITIZER)
TEST(FiberDeathTest, StackThatIsOverrunEndsTheProcess) {
  StackPool pool;
  Strand strand(pool, [](Fiber&) { Dig(1 << 20); });
  EXPECT_EXIT(strand.fiber().Enter(), testing::KilledBySignal(SIGSEGV), "");
}

TEST(FiberDeathTest, BodyThatThrowsEndsTheProcess) {
  StackPool pool;
  Strand strand(pool, [](Fiber&) { throw std::runtime_error("a programmer's error"); });
  EXPECT_EXIT(strand.fiber().Enter(), testing::KilledBySignal(SIGABRT), "a programmer's error");
}
#endif

}  // namespace
}  // namespace tandem::engine
