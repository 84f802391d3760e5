// LateWatch: a no that comes late opens its tasks by itself. Once what was on the wire when it came
// has ended and is projected, the deliveries that it came too late for are looked up
// (consent_late.h) and the desk opens a task for each recipient.
//
// What waits is in memory; a mark in the store (kMetaLateThrough) says up to where it is done, so
// that a start takes up the rest, some thousand at a time. The first start of all begins shortly
// before it: what came earlier is `octroi consent late`'s. A no that is looked up twice opens
// nothing twice.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "gateway/explain.h"
#include "gateway/task_desk.h"
#include "journal/journal.h"
#include "store/store.h"

namespace octroi::gateway {

class LateWatch {
 public:
  struct Parts {
    journal::Journal* journal = nullptr;
    store::Store* store = nullptr;
    const crypto::KeyRing* keys = nullptr;
    const base::Clock* clock = nullptr;
    TaskDesk* desk = nullptr;
    std::function<std::uint64_t()> projected;
    std::function<base::Result<PastConfig>()> config;  // in force
    std::size_t at_once = 10'000;                      // looked up in one walk
  };
  explicit LateWatch(Parts parts) : parts_(std::move(parts)) {}

  void Stop() { stopping_ = true; }  // a sweep under way ends at the next record
  // What the consent desk recorded, once the store answered for it. A repeat is not in the store
  // under its own sequence, and is left out. Any thread.
  void OnStored(const policies::ConsentEvent& event);
  // One round, of at most some thousand people; the housekeeper's. The first reads the register for
  // what is not done yet. One caller at a time.
  void Sweep();

 private:
  using Place = std::pair<base::Millis, std::string>;  // recorded_at, id: in this order
  struct Heard {
    std::uint64_t sequence = 0;
    base::Millis recorded_at = 0;
  };
  std::string MarkKey() const;
  void Wait(const policies::ConsentEvent& event);
  base::Status FindMark();
  base::Status CatchUp();
  base::Status Gather();
  base::Status SetMark(base::Millis through);
  bool IsProjected() const;
  base::Status OpenTasksOf(const std::vector<policies::ConsentEvent>& ripe, const Plan& plan);

  const Parts parts_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<Heard> heard_;  // own consent records that are late
  // The sweep's own.
  bool begun_ = false;
  std::map<Place, policies::ConsentEvent> waiting_;
  std::optional<Place> caught_up_;  // of the register, up to there; nothing: all of it
  std::uint64_t generation_ = 0;    // of a shared register
};

}  // namespace octroi::gateway
