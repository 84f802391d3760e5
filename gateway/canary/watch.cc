#include "gateway/canary/watch.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "base/log.h"
#include "base/thread_name.h"

namespace octroi::gateway {
namespace {

using Colour = CanaryLight::Colour;

constexpr std::int64_t kLostAfterNanos = 60'000'000'000;
constexpr int kNice = 10;
constexpr base::Millis kShare = 10;     // one tenth of a core
constexpr std::size_t kLinesMax = 100;  // of one turn, in the log

bool Same(const CanaryMismatch& a, const CanaryMismatch& b) {
  return a.canary == b.canary && a.destination == b.destination && a.field == b.field &&
         a.expected == b.expected && a.seen == b.seen && a.reason == b.reason;
}

void LogMismatch(const CanaryMismatch& one) {
  base::Log::Error("canary.red", {{"canary", base::Id::OfConfig(one.canary)},
                                  {"destination", base::Id::OfConfig(one.destination)},
                                  {"field", base::Id::OfConfig(one.field)},
                                  {"expected", base::Id::OfConfig(one.expected)},
                                  {"seen", base::Id::OfConfig(one.seen)},
                                  {"reason", base::Id::OfConfig(one.reason)},
                                  {"people", one.count},
                                  {"for_example", base::Id::OfConfig(one.people)}});
}

}  // namespace

CanaryWatch::CanaryWatch(Parts parts) : parts_(std::move(parts)) { RefreshGauges(); }

CanaryWatch::~CanaryWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void CanaryWatch::Start() {
  thread_ = std::thread([this] { Run(); });
}

void CanaryWatch::PlanChanged() {
  {
    const std::lock_guard lock(mutex_);
    again_ = true;
  }
  changed_.notify_all();
}

void CanaryWatch::Run() {
  base::NameThread("canaries");
  setpriority(PRIO_PROCESS, 0, kNice);  // of this thread only; it is slower if that fails not
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    again_ = false;
    lock.unlock();
    const base::Millis wait = Turn();
    lock.lock();
    const auto woken = [&] { return stopping_ || again_; };
    if (wait == 0) {
      changed_.wait(lock, woken);
    } else {
      changed_.wait_for(lock, std::chrono::milliseconds(wait), woken);
    }
  }
}

base::Millis CanaryWatch::Turn() {
  const PlanPtr plan = parts_.plan();
  const std::int64_t begun = parts_.clock->BootNowNanos();
  CanaryLight now;
  now.plan = plan->number;
  base::Millis every = kCanaryEveryMax;
  for (const CanaryPlan& canary : plan->canaries) {
    every = std::min(every, canary.every);
    CanaryResult result = WalkCanary(*plan, canary, *parts_.keys, parts_.clock->WallNow(), [this] {
      const std::lock_guard lock(mutex_);
      return stopping_;
    });
    now.people += result.people;
    now.not_judged += result.not_judged;
    now.mismatches.insert(now.mismatches.end(), result.mismatches.begin(), result.mismatches.end());
  }
  if (!plan->canaries.empty()) {
    now.colour = now.mismatches.empty() ? Colour::kGreen : Colour::kRed;
    now.not_watched = NotWatched(*plan);
  }
  now.checked = now.since = parts_.clock->WallNow();
  const std::int64_t ended = parts_.clock->BootNowNanos();
  parts_.metrics->CounterOf("octroi_canary_people").Add(now.people);
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return 0;
    if (light_.colour == now.colour && light_.since != 0) now.since = light_.since;
    std::swap(light_, now);
    checked_nanos_ = ended;
  }
  Tell(now, Light());
  if (plan->canaries.empty()) return 0;
  return std::max(every, (ended - begun) / 1'000'000 * (kShare - 1));
}

// Each change of the light, and each mismatch that was not there before.
void CanaryWatch::Tell(const CanaryLight& before, const CanaryLight& now) const {
  std::size_t lines = 0;
  for (const CanaryMismatch& one : now.mismatches) {
    const bool known =
        std::ranges::any_of(before.mismatches, [&](const auto& other) { return Same(one, other); });
    if (!known && ++lines <= kLinesMax) LogMismatch(one);
  }
  if (now.colour == Colour::kGreen && before.colour != Colour::kGreen)
    base::Log::Info("canary.green", {{"people", now.people}, {"plan", now.plan}});
  std::map<std::string, std::int64_t> by_destination;
  for (const CanaryMismatch& one : before.mismatches) by_destination[one.destination] = 0;
  for (const CanaryMismatch& one : now.mismatches) ++by_destination[one.destination];
  for (const auto& [destination, count] : by_destination) {
    parts_.metrics
        ->GaugeOf("octroi_canary_mismatches",
                  {{base::Id("destination"), base::Id::OfConfig(destination)}})
        .Set(count);
  }
  RefreshGauges();
}

CanaryLight CanaryWatch::Light() const {
  const std::lock_guard lock(mutex_);
  CanaryLight light = light_;
  const bool lost = parts_.clock->BootNowNanos() - checked_nanos_ > kLostAfterNanos;
  if (light.colour != Colour::kOff && lost) light.colour = Colour::kLost;
  return light;
}

// 1 green, 0 red or lost, -1 off.
void CanaryWatch::RefreshGauges() const {
  const CanaryLight light = Light();
  const bool off = light.colour == Colour::kOff;
  parts_.metrics->GaugeOf("octroi_canary_light")
      .Set(off                              ? -1
           : light.colour == Colour::kGreen ? 1
                                            : 0);
}

}  // namespace octroi::gateway
