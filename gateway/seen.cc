#include "gateway/seen.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "base/guarded.h"
#include "base/log.h"

namespace octroi::gateway {
namespace {

constexpr std::size_t kShards = 16;
constexpr std::size_t kFirstSlots = 256;
constexpr std::size_t kBytesAnEntry = 64;  // just after the table has grown
constexpr std::size_t kSamplesMax = 1'024;

struct Entry {
  journal::Fingerprint key{};
  std::uint32_t seconds = 0;  // 0: free
  std::uint32_t digest = 0;
  std::uint64_t sequence = 0;
};
static_assert(sizeof(Entry) == 32);

std::uint32_t Seconds(base::Millis time) { return static_cast<std::uint32_t>(time / 1000); }

// Open addressing with linear probing; erasing shifts the cluster back, so there are no tombstones.
class Table {
 public:
  Table() : slots_(kFirstSlots) {}

  Entry* Find(const journal::Fingerprint& key) {
    for (std::size_t i = Home(key);; i = Next(i)) {
      if (slots_[i].seconds == 0) return nullptr;
      if (slots_[i].key == key) return &slots_[i];
    }
  }
  Entry& Insert(const Entry& entry) {
    if ((used_ + 1) * 4 > slots_.size() * 3) Grow();
    std::size_t i = Home(entry.key);
    while (slots_[i].seconds != 0) i = Next(i);
    ++used_;
    return slots_[i] = entry;
  }
  void Erase(Entry* entry) {
    auto hole = static_cast<std::size_t>(entry - slots_.data());
    for (std::size_t i = Next(hole); slots_[i].seconds != 0; i = Next(i)) {
      const std::size_t home = Home(slots_[i].key);
      const bool stays = hole < i ? (home > hole && home <= i) : (home > hole || home <= i);
      if (stays) continue;
      slots_[hole] = slots_[i];
      hole = i;
    }
    slots_[hole] = Entry{};
    --used_;
  }
  void Expire(std::uint32_t before) {
    std::vector<Entry> old(slots_.size());
    old.swap(slots_);
    used_ = 0;
    for (const Entry& entry : old) {
      if (entry.seconds != 0 && entry.seconds >= before) Insert(entry);
    }
  }
  // About a quarter is older than what it returns, and something is: seconds.
  std::uint32_t OldestQuarter() const {
    std::vector<std::uint32_t> samples;
    samples.reserve(kSamplesMax);
    const std::size_t step = std::max<std::size_t>(1, slots_.size() / kSamplesMax);
    for (std::size_t i = 0; i < slots_.size() && samples.size() < kSamplesMax; i += step) {
      if (slots_[i].seconds != 0) samples.push_back(slots_[i].seconds);
    }
    if (samples.empty()) return UINT32_MAX;
    const auto quarter = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 4);
    std::nth_element(samples.begin(), quarter, samples.end());
    return *quarter + 1;
  }
  void Prefetch(const journal::Fingerprint& key) const { __builtin_prefetch(&slots_[Home(key)]); }
  std::size_t used() const { return used_; }

 private:
  std::size_t Home(const journal::Fingerprint& key) const {
    std::uint64_t hash = 0;
    std::memcpy(&hash, key.data() + 8,
                sizeof hash);  // already a keyed hash; the first byte chose the shard
    return hash & (slots_.size() - 1);
  }
  std::size_t Next(std::size_t i) const { return (i + 1) & (slots_.size() - 1); }
  void Grow() {
    std::vector<Entry> old(slots_.size() * 2);
    old.swap(slots_);
    used_ = 0;
    for (const Entry& entry : old) {
      if (entry.seconds != 0) Insert(entry);
    }
  }

  std::vector<Entry> slots_;
  std::size_t used_ = 0;
};

}  // namespace

struct SeenIndex::State {
  std::size_t entries_max_per_shard;
  std::atomic<std::uint32_t> forgotten_before{0};  // seconds
  std::array<base::Guarded<Table>, kShards> shards;
  base::Guarded<Table>& ShardOf(const journal::Fingerprint& key) {
    return shards[key[0] % kShards];
  }

  // A promise that is kept for less time harms less than a gateway that takes nothing any more.
  void MakeRoom(Table& table) {
    if (table.used() < entries_max_per_shard) return;
    const std::uint32_t before = table.OldestQuarter();
    table.Expire(before);
    std::uint32_t so_far = forgotten_before.load();
    while (so_far < before && !forgotten_before.compare_exchange_weak(so_far, before)) {
    }
    if (so_far == 0) base::Log::Warn("seen.window_shortened");
  }
};

std::size_t SeenEntriesFor(std::uint64_t memory_bytes) {
  return std::clamp<std::size_t>(memory_bytes / 4 / kBytesAnEntry, 1'000, kSeenEntriesMax);
}

SeenIndex::SeenIndex(std::size_t entries_max) : state_(std::make_unique<State>()) {
  state_->entries_max_per_shard = entries_max / kShards + 1;
}
SeenIndex::~SeenIndex() = default;

SeenIndex::Answer SeenIndex::Reserve(const journal::Fingerprint& key, std::uint32_t digest,
                                     base::Millis now, base::Millis window) {
  return state_->ShardOf(key).With([&](Table& table) -> Answer {
    if (Entry* entry = table.Find(key)) {
      if (Seconds(now) <= entry->seconds + static_cast<std::uint64_t>(window / 1000)) {
        const bool same = digest == 0 || entry->digest == 0 || digest == entry->digest;
        return {same ? Answer::Kind::kSeen : Answer::Kind::kConflict, entry->sequence};
      }
      table.Erase(entry);
    }
    state_->MakeRoom(table);
    table.Insert({key, Seconds(now), digest, 0});
    return {Answer::Kind::kNew, 0};
  });
}

void SeenIndex::Prefetch(const journal::Fingerprint& key) const {
  state_->ShardOf(key).With([&](const Table& table) { table.Prefetch(key); });
}

void SeenIndex::Confirm(const journal::Fingerprint& key, std::uint64_t sequence) {
  state_->ShardOf(key).With([&](Table& table) {
    if (Entry* entry = table.Find(key)) entry->sequence = sequence;
  });
}

void SeenIndex::Release(const journal::Fingerprint& key) {
  state_->ShardOf(key).With([&](Table& table) {
    if (Entry* entry = table.Find(key)) table.Erase(entry);
  });
}

void SeenIndex::Restore(const journal::Fingerprint& key, std::uint32_t digest, base::Millis seen,
                        std::uint64_t sequence) {
  state_->ShardOf(key).With([&](Table& table) {
    if (Entry* entry = table.Find(key)) {
      *entry = {key, Seconds(seen), digest, sequence};
    } else {
      state_->MakeRoom(table);
      table.Insert({key, Seconds(seen), digest, sequence});
    }
  });
}

void SeenIndex::Expire(base::Millis horizon) {
  for (auto& shard : state_->shards) {
    shard.With([&](Table& table) { table.Expire(Seconds(horizon)); });
  }
}

base::Millis SeenIndex::forgotten_before() const {
  return static_cast<base::Millis>(state_->forgotten_before.load()) * 1'000;
}

std::size_t SeenIndex::entries() const {
  std::size_t sum = 0;
  for (auto& shard : state_->shards) {
    sum += shard.With([](const Table& table) { return table.used(); });
  }
  return sum;
}

}  // namespace octroi::gateway
