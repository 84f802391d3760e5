#include "base/clock.h"

#include <ctime>

namespace octroi::base {

Millis SystemClock::WallNow() const {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return Millis{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

std::int64_t SystemClock::BootNowNanos() const {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace octroi::base
