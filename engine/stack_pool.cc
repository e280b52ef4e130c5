#include "tandem/engine/stack_pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>

#include "engine/stack_watchers.h"

namespace tandem::engine {
namespace {

// Named by headers of Linux 6.13 and later only.
constexpr int kMadviseGuardInstall = 102;

// Stacks that are made at once: few system calls and mappings, and little to set up for the first.
constexpr std::size_t kUsualPerSlab = 64;
constexpr std::size_t kLargePerSlab = 16;

constexpr std::size_t kKibibyte = 1024;

// Handshakes were seen to use up to 38 KiB of a stack, and a signal's frame may take 12 more.
constexpr std::size_t SizeOf(StackClass stack_class) {
  return (stack_class == StackClass::kUsual ? 64 : 256) * kKibibyte * kStackFactor;
}

constexpr std::size_t kStride = StackPool::kProbeStride;
constexpr std::byte kZeros[kStride] = {};

// What is looked at whole below what was used, at most; frames seldom leave more untouched.
constexpr std::size_t kNeighbourhood = 4 * kKibibyte;

bool IsZero(const std::byte* stride) { return std::memcmp(stride, kZeros, kStride) == 0; }

std::uint64_t Probe(const std::byte* stride) {
  std::uint64_t word;
  std::memcpy(&word, stride, sizeof(word));
  return word;
}

// Returns the lowest stride whose probe shows that it was used; `end` if none was.
std::byte* LowestShown(std::byte* begin, std::byte* end) {
  // All at once first, and without a branch for each: most jobs use the top alone.
  std::uint64_t any = 0;
#pragma GCC unroll 8
  for (const std::byte* at = begin; at < end; at += kStride) any |= Probe(at);
  if (any == 0) return end;
  while (Probe(begin) == 0) begin += kStride;
  return begin;
}

// Returns where what was used begins. An idle stack is zero throughout, so what is not was used;
// but to read all of it would cost more than most jobs. One word in each stride is read, and as
// much below what they show as was used, for frames are contiguous but for large arrays.
std::byte* LowestUsed(const Stack& stack) {
  std::byte* const begin = stack.top - stack.size() / kStride * kStride;
  // Every job uses the topmost stride.
  std::byte* lowest = LowestShown(begin, stack.top - kStride);
  for (std::byte* stride = lowest; stride > begin;) {
    const auto used = static_cast<std::size_t>(stack.top - lowest);
    const auto below = static_cast<std::size_t>(lowest - stride);
    if (below >= std::min(used, kNeighbourhood)) break;
    stride -= kStride;
    if (!IsZero(stride)) lowest = stride;
  }
  // What is left below is less than a stride.
  return lowest == begin ? stack.bottom : lowest;
}

// Not memset(): a compiler may leave out what nobody reads.
void Wipe(const Stack& stack) {
  std::byte* const lowest = LowestUsed(stack);
  explicit_bzero(lowest, static_cast<std::size_t>(stack.top - lowest));
}

template <typename T>
bool MakeRoom(std::vector<T>& vector, std::size_t size) {
  if (size <= vector.capacity()) return true;
  try {
    vector.reserve(std::max(size, 2 * vector.capacity()));
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

std::byte* Map(std::size_t size) {
  void* const mapping = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  return mapping == MAP_FAILED ? nullptr : static_cast<std::byte*>(mapping);
}

}  // namespace

StackPool::StackPool() : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
  std::byte* const probe = Map(page_);
  if (probe == nullptr) return;
  old_guards_ = madvise(probe, page_, kMadviseGuardInstall) != 0;
  munmap(probe, page_);
}

StackPool::~StackPool() {
  assert(idle() == made() && "a stack is still out");
  for (const Slab& slab : slabs_) munmap(slab.begin, slab.size);
}

bool StackPool::Prepare(StackClass stack_class, std::size_t count) {
  while (shelf_of(stack_class).idle() < count) {
    if (!MakeSlab(stack_class)) return false;
  }
  return true;
}

Stack StackPool::Take(StackClass stack_class) {
  Shelf& shelf = shelf_of(stack_class);
  if (shelf.idle() == 0 && !MakeSlab(stack_class)) return {};
  std::vector<Stack>& from = shelf.warm.empty() ? shelf.cold : shelf.warm;
  const Stack stack = from.back();
  from.pop_back();
  return stack;
}

void StackPool::Give(const Stack& stack) {
  Shelf& shelf = shelf_of(stack.stack_class);
  assert(shelf.idle() < shelf.made);
  ForgetFrames(stack.bottom, stack.size());
  const bool cold = shelf.warm.size() >= kIdleWatermark &&
                    madvise(stack.bottom, stack.size(), MADV_DONTNEED) == 0;
  if (!cold) Wipe(stack);
  (cold ? shelf.cold : shelf.warm).push_back(stack);
}

bool StackPool::MakeSlab(StackClass stack_class) {
  Shelf& shelf = shelf_of(stack_class);
  const std::size_t stride = page_ + SizeOf(stack_class);
  std::size_t count = stack_class == StackClass::kUsual ? kUsualPerSlab : kLargePerSlab;
  if (old_guards_)
    count = std::min(count, kStacksOfOldKernels - std::min(made(), kStacksOfOldKernels));
  if (count == 0) return false;
  if (!MakeRoom(slabs_, slabs_.size() + 1)) return false;
  if (!MakeRoom(shelf.warm, shelf.made + count)) return false;
  if (!MakeRoom(shelf.cold, shelf.made + count)) return false;
  const Slab slab{Map(count * stride), count * stride};
  if (slab.begin == nullptr) return false;
  if (!Guard(slab, stride)) {
    munmap(slab.begin, slab.size);
    return false;
  }
  slabs_.push_back(slab);
  shelf.made += count;
  // The lowest last, to be taken first.
  for (std::byte* end = slab.begin + slab.size; end > slab.begin; end -= stride) {
    shelf.cold.push_back({end - stride + page_, end, stack_class});
  }
  return true;
}

// Puts a guard below each stack of `slab`.
bool StackPool::Guard(const Slab& slab, std::size_t stride) {
  // Secrets are not for core dumps; and a huge page would be touched whole. Neither is vital.
  madvise(slab.begin, slab.size, MADV_DONTDUMP);
  madvise(slab.begin, slab.size, MADV_NOHUGEPAGE);
  for (std::size_t at = 0; at < slab.size; at += stride) {
    std::byte* const guard = slab.begin + at;
    // Pages that are locked into memory (mlockall(2)) take no such guard.
    if (!old_guards_ && madvise(guard, page_, kMadviseGuardInstall) == 0) continue;
    if (mprotect(guard, page_, PROT_NONE) != 0) return false;
    old_guards_ = true;
  }
  return true;
}

}  // namespace tandem::engine
