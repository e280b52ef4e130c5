#include "conformance/datagrams/wall_clock.h"

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <limits>

namespace tandem::conformance {
namespace {

constexpr std::int64_t kReal = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kPerSecond = 1'000'000;

// Microseconds since 1970.
std::atomic<std::int64_t> virtual_time = kReal;

}  // namespace

VirtualWallClock::~VirtualWallClock() { virtual_time = kReal; }

void VirtualWallClock::Set(Time time) { virtual_time = time.time_since_epoch().count(); }

void VirtualWallClock::Advance(std::chrono::microseconds duration) {
  virtual_time += duration.count();
}

VirtualWallClock::Time VirtualWallClock::now() const {
  return Time(std::chrono::microseconds(virtual_time));
}

}  // namespace tandem::conformance

extern "C" {

int gettimeofday(timeval* time, void* zone) noexcept {
  using namespace tandem::conformance;
  const std::int64_t now = virtual_time;
  if (now == kReal) return static_cast<int>(::syscall(SYS_gettimeofday, time, zone));
  time->tv_sec = static_cast<time_t>(now / kPerSecond);
  time->tv_usec = static_cast<suseconds_t>(now % kPerSecond);
  return 0;
}

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  using namespace tandem::conformance;
  const std::int64_t now = virtual_time;
  if (now == kReal || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) {
    return static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
  }
  time->tv_sec = static_cast<time_t>(now / kPerSecond);
  time->tv_nsec = static_cast<long>(now % kPerSecond) * 1000;
  return 0;
}

}  // extern "C"
