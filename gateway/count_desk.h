// CountDesk: tells recipients the numbers of what may leave only as one (counted.h). Once a day is
// over, the gateway hands in, at each source that says `counted: true`, one event for each
// destination and purpose of which enough people were counted, as anyone who sends events would:
// it is judged, decided, journalled and delivered by the same code (docs/FORMATS.md, *Counts*).
//
// An event is handed in under an id of its origin, day, destination and purpose, and the day is
// marked done in the store once all of them are durable: a kill in between hands them in again,
// and they are merged. A day that a gateway which was off passed over is taken up for a week.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/steady_wall.h"
#include "gateway/counted.h"
#include "gateway/plan.h"
#include "journal/journal.h"
#include "store/store.h"

namespace octroi::gateway {

// What is in flight when a day ends is decided by then; what is held longer is not in its number.
inline constexpr base::Millis kCountedAfterMs = 3'600'000;
inline constexpr base::Millis kCountedBackMs = 7 * 86'400'000LL;

class CountDesk {
 public:
  struct Parts {
    journal::Journal* journal = nullptr;
    store::Store* store = nullptr;
    const base::Clock* clock = nullptr;
    const base::SteadyWall* steady = nullptr;  // if given, no day is over before both say so
    std::function<PlanPtr()> plan;             // in force
    std::function<std::uint64_t()> projected;  // journal sequence that the store has
    // Admits structured CloudEvents at that source of that plan; durable when it is ok.
    std::function<base::Status(const Plan& plan, std::uint16_t source,
                               std::span<const std::string_view> events)>
        submit;
  };
  explicit CountDesk(Parts parts) : parts_(std::move(parts)) {}

  void Stop() { stopping_ = true; }  // a sweep under way ends at the next record

  // One round, the housekeeper's: the days that are over and not done yet. The first round of all
  // begins with the day it is. One caller at a time.
  void Sweep();

 private:
  std::string MarkKey() const;
  base::Result<base::Millis> Mark(base::Millis today);
  bool IsProjected(base::Millis until);
  base::Status Tell(base::Millis from, base::Millis until);

  const Parts parts_;
  std::atomic<bool> stopping_{false};
  base::Millis ripe_until_ = 0;  // what was appended when it was first seen that this day is over
  std::uint64_t ripe_through_ = 0;
};

}  // namespace octroi::gateway
