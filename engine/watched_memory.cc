#include "tandem/engine/watched_memory.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace tandem::engine {
namespace {

// Plain numbers, so that operator new can look at them at any time of a thread's life.
thread_local std::uint64_t of_thread_left = 0;
thread_local bool of_thread_struck = false;
std::atomic<int> watched_secret = -1;
std::atomic<int> found_secrets = 0;

void* Find(std::size_t size) {
  if (of_thread_left > 0 && --of_thread_left == 0) {
    of_thread_struck = true;
    return nullptr;
  }
  return std::malloc(size == 0 ? 1 : size);
}

void* OrThrow(void* found) {
  if (found == nullptr) throw std::bad_alloc();
  return found;
}

void LookAndFree(void* memory) {
  const int secret = watched_secret.load();
  if (memory != nullptr && secret >= 0) {
    const auto* bytes = static_cast<const std::byte*>(memory);
    const auto* end = bytes + malloc_usable_size(memory);
    const auto at = std::search_n(bytes, end, static_cast<int>(SecretWatch::kRun),
                                  static_cast<std::byte>(secret));
    if (at != end) ++found_secrets;
  }
  std::free(memory);
}

}  // namespace

ScarceMemory::ScarceMemory(std::uint64_t nth) {
  of_thread_struck = false;
  of_thread_left = nth;
}
ScarceMemory::~ScarceMemory() { of_thread_left = 0; }
bool ScarceMemory::struck() const { return of_thread_struck; }

SecretWatch::SecretWatch(std::byte secret) {
  found_secrets = 0;
  watched_secret = std::to_integer<int>(secret);
}
SecretWatch::~SecretWatch() { watched_secret = -1; }
int SecretWatch::found() const { return found_secrets; }

}  // namespace tandem::engine

using tandem::engine::Find;
using tandem::engine::LookAndFree;
using tandem::engine::OrThrow;

void* operator new(std::size_t size) { return OrThrow(Find(size)); }
void* operator new[](std::size_t size) { return OrThrow(Find(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return Find(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return Find(size); }
void operator delete(void* memory) noexcept { LookAndFree(memory); }
void operator delete[](void* memory) noexcept { LookAndFree(memory); }
void operator delete(void* memory, std::size_t) noexcept { LookAndFree(memory); }
void operator delete[](void* memory, std::size_t) noexcept { LookAndFree(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { LookAndFree(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { LookAndFree(memory); }
