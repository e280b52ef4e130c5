#include "conformance/memory/shortage.h"

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string_view>

namespace tandem::conformance {
namespace {

// Plain numbers, so that operator new can look at them at any time of a thread's life.
thread_local std::uint64_t of_thread_nth = Shortage::kNever;
thread_local std::uint64_t of_thread_counted = 0;
thread_local bool of_thread_lasting = false;
thread_local bool of_thread_inside = false;

bool Fails() {
  if (!of_thread_inside) return false;
  ++of_thread_counted;
  return of_thread_counted == of_thread_nth ||
         (of_thread_lasting && of_thread_counted > of_thread_nth);
}

void* Find(std::size_t size) { return Fails() ? nullptr : std::malloc(size == 0 ? 1 : size); }

void* Find(std::size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  const std::size_t units = size == 0 ? 1 : (size + unit - 1) / unit;
  return Fails() ? nullptr : std::aligned_alloc(unit, units * unit);
}

void* OrThrow(void* found) {
  if (found == nullptr) throw std::bad_alloc();
  return found;
}

}  // namespace

Shortage::Shortage(std::uint64_t nth, bool lasting) {
  of_thread_nth = nth;
  of_thread_counted = 0;
  of_thread_lasting = lasting;
}

Shortage::~Shortage() {
  of_thread_nth = kNever;
  of_thread_lasting = false;
  of_thread_inside = false;
}

void Shortage::Enter() { of_thread_inside = true; }
void Shortage::Leave() { of_thread_inside = false; }

std::uint64_t Shortage::counted() const { return of_thread_counted; }
bool Shortage::struck() const { return of_thread_counted >= of_thread_nth; }

bool EveryAllocation() {
  const char* wish = std::getenv("TANDEM_LONG");
  return wish != nullptr && std::string_view(wish) == "1";
}

}  // namespace tandem::conformance

using tandem::conformance::Find;
using tandem::conformance::OrThrow;

void* operator new(std::size_t size) { return OrThrow(Find(size)); }
void* operator new[](std::size_t size) { return OrThrow(Find(size)); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return Find(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return Find(size); }
void* operator new(std::size_t size, std::align_val_t at) { return OrThrow(Find(size, at)); }
void* operator new[](std::size_t size, std::align_val_t at) { return OrThrow(Find(size, at)); }
void* operator new(std::size_t size, std::align_val_t at, const std::nothrow_t&) noexcept {
  return Find(size, at);
}
void* operator new[](std::size_t size, std::align_val_t at, const std::nothrow_t&) noexcept {
  return Find(size, at);
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
