#include "policies/fingerprint_table.h"

#include <algorithm>
#include <cstring>

#include "policies/pages.h"

namespace octroi::policies {
namespace {

using Subject = ConsentIndex::Subject;

constexpr std::size_t kSlotsMin = 1024;

// At most 10 of 11 slots are taken: an absent fingerprint is refuted after some 60 slots, which lie
// one behind the other, so that the second to last cache line costs little more than the first. A
// big table grows by a 32nd, which keeps 7 of 8 taken and bounds the memory at 13.7 bytes an
// identifier; homes keep their order, so growing is one pass through both tables.
constexpr std::size_t Allowed(std::size_t slots) { return slots - slots / 11; }
constexpr std::size_t kBig = std::size_t{1} << 16;
constexpr std::size_t Larger(std::size_t slots) { return slots + slots / (slots < kBig ? 4 : 32); }

constexpr unsigned kSubjectBits = 28;
constexpr std::uint32_t kSubjectMask = (1u << kSubjectBits) - 1;

struct Slot {
  std::uint32_t low, high;  // of the fingerprint
  std::uint32_t rest;       // 4 more bits of it, and the subject + 1; 0: free
};

struct Key {
  explicit Key(const Fingerprint& fingerprint) {
    std::memcpy(&low, fingerprint.data(), sizeof low);
    std::memcpy(&high, fingerprint.data() + sizeof low, sizeof high);
    more = static_cast<std::uint32_t>(fingerprint[8]) << kSubjectBits;
  }
  explicit Key(const Slot& slot)
      : low(slot.low), high(slot.high), more(slot.rest & ~kSubjectMask) {}

  // Fibonacci hashing, so that fingerprints that differ in few bits do not share a place.
  std::size_t Home(std::size_t slots) const {
    __extension__ using Wide = unsigned __int128;
    const std::uint64_t both = std::uint64_t{high} << 32 | low;
    return static_cast<std::size_t>((Wide{both * 0x9e3779b97f4a7c15u} * slots) >> 64);
  }

  std::uint32_t low = 0, high = 0;
  std::uint32_t more = 0;  // in its upper bits
};

Subject SubjectOf(std::uint32_t rest) { return (rest & kSubjectMask) - 1; }

}  // namespace

struct FingerprintTable::Slots {
  explicit Slots(std::size_t count_of_slots)
      : pages(count_of_slots * sizeof(Slot)),
        slots(static_cast<Slot*>(pages.data())),
        count(count_of_slots) {}

  Subject Find(const Key& key) const {
    for (std::size_t at = key.Home(count);; at = at + 1 == count ? 0 : at + 1) {
      Slot& slot = slots[at];
      const auto rest = std::atomic_ref(slot.rest).load(std::memory_order_acquire);
      if (rest == 0) return ConsentIndex::kNobody;
      if ((rest & ~kSubjectMask) != key.more) continue;
      // Acquire, so that Find's second look at current_ comes after these reads.
      if (std::atomic_ref(slot.low).load(std::memory_order_acquire) == key.low &&
          std::atomic_ref(slot.high).load(std::memory_order_acquire) == key.high) {
        return SubjectOf(rest);
      }
    }
  }

  void Insert(const Key& key, Subject subject) {
    std::size_t at = key.Home(count);
    while (slots[at].rest != 0) at = at + 1 == count ? 0 : at + 1;
    std::atomic_ref(slots[at].low).store(key.low, std::memory_order_relaxed);
    std::atomic_ref(slots[at].high).store(key.high, std::memory_order_relaxed);
    std::atomic_ref(slots[at].rest).store(key.more | (subject + 1), std::memory_order_release);
  }

  Pages pages;
  Slot* slots;
  std::size_t count;
};

FingerprintTable::FingerprintTable() : current_(nullptr) { Grow(kSlotsMin); }

FingerprintTable::~FingerprintTable() = default;

// A table is discarded only after its successor is current. So an answer that a discarded table may
// have falsified is never given: the second look sees the successor.
Subject FingerprintTable::Find(const Fingerprint& fingerprint) const {
  const Key key(fingerprint);
  const Slots* table = current_.load(std::memory_order_acquire);
  for (;;) {
    const Subject found = table->Find(key);
    const Slots* const now = current_.load(std::memory_order_acquire);
    if (now == table) return found;
    table = now;
  }
}

void FingerprintTable::Prefetch(const Fingerprint& fingerprint) const {
  const Slots* const table = current_.load(std::memory_order_acquire);
  __builtin_prefetch(&table->slots[Key(fingerprint).Home(table->count)]);
}

void FingerprintTable::Reserve(std::size_t more) {
  std::size_t slots = tables_.back()->count;
  while (count_ + more > Allowed(slots)) slots = Larger(slots);
  if (slots != tables_.back()->count) Grow(slots);
}

void FingerprintTable::Insert(const Fingerprint& fingerprint, Subject subject) {
  tables_.back()->Insert(Key(fingerprint), subject);
  ++count_;
}

void FingerprintTable::Grow(std::size_t slots) {
  auto larger = std::make_unique<Slots>(slots);
  Slots* const old = tables_.empty() ? nullptr : tables_.back().get();
  tables_.push_back(nullptr);  // the last thing that can throw
  if (old != nullptr) {
    for (std::size_t at = 0; at < old->count; ++at) {
      const Slot& slot = old->slots[at];
      if (slot.rest != 0) larger->Insert(Key(slot), SubjectOf(slot.rest));
    }
  }
  tables_.back() = std::move(larger);
  current_.store(tables_.back().get(), std::memory_order_release);
  bytes_.store(slots * sizeof(Slot), std::memory_order_relaxed);
  if (old != nullptr) old->pages.Discard();
}

}  // namespace octroi::policies
