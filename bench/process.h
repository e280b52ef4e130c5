// What this process has of the machine, as /proc tells.

#ifndef TANDEM_BENCH_PROCESS_H_
#define TANDEM_BENCH_PROCESS_H_

#include <cstddef>

namespace tandem::bench {

/// Returns the bytes of memory in use, /proc/self/statm; what the allocator keeps counts as used.
std::size_t ResidentBytes();

/// Returns how many mappings there are, /proc/self/maps.
std::size_t Mappings();

/// Returns how many descriptors are open, /proc/self/fd.
std::size_t Descriptors();

}  // namespace tandem::bench

#endif  // TANDEM_BENCH_PROCESS_H_
