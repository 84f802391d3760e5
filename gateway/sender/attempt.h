// AttemptLimits: what one attempt may still use up, asked by everything that waits or reads for it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace octroi::gateway {

inline constexpr std::size_t kAnswerBodyBytesMax = 64 * 1024;
inline constexpr std::size_t kAnswerBytesMax = 2 * kAnswerBodyBytesMax;  // with its head

// Used by one thread.
class AttemptLimits {
 public:
  explicit AttemptLimits(const base::Clock& clock) : clock_(clock) {}
  void Begin(base::Millis within) {
    deadline_nanos_ = clock_.BootNowNanos() + within * 1'000'000;
    NextAnswer();
  }
  void NextAnswer() { bytes_left_ = kAnswerBytesMax; }
  base::Millis left() const {  // 0: the deadline has passed
    return std::max<base::Millis>(0, (deadline_nanos_ - clock_.BootNowNanos()) / 1'000'000);
  }
  bool MayRead() const { return bytes_left_ > 0; }
  void Read(std::size_t bytes) { bytes_left_ -= std::min(bytes, bytes_left_); }

 private:
  const base::Clock& clock_;
  std::int64_t deadline_nanos_ = 0;
  std::size_t bytes_left_ = 0;
};

}  // namespace octroi::gateway
