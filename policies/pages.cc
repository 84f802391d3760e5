#include "policies/pages.h"

#include <sys/mman.h>

#include <cstdint>
#include <new>

namespace octroi::policies {
namespace {

void* Map(std::size_t bytes) {
  void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) throw std::bad_alloc();
  return at;
}

std::size_t RoundUp(std::size_t value, std::size_t unit) {
  return (value + unit - 1) / unit * unit;
}

// Maps one huge page more than asked for and cuts off what is before and behind.
void* MapAligned(std::size_t bytes) {
  auto* const base = static_cast<std::uint8_t*>(Map(bytes + kHugePageBytes));
  const auto address = reinterpret_cast<std::uintptr_t>(base);
  const std::size_t before = RoundUp(address, kHugePageBytes) - address;
  if (before > 0) munmap(base, before);
  if (before < kHugePageBytes) munmap(base + before + bytes, kHugePageBytes - before);
  madvise(base + before, bytes, MADV_HUGEPAGE);  // advice: without huge pages it is only slower
  return base + before;
}

}  // namespace

Pages::Pages(std::size_t bytes)
    : bytes_(RoundUp(bytes, 4096)),
      data_(bytes_ < kHugePageBytes ? Map(bytes_) : MapAligned(bytes_)) {}

Pages::~Pages() { munmap(data_, bytes_); }

void Pages::Discard() { madvise(data_, bytes_, MADV_DONTNEED); }

}  // namespace octroi::policies
