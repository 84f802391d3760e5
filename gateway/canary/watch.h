// CanaryWatch: walks the canaries of the plan in force, again and again, and holds the light.
//
// A new plan is walked at once, so a wrong one is seen within a walk of coming into force. The
// light stops nothing and makes nothing unready: what it says is for people (health, metrics,
// status, log).
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/metrics.h"
#include "crypto/key_ring.h"
#include "gateway/canary/light.h"
#include "gateway/plan.h"

namespace octroi::gateway {

class CanaryWatch {
 public:
  struct Parts {
    const base::Clock* clock = nullptr;
    base::Metrics* metrics = nullptr;
    const crypto::KeyRing* keys = nullptr;
    std::function<PlanPtr()> plan;
  };
  explicit CanaryWatch(Parts parts);
  ~CanaryWatch();  // ends its thread, after the person at hand

  void Start();  // one thread, at low priority; every is a plan's shortest, but it never takes
                 // more than a tenth of a core
  void PlanChanged();         // any thread
  CanaryLight Light() const;  // any thread
  void RefreshGauges() const;

 private:
  void Run();
  base::Millis Turn();  // how long to wait then; 0: until the plan changes
  void Tell(const CanaryLight& before, const CanaryLight& now) const;

  Parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false, again_ = false;
  CanaryLight light_;
  std::int64_t checked_nanos_ = 0;  // of the last walk, by the clock of this boot
  std::thread thread_;
};

}  // namespace octroi::gateway
