#include "gateway/dispatcher/breaker.h"

#include <chrono>

namespace octroi::gateway {

Breaker::Pass Breaker::Enter(const std::function<bool()>& stop) {
  std::unique_lock lock(mutex_);
  while (!stop()) {
    if (!open_) return {true, false};
    const std::int64_t left = open_until_nanos_ - clock_.BootNowNanos();
    if (probing_) {
      changed_.wait(lock);
    } else if (left > 0) {
      changed_.wait_for(lock, std::chrono::nanoseconds(left));
    } else {
      probing_ = true;
      gauge_.Set(2);
      return {true, true};
    }
  }
  return {};
}

void Breaker::Answered(Pass) {
  const std::lock_guard lock(mutex_);
  Close();
}

void Breaker::Failed(Pass pass, base::Millis open_for) {
  const std::lock_guard lock(mutex_);
  if (pass.probe) probing_ = false;
  if (++failures_ < kFailuresToOpen) return;
  if (!open_ || pass.probe) {
    open_ = true;
    open_until_nanos_ = clock_.BootNowNanos() + open_for * 1'000'000;
    gauge_.Set(1);
  }
  changed_.notify_all();
}

void Breaker::Unused(Pass pass) {
  if (!pass.probe) return;
  const std::lock_guard lock(mutex_);
  probing_ = false;
  gauge_.Set(open_ ? 1 : 0);
  changed_.notify_all();
}

void Breaker::Wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

void Breaker::Reset() {
  const std::lock_guard lock(mutex_);
  Close();
}

void Breaker::Close() {
  failures_ = 0;
  open_ = false;
  probing_ = false;
  gauge_.Set(0);
  changed_.notify_all();
}

}  // namespace octroi::gateway
