#include "gateway/rate_limits.h"

#include <algorithm>

namespace octroi::gateway {

int RateLimits::Take(std::uint16_t source, std::uint64_t rate_per_second, std::uint64_t events,
                     std::int64_t now_nanos) {
  if (rate_per_second == 0) return 0;
  return buckets_.With([&](auto& buckets) {
    if (buckets.size() <= source) buckets.resize(source + 1u);
    Bucket& bucket = buckets[source];
    const auto rate = static_cast<double>(rate_per_second);
    const double passed = bucket.at == 0 ? 1.0 : static_cast<double>(now_nanos - bucket.at) / 1e9;
    bucket.tokens = std::min(rate, bucket.tokens + passed * rate);
    bucket.at = now_nanos;
    // A request larger than a second's worth waits for a full bucket and leaves a debt, so it is
    // never stuck.
    const double needed = std::min(static_cast<double>(events), rate);
    if (bucket.tokens < needed)
      return std::max(1, static_cast<int>((needed - bucket.tokens) / rate + 0.999));
    bucket.tokens -= static_cast<double>(events);
    return 0;
  });
}

}  // namespace octroi::gateway
