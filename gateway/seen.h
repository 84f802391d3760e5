// SeenIndex: what was received within the last days, so that it is admitted once.
//
// Keys are keyed fingerprints (crypto: storage key "dedup"). Entries are reserved while a request
// is judged, confirmed once the journal has taken it, released if it did not: a refused request
// leaves no trace. Rebuilt from the journal at start. Memory: 32 bytes an entry, with slack 43 to
// 64. Where more would be remembered than there is memory for, the oldest are forgotten before
// their time, and it says so (decision 0017).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "journal/records.h"

namespace octroi::gateway {

inline constexpr std::size_t kSeenEntriesMax = 32'000'000;
// A quarter of what the process may use, at 64 bytes an entry.
std::size_t SeenEntriesFor(std::uint64_t memory_bytes);

class SeenIndex {
 public:
  explicit SeenIndex(std::size_t entries_max = kSeenEntriesMax);
  ~SeenIndex();

  struct Answer {
    enum class Kind { kNew, kSeen, kConflict } kind = Kind::kSeen;
    std::uint64_t sequence = 0;  // of the first one; 0: not yet known
  };
  // Was `key` seen within `window` before `now`? If not it is reserved. kConflict: seen with
  // another digest (0 matches any). Safe from any thread.
  Answer Reserve(const journal::Fingerprint& key, std::uint32_t digest, base::Millis now,
                 base::Millis window);
  // Has the memory that Reserve will look at fetched; worth it where several follow each other.
  void Prefetch(const journal::Fingerprint& key) const;
  void Confirm(const journal::Fingerprint& key, std::uint64_t sequence);
  void Release(
      const journal::Fingerprint& key);  // only what the caller's own Reserve answered kNew for
  void Restore(const journal::Fingerprint& key, std::uint32_t digest, base::Millis seen,
               std::uint64_t sequence);

  // Drops what is older than `horizon`. Called now and then, off the hot path.
  void Expire(base::Millis horizon);
  std::size_t entries() const;
  // Some of what was received before this instant was forgotten for want of memory; 0: nothing.
  base::Millis forgotten_before() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace octroi::gateway
