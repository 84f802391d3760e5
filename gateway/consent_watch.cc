#include "gateway/consent_watch.h"

#include <chrono>
#include <limits>

#include "base/log.h"
#include "base/thread_name.h"

namespace octroi::gateway {

ConsentWatch::~ConsentWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (thread_.joinable()) thread_.join();
}

base::Status ConsentWatch::Begin() {
  // Nothing comes after the highest generation; what is asked for is only how far it is.
  const auto now = parts_.store->Since(std::numeric_limits<std::int64_t>::max());
  if (!now) return now.error();
  generation_ = now->generation;
  return base::Ok();
}

base::Status ConsentWatch::Start() {
  if (!parts_.store->shared()) parts_.sends->Renew(SendGate::kForever);
  if (auto renewed = Renew(); !renewed) return renewed;
  thread_ = std::thread([this] { Run(); });
  return base::Ok();
}

// The lease begins when the question was asked: what was recorded later is not in the answer.
base::Status ConsentWatch::Renew() {
  for (;;) {
    const std::int64_t asked = parts_.clock->BootNowNanos();
    const PlanPtr plan = parts_.plan();
    if (auto settled = parts_.desk->Settle(*plan); !settled) return settled;
    if (!parts_.store->shared()) return base::Ok();
    const auto others = parts_.store->Since(generation_);
    if (!others) return others.error();
    for (const policies::ConsentEvent& event : others->events) {
      if (auto learned = parts_.desk->Learn(*plan, event); !learned) return learned;
    }
    const bool more = !others->events.empty();
    generation_ = others->generation;
    if (more) continue;
    parts_.sends->Renew(asked + parts_.lease * 1'000'000);
    return base::Ok();
  }
}

void ConsentWatch::Run() {
  base::NameThread("consent-watch");
  const base::Id what =
      parts_.store->shared() ? base::Id("consent_watch.held") : base::Id("consent_watch.unsettled");
  bool held = false;
  std::unique_lock lock(mutex_);
  while (
      !stop_.wait_for(lock, std::chrono::milliseconds(parts_.every), [&] { return stopping_; })) {
    lock.unlock();
    const base::Status renewed = Renew();
    if (!renewed && !held) {
      base::Log::Error(what, {{"where", base::Id::OfConfig(renewed.error().where)},
                              {"detail", base::Id::OfConfig(renewed.error().detail)}});
    } else if (renewed && held) {
      base::Log::Info("consent_watch.renewed");
    }
    held = !renewed;
    lock.lock();
  }
}

}  // namespace octroi::gateway
