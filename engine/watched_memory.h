// For tests: memory that runs out when a test says so, and that is looked at when it is given back.

#ifndef TANDEM_ENGINE_WATCHED_MEMORY_H_
#define TANDEM_ENGINE_WATCHED_MEMORY_H_

#include <cstddef>
#include <cstdint>

namespace tandem::engine {

/// While it lives, the `nth` allocation of this thread fails; 0: none does. One at a time.
class ScarceMemory {
 public:
  explicit ScarceMemory(std::uint64_t nth);
  ScarceMemory(const ScarceMemory&) = delete;
  ScarceMemory& operator=(const ScarceMemory&) = delete;
  ~ScarceMemory();

  /// Says whether it was reached.
  bool struck() const;
};

/// While it lives, counts the blocks that are given back, on any thread, with kRun bytes of
/// `secret` in a row left in them. One at a time.
class SecretWatch {
 public:
  static constexpr std::size_t kRun = 16;

  explicit SecretWatch(std::byte secret);
  SecretWatch(const SecretWatch&) = delete;
  SecretWatch& operator=(const SecretWatch&) = delete;
  ~SecretWatch();

  int found() const;
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_WATCHED_MEMORY_H_
