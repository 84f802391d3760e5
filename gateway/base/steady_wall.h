// SteadyWall: the wall time as it would be if nobody had set the clock since this object was made.
// For windows and retention: a jump of the clock must not make us forget what we saw, nor remove
// what is to be kept. Not for what is written down or decided: that is the wall clock's. Any
// thread.
#pragma once

#include "base/clock.h"

namespace octroi::base {

class SteadyWall {
 public:
  explicit SteadyWall(const Clock& clock)  // not owned
      : clock_(clock), offset_(clock.WallNow() - clock.BootNowNanos() / 1'000'000) {}
  Millis Now() const { return offset_ + clock_.BootNowNanos() / 1'000'000; }

 private:
  const Clock& clock_;
  const Millis offset_;
};

}  // namespace octroi::base
