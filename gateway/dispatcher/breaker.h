// Breaker: spares a destination that is down. After kFailuresToOpen failures in a row nothing is
// tried for the back-off time, then one probe at a time, until one is answered.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>

#include "base/clock.h"
#include "base/metrics.h"

namespace octroi::gateway {

// Shared by the lanes of one destination; safe from any thread.
class Breaker {
 public:
  static constexpr int kFailuresToOpen = 5;

  // `gauge`: 0 closed, 1 open, 2 probing.
  Breaker(const base::Clock& clock, base::Gauge& gauge) : clock_(clock), gauge_(gauge) {}

  struct Pass {
    bool granted = false;  // false: `stop` said so
    bool probe = false;
  };
  // Waits until an attempt may be made. Each granted pass goes back by one of the next three.
  Pass Enter(const std::function<bool()>& stop);
  void Answered(Pass pass);                       // the destination is up, whatever it said
  void Failed(Pass pass, base::Millis open_for);  // no answer, or one that says: later
  void Unused(Pass pass);                         // there was nothing left to send

  void Wake();   // `stop` may have changed
  void Reset();  // another destination now, by config

 private:
  void Close();

  const base::Clock& clock_;
  base::Gauge& gauge_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int failures_ = 0;
  bool open_ = false;
  bool probing_ = false;
  std::int64_t open_until_nanos_ = 0;
};

}  // namespace octroi::gateway
