// Backoff: how long to wait before the next attempt of one batch. Exponential with full jitter.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>

#include "base/clock.h"
#include "gateway/plan.h"

namespace octroi::gateway {

// A destination may ask for more patience than `longest_wait`, but not for ever.
inline constexpr int kRetryAfterLongestWaits = 4;

class Backoff {
 public:
  explicit Backoff(std::mt19937_64& random) : random_(random) {}

  // After the n-th failure: uniform in 0..min(longest_wait, first_wait * 2^(n-1)), so that a crowd
  // spreads; or what the answer asked for, if that is longer, at most four longest waits.
  base::Millis Next(const DestinationPlan& destination, std::optional<base::Millis> retry_after) {
    const base::Millis longest = std::max<base::Millis>(destination.longest_wait, 1);
    ceiling_ = ceiling_ == 0 ? std::max<base::Millis>(destination.first_wait, 1) : ceiling_ * 2;
    ceiling_ = std::min(ceiling_, longest);
    const base::Millis wait = std::uniform_int_distribution<base::Millis>(0, ceiling_)(random_);
    return std::max(wait, std::min(retry_after.value_or(0), longest * kRetryAfterLongestWaits));
  }

 private:
  std::mt19937_64& random_;
  base::Millis ceiling_ = 0;
};

}  // namespace octroi::gateway
