// Completeness: until when all that was answered is in the figures. Under steady traffic something
// durable is always still on its way to the store, so the moments of the last minute are kept with
// what was durable then. Of one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/clock.h"

namespace octroi::gateway::console {

inline constexpr base::Millis kSampleEveryMs = 500, kSamplesMs = 60'000;
// Figures that lag further behind are called incomplete.
inline constexpr base::Millis kLagMs = 10'000;

struct Progress {
  std::uint64_t durable = 0;  // newest sequence on the journal
  std::uint64_t counted = 0;  // newest one in the store
};

class Completeness {
 public:
  // `durable`: read after the two clocks, of which only `boot` runs evenly.
  void Sample(base::Millis boot, base::Millis wall, std::uint64_t durable);
  // The newest sampled moment (wall clock) of which all is counted; nothing: none of the last
  // minute.
  std::optional<base::Millis> Until(base::Millis boot, std::uint64_t counted) const;

 private:
  struct Moment {
    base::Millis boot = 0, wall = 0;
    std::uint64_t durable = 0;
  };
  std::deque<Moment> moments_;  // oldest first
};

}  // namespace octroi::gateway::console
