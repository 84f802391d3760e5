#include "support/allocations.h"

#include <cstdlib>
#include <new>

namespace {

thread_local long allocations = 0;

// Not inlined: the compiler would see malloc and free through a pair of new and delete, and object.
[[gnu::noinline]] void* Counted(std::size_t size, std::size_t alignment) noexcept {
  ++allocations;
  void* memory = nullptr;
  return posix_memalign(&memory, alignment, size) == 0 ? memory : nullptr;
}
[[gnu::noinline]] void* CountedOrThrow(std::size_t size, std::size_t alignment) {
  if (void* memory = Counted(size, alignment)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void Free(void* memory) noexcept { std::free(memory); }

constexpr std::size_t kUsual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;
std::size_t Bytes(std::align_val_t alignment) { return static_cast<std::size_t>(alignment); }

}  // namespace

namespace octroi::testing {
long Allocations() { return allocations; }
}  // namespace octroi::testing

using std::align_val_t;
using std::nothrow_t;
using std::size_t;
void* operator new(size_t n) { return CountedOrThrow(n, kUsual); }
void* operator new[](size_t n) { return CountedOrThrow(n, kUsual); }
void* operator new(size_t n, const nothrow_t&) noexcept { return Counted(n, kUsual); }
void* operator new[](size_t n, const nothrow_t&) noexcept { return Counted(n, kUsual); }
void* operator new(size_t n, align_val_t a) { return CountedOrThrow(n, Bytes(a)); }
void* operator new[](size_t n, align_val_t a) { return CountedOrThrow(n, Bytes(a)); }
void operator delete(void* at) noexcept { Free(at); }
void operator delete[](void* at) noexcept { Free(at); }
void operator delete(void* at, size_t) noexcept { Free(at); }
void operator delete[](void* at, size_t) noexcept { Free(at); }
void operator delete(void* at, align_val_t) noexcept { Free(at); }
void operator delete[](void* at, align_val_t) noexcept { Free(at); }
void operator delete(void* at, size_t, align_val_t) noexcept { Free(at); }
void operator delete[](void* at, size_t, align_val_t) noexcept { Free(at); }
