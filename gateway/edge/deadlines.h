// Deadlines: a lazy heap. A connection moves its own deadline freely; the heap is touched only when
// it moves before the entry that is already there, so a request costs nothing here.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace octroi::gateway::edge {

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

class Deadlines {
 public:
  struct Entry {
    std::int64_t at = kNever;  // nanoseconds of BootNowNanos
    std::uint64_t connection = 0;
  };
  void Add(Entry entry);
  bool TakeDue(std::int64_t now, Entry& due);
  std::int64_t next() const { return heap_.empty() ? kNever : heap_.front().at; }

 private:
  std::vector<Entry> heap_;
};

}  // namespace octroi::gateway::edge
