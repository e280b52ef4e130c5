#include "bench/process.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace tandem::bench {

std::size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t Mappings() {
  std::ifstream file("/proc/self/maps");
  const auto lines =
      std::count(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>(), '\n');
  return static_cast<std::size_t>(lines);
}

std::size_t Descriptors() {
  const auto count = std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  return static_cast<std::size_t>(count) - 1;  // The one that this took.
}

}  // namespace tandem::bench
