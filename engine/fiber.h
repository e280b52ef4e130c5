// A function on a stack of its own: started, left and gone on with. The one place that switches.

#ifndef TANDEM_ENGINE_FIBER_H_
#define TANDEM_ENGINE_FIBER_H_

#include <array>
#include <boost/context/detail/fcontext.hpp>
#include <cassert>
#include <cstdint>
#include <utility>

#include "engine/stack_watchers.h"
#include "tandem/engine/stack_pool.h"

namespace tandem::engine {

/// Runs `body` on `stack`. Knows nothing of why. Never moved while it is not finished; resumed and
/// finished on the thread where it began.
///
/// It tells sanitizers and valgrind where the stack is, and keeps apart what C++ keeps per thread
/// about exceptions: who is left inside a catch block finds its own exception again.
class Fiber {
 public:
  /// What runs. `body.Run()` must not throw.
  class Body {
   public:
    virtual void Run() noexcept = 0;

   protected:
    ~Body() = default;
  };

  Fiber(const Stack& stack, Body& body);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// The body must have finished, or never have begun.
  ~Fiber();

  /// Goes on in the body until it leaves or ends.
  void Enter();

  /// Leaves the body for the one who entered it. From inside only.
  void Leave();

  bool finished() const { return finished_; }

 private:
  // What __cxa_get_globals() points to: two words, says the Itanium C++ ABI (2.2.2).
  using Exceptions = std::array<std::uintptr_t, 2>;

  void FindExceptions();
  void SwapExceptions();
  [[noreturn]] static void Begin(boost::context::detail::transfer_t from);

  Body& body_;
  boost::context::detail::fcontext_t inside_;
  boost::context::detail::fcontext_t outside_ = nullptr;
  Exceptions exceptions_ = {};
  [[no_unique_address]] StackWatchers watchers_;
  Exceptions* threads_exceptions_ = nullptr;  // Known from the first Enter() on.
  bool finished_ = false;
};

inline void Fiber::SwapExceptions() {
  const Exceptions& others = *threads_exceptions_;
  // Hardly ever is there one.
  if ((others[0] | others[1] | exceptions_[0] | exceptions_[1]) == 0) return;
  std::swap(*threads_exceptions_, exceptions_);
}

inline void Fiber::Enter() {
  assert(!finished_);
  if (threads_exceptions_ == nullptr) FindExceptions();
  SwapExceptions();
  watchers_.BeforeEnter();
  inside_ = boost::context::detail::jump_fcontext(inside_, this).fctx;
  watchers_.AfterLeave();
  SwapExceptions();
}

inline void Fiber::Leave() {
  watchers_.BeforeLeave();
  outside_ = boost::context::detail::jump_fcontext(outside_, nullptr).fctx;
  watchers_.AfterEnter();
}

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_FIBER_H_
