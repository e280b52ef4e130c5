// Virtual time for what reads the wall clock by itself.
//
// The libraries' retransmission timers read gettimeofday(2) or clock_gettime(2) and cannot be told
// otherwise. Whoever links this defines both in its executable, where shared libraries find them
// first. As long as no virtual time is set they are what they always were.

#ifndef TANDEM_CONFORMANCE_DATAGRAMS_WALL_CLOCK_H_
#define TANDEM_CONFORMANCE_DATAGRAMS_WALL_CLOCK_H_

#include <chrono>

namespace tandem::conformance {

/// Makes the wall clock of the whole process a virtual one while it lives. One at a time; time then
/// moves only by these calls. The monotonic clocks go on as they did.
class VirtualWallClock {
 public:
  using Time = std::chrono::sys_time<std::chrono::microseconds>;

  explicit VirtualWallClock(Time start) { Set(start); }
  ~VirtualWallClock();
  VirtualWallClock(const VirtualWallClock&) = delete;
  VirtualWallClock& operator=(const VirtualWallClock&) = delete;

  /// Sets the time.
  void Set(Time time);

  /// Lets time pass; a negative duration is a clock that somebody has set back.
  void Advance(std::chrono::microseconds duration);

  Time now() const;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DATAGRAMS_WALL_CLOCK_H_
