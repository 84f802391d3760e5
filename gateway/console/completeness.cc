#include "gateway/console/completeness.h"

#include <algorithm>

namespace octroi::gateway::console {

void Completeness::Sample(base::Millis boot, base::Millis wall, std::uint64_t durable) {
  while (!moments_.empty() && moments_.front().boot + kSamplesMs < boot) moments_.pop_front();
  // The newest always stands for now; the one before it is kept if it is old enough by itself.
  const std::size_t size = moments_.size();
  if (size >= 2 && moments_[size - 1].boot - moments_[size - 2].boot < kSampleEveryMs)
    moments_.pop_back();
  moments_.push_back({boot, wall, durable});
}

std::optional<base::Millis> Completeness::Until(base::Millis boot, std::uint64_t counted) const {
  const auto found = std::find_if(moments_.rbegin(), moments_.rend(),
                                  [&](const Moment& one) { return one.durable <= counted; });
  if (found == moments_.rend() || found->boot + kSamplesMs < boot) return std::nullopt;
  return found->wall;
}

}  // namespace octroi::gateway::console
