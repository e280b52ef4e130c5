// Stacks for jobs: guarded, wiped, bounded.

#ifndef TANDEM_ENGINE_STACK_POOL_H_
#define TANDEM_ENGINE_STACK_POOL_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tandem::engine {

/// How much a stack holds, without its guard page.
enum class StackClass : std::uint8_t {
  kUsual,  ///< 64 KiB: every handshake, with room for a signal handler's frame.
  kLarge,  ///< 256 KiB: for libraries that need more, such as big keys in builds with sanitizers.
};

/// A piece of memory that a job runs on. Stacks grow downwards from `top`.
struct Stack {
  std::byte* bottom = nullptr;  ///< The lowest usable byte; below it is the guard page.
  std::byte* top = nullptr;
  StackClass stack_class = StackClass::kUsual;

  std::size_t size() const { return static_cast<std::size_t>(top - bottom); }
};

/// Hands out stacks, and keeps idle ones for the next. One thread at a time.
///
/// A stack that is overrun ends the process at its guard page instead of corrupting a neighbour.
/// Where the kernel can put guards into a mapping (MADV_GUARD_INSTALL, Linux 6.13) a hundred
/// thousand stacks need few mappings; elsewhere a guard costs two of the process's mappings, and
/// there are at most kStacksOfOldKernels.
class StackPool {
 public:
  /// Without guards inside a mapping: what leaves most of the usual 65,530 mappings to others.
  static constexpr std::size_t kStacksOfOldKernels = 16'000;

  /// Idle stacks of a class that keep their memory; what is given back beyond loses it at once.
  static constexpr std::size_t kIdleWatermark = 64;

  /// How far apart Give() looks for what was used far below everything else. An odd number of cache
  /// lines: a power of two would use the same few lines of the cache for all.
  static constexpr std::size_t kProbeStride = 960;

  StackPool();
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;

  /// Unmaps all. No stack may be out.
  ~StackPool();

  /// Makes stacks until `count` are idle; false if the limit is reached or there is no memory.
  bool Prepare(StackClass stack_class, std::size_t count);

  /// Hands out a stack; one with a null top if the limit is reached or the machine has no memory.
  Stack Take(StackClass stack_class);

  /// Takes a stack back, wipes what was used of it, and keeps it. Needs no memory.
  ///
  /// That costs about as much as was used. Bytes far below all others, fewer than kProbeStride, may
  /// be missed: what is left in an array that was as good as not written to.
  void Give(const Stack& stack);

  /// Pretends to be an older kernel. For tests.
  void UseOldGuards() { old_guards_ = true; }

  /// Stacks that were made, idle or not.
  std::size_t made() const { return usual_.made + large_.made; }
  std::size_t idle() const { return usual_.idle() + large_.idle(); }
  bool guards_are_cheap() const { return !old_guards_; }

 private:
  struct Slab {
    std::byte* begin;
    std::size_t size;
  };

  // The idle stacks of one class, and how many there are in all. There is room for all of
  // them, so that Give() needs no memory. The last one put there is the first one taken.
  struct Shelf {
    std::vector<Stack> warm;
    std::vector<Stack> cold;  // Without memory.
    std::size_t made = 0;

    std::size_t idle() const { return warm.size() + cold.size(); }
  };

  Shelf& shelf_of(StackClass stack_class) {
    return stack_class == StackClass::kUsual ? usual_ : large_;
  }
  bool MakeSlab(StackClass stack_class);
  bool Guard(const Slab& slab, std::size_t stride);

  std::vector<Slab> slabs_;
  Shelf usual_;
  Shelf large_;
  std::size_t page_;
  bool old_guards_ = false;
};

}  // namespace tandem::engine

#endif  // TANDEM_ENGINE_STACK_POOL_H_
