// How a function returns on another stack than it was called on.

#ifndef TANDEM_ENGINE_RETURN_BY_JUMP_H_
#define TANDEM_ENGINE_RETURN_BY_JUMP_H_

/// For a function that calls Fiber::Enter() or Leave(). A processor foretells where a function
/// returns to from the calls it has seen, and is wrong for one that is left on another stack than
/// it was entered on: twice for each pause, which costs more than all the rest of it. One that is
/// marked so jumps back, and jumps are foretold by where they went before.
///
/// Not where a shadow stack is compiled in: that wants to see returns.
#if defined(__x86_64__) && !defined(__CET__) && __has_cpp_attribute(gnu::function_return)
#define TANDEM_RETURNS_BY_JUMP [[gnu::function_return("thunk-extern")]]

// Where compilers then go instead of returning. Weak, for there may be another one, which returns
// as well.
asm(R"(
  .pushsection .text
  .weak __x86_return_thunk
  .hidden __x86_return_thunk
  .type __x86_return_thunk, @function
__x86_return_thunk:
  .cfi_startproc
  pop %rcx
  .cfi_adjust_cfa_offset -8
  .cfi_register rip, rcx
  jmp *%rcx
  .cfi_endproc
  .size __x86_return_thunk, . - __x86_return_thunk
  .popsection
)");
#else
#define TANDEM_RETURNS_BY_JUMP
#endif

#endif  // TANDEM_ENGINE_RETURN_BY_JUMP_H_
