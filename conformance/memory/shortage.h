// Memory that runs out when a test says so: operator new of the whole program, replaced.

#ifndef TANDEM_CONFORMANCE_MEMORY_SHORTAGE_H_
#define TANDEM_CONFORMANCE_MEMORY_SHORTAGE_H_

#include <cstdint>
#include <limits>

namespace tandem::conformance {

/// While it lives, counts what this thread allocates between Enter() and Leave(), and has the
/// `nth` allocation fail; if it is `lasting`, all behind it too. One at a time for each thread.
class Shortage {
 public:
  /// The `nth` that never comes: for counting.
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  Shortage(std::uint64_t nth, bool lasting);
  ~Shortage();
  Shortage(const Shortage&) = delete;
  Shortage& operator=(const Shortage&) = delete;

  /// Stand around what counts. Without a Shortage they do nothing.
  static void Enter();
  static void Leave();

  /// Counts what was allocated, or should have been.
  std::uint64_t counted() const;

  /// Says whether an allocation has failed.
  bool struck() const;
};

/// Says whether every allocation is to fail, and not a sample of them: TANDEM_LONG=1.
bool EveryAllocation();

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_MEMORY_SHORTAGE_H_
