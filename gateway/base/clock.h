// Time, injected everywhere: nothing below main reads a clock of its own.
#pragma once

#include <cstdint>

namespace octroi::base {

using Millis = std::int64_t;  // since 1970-01-01T00:00:00Z, or a span; the name says which

// Safe from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Millis WallNow() const = 0;             // civil time; may jump
  virtual std::int64_t BootNowNanos() const = 0;  // CLOCK_BOOTTIME: never goes back, counts suspend
};

class SystemClock final : public Clock {
 public:
  Millis WallNow() const override;
  std::int64_t BootNowNanos() const override;
};

}  // namespace octroi::base
