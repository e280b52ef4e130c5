// A shared library that reads the wall clock, as the TLS libraries do.

#include <sys/time.h>

#include <ctime>

extern "C" {

long long ReadGettimeofday() {
  timeval time;
  gettimeofday(&time, nullptr);
  return time.tv_sec * 1'000'000LL + time.tv_usec;
}

long long ReadClockGettime() {
  timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return time.tv_sec * 1'000'000LL + time.tv_nsec / 1000;
}

long long ReadMonotonic() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000LL + time.tv_nsec / 1000;
}

}  // extern "C"
