// A clock that stands still until told otherwise. Safe from any thread.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace octroi::testing {

class FakeClock final : public base::Clock {
 public:
  explicit FakeClock(base::Millis now = 1'795'300'000'000) : now_(now) {}
  base::Millis WallNow() const override { return now_.load(); }
  std::int64_t BootNowNanos() const override { return now_.load() * 1'000'000; }
  void Advance(base::Millis by) { now_ += by; }
  void Set(base::Millis to) { now_ = to; }

 private:
  std::atomic<base::Millis> now_;
};

}  // namespace octroi::testing
