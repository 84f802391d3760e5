// Once warm, filling a batch allocates nothing: operator new is counted over 10,000 events.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "outgoing_events.h"
#include "thread_cpu.h"

namespace {
std::atomic<long> allocations{0};
}

// All the forms that are used, or one would be freed by another; not inlined, so that the compiler
// does not see malloc meet delete.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return operator new(size); }
void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
  return operator new(size, tag);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { operator delete(memory); }
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept { operator delete(memory); }

namespace octroi::policies {
namespace {

constexpr int kBatches = 100;
constexpr std::uint64_t kEvents = 100;

TEST(ProtectedBatch, AllocatesNothingOnceWarm) {
  const auto ring = crypto::KeyRing::FromRoot("acme", kRoot);
  const auto maker = Made(*ring, {Form("crm")});
  const Fields fields = Person(1);
  ProtectedBatch batch;
  const auto deliver = [&] {
    maker->Begin(0, batch);
    for (std::uint64_t i = 0; i < kEvents; ++i) {
      if (!AddOne(*maker, 0, i, fields, batch)) std::abort();
    }
    maker->Finish(0, batch);
  };
  deliver();
  const long before = allocations.load();
  const double start = crypto::ThreadCpuNanos();
  for (int i = 0; i < kBatches; ++i) deliver();
  const double took = crypto::ThreadCpuNanos() - start;
  EXPECT_EQ(allocations.load(), before);
  std::printf("one event with three tokens, in batches of 100: %.0f ns (not asserted)\n",
              took / (kBatches * static_cast<double>(kEvents)));
}

}  // namespace
}  // namespace octroi::policies
