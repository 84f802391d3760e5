// RateLimits: how many events a source may send, by its config.
#pragma once

#include <cstdint>
#include <vector>

#include "base/guarded.h"

namespace octroi::gateway {

// Events a second for each source, with a second's burst. Safe from any thread.
class RateLimits {
 public:
  // 0: take them; else seconds to wait.
  int Take(std::uint16_t source, std::uint64_t rate_per_second, std::uint64_t events,
           std::int64_t now_nanos);

 private:
  struct Bucket {
    double tokens = 0;
    std::int64_t at = 0;
  };
  base::Guarded<std::vector<Bucket>> buckets_;
};

}  // namespace octroi::gateway
