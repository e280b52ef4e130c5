#include "engine/fiber.h"

#include <cxxabi.h>

#include <cassert>
#include <cstdlib>

namespace tandem::engine {

using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

Fiber::Fiber(const Stack& stack, Body& body)
    : body_(body),
      inside_(make_fcontext(stack.top, stack.size(), &Begin)),
      watchers_(stack.bottom, stack.size()) {}

Fiber::~Fiber() {
  assert((finished_ || threads_exceptions_ == nullptr) &&
         "somebody's frames are still on that stack");
}

void Fiber::Begin(transfer_t from) {
  // Nobody called this: who walks the stack must not look for a caller.
#if defined(__x86_64__)
  asm volatile(".cfi_undefined rip");
#elif defined(__aarch64__)
  asm volatile(".cfi_undefined x30");
#endif
  Fiber& fiber = *static_cast<Fiber*>(from.data);
  fiber.outside_ = from.fctx;
  fiber.watchers_.AfterEnter();
  fiber.body_.Run();
  fiber.finished_ = true;
  fiber.watchers_.BeforeEnd();
  jump_fcontext(fiber.outside_, nullptr);
  std::abort();  // Who has finished is not entered.
}

// The same for every Enter(): a fiber stays on its thread.
void Fiber::FindExceptions() {
  threads_exceptions_ = reinterpret_cast<Exceptions*>(abi::__cxa_get_globals());
}

}  // namespace tandem::engine
