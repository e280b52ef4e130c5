// What sanitizers and valgrind have to be told about a stack. Nothing where nobody watches.

#ifndef TANDEM_ENGINE_STACK_WATCHERS_H_
#define TANDEM_ENGINE_STACK_WATCHERS_H_

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define TANDEM_ADDRESS_SANITIZER 1
#elif defined(__SANITIZE_THREAD__)
#define TANDEM_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TANDEM_ADDRESS_SANITIZER 1
#elif __has_feature(thread_sanitizer)
#define TANDEM_THREAD_SANITIZER 1
#endif
#endif

#if defined(TANDEM_ADDRESS_SANITIZER)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#elif defined(TANDEM_THREAD_SANITIZER)
#include <sanitizer/tsan_interface.h>
#elif __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#define TANDEM_VALGRIND 1
#endif

namespace tandem::engine {

/// How much more stack code needs that sanitizers have made checks of.
#if defined(TANDEM_ADDRESS_SANITIZER) || defined(TANDEM_THREAD_SANITIZER)
inline constexpr std::size_t kStackFactor = 4;
#else
inline constexpr std::size_t kStackFactor = 1;
#endif

/// Says that no frame is left on that stack, and that all of it may be read and written.
inline void ForgetFrames([[maybe_unused]] const std::byte* bottom,
                         [[maybe_unused]] std::size_t size) {
#if defined(TANDEM_ADDRESS_SANITIZER)
  __asan_unpoison_memory_region(bottom, size);
#elif defined(TANDEM_VALGRIND)
  VALGRIND_MAKE_MEM_DEFINED(bottom, size);
#endif
}

#if defined(TANDEM_ADDRESS_SANITIZER)

/// Follows one fiber. Each switch is announced just before it, and noticed just after.
class StackWatchers {
 public:
  StackWatchers(const std::byte* bottom, std::size_t size) : bottom_(bottom), size_(size) {}

  void BeforeEnter() { __sanitizer_start_switch_fiber(&caller_fake_stack_, bottom_, size_); }
  void AfterEnter() {
    __sanitizer_finish_switch_fiber(fiber_fake_stack_, &caller_bottom_, &caller_size_);
  }
  void BeforeLeave() {
    __sanitizer_start_switch_fiber(&fiber_fake_stack_, caller_bottom_, caller_size_);
  }
  void BeforeEnd() { __sanitizer_start_switch_fiber(nullptr, caller_bottom_, caller_size_); }
  void AfterLeave() { __sanitizer_finish_switch_fiber(caller_fake_stack_, nullptr, nullptr); }

 private:
  const std::byte* const bottom_;
  const std::size_t size_;
  void* caller_fake_stack_ = nullptr;
  void* fiber_fake_stack_ = nullptr;
  const void* caller_bottom_ = nullptr;
  std::size_t caller_size_ = 0;
};

#elif defined(TANDEM_THREAD_SANITIZER)

class StackWatchers {
 public:
  StackWatchers(const std::byte* /*bottom*/, std::size_t /*size*/)
      : fiber_(__tsan_create_fiber(0)) {}
  StackWatchers(const StackWatchers&) = delete;
  StackWatchers& operator=(const StackWatchers&) = delete;
  ~StackWatchers() { __tsan_destroy_fiber(fiber_); }

  void BeforeEnter() {
    caller_ = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(fiber_, 0);
  }
  void AfterEnter() {}
  void BeforeLeave() { __tsan_switch_to_fiber(caller_, 0); }
  void BeforeEnd() { BeforeLeave(); }
  void AfterLeave() {}

 private:
  void* const fiber_;
  void* caller_ = nullptr;
};

#else

class StackWatchers {
 public:
#if defined(TANDEM_VALGRIND)
  StackWatchers(const std::byte* bottom, std::size_t size)
      : id_(VALGRIND_STACK_REGISTER(bottom, bottom + size)) {}
  ~StackWatchers() { VALGRIND_STACK_DEREGISTER(id_); }
#else
  StackWatchers(const std::byte* /*bottom*/, std::size_t /*size*/) {}
#endif
  StackWatchers(const StackWatchers&) = delete;
  StackWatchers& operator=(const StackWatchers&) = delete;

  void BeforeEnter() {}
  void AfterEnter() {}
  void BeforeLeave() {}
  void BeforeEnd() {}
  void AfterLeave() {}

 private:
#if defined(TANDEM_VALGRIND)
  const unsigned id_;
#endif
};

#endif

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_STACK_WATCHERS_H_
