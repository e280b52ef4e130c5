// Numbers that look random and are the same for the same seed, on every machine.

#ifndef TANDEM_CONFORMANCE_WORLD_RANDOM_H_
#define TANDEM_CONFORMANCE_WORLD_RANDOM_H_

#include <cstddef>
#include <cstdint>

#include "conformance/world/check.h"

namespace tandem::conformance {

/// Sebastiano Vigna's SplitMix64: one word of state, any seed is good.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    state_ += 0x9E3779B97F4A7C15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  /// Returns a number from 0 to `limit` - 1; `limit` is at least 1.
  std::size_t Below(std::size_t limit) { return static_cast<std::size_t>(Next() % limit); }

  /// Says yes once in `n` times; never if `n` is 0.
  bool OneIn(unsigned n) { return n > 0 && Below(n) == 0; }

 private:
  std::uint64_t state_;
};

/// Returns `size` bytes that differ from place to place, and wholly for another `seed`: lost,
/// repeated and reordered pieces all show.
inline Bytes Pattern(std::size_t size, std::uint64_t seed) {
  Random random(seed);
  Bytes bytes(size);
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (i % 8 == 0) word = random.Next();
    bytes[i] = static_cast<std::byte>(word >> (8 * (i % 8)));
  }
  return bytes;
}

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_WORLD_RANDOM_H_
