// Housekeeper: keeps nothing longer than its time. GDPR 5(1)(e); storage.keep of the config.
//
// Payload segments go when every event in them is final, projected, and neither quarantined nor
// failed within its time. What is held keeps its segment, but not beyond `held_segments_max`.
// Decision segments go after `keep.decisions`, oldest first. Seen keys go after their window.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "base/steady_wall.h"
#include "gateway/count_desk.h"
#include "gateway/dispatcher.h"
#include "gateway/hold_desk.h"
#include "gateway/late_watch.h"
#include "gateway/plan.h"
#include "gateway/projector.h"
#include "gateway/seen.h"
#include "journal/journal.h"
#include "store/store.h"

namespace octroi::gateway {

class Housekeeper {
 public:
  struct Parts {
    journal::Journal* journal = nullptr;
    store::FlowStore* store = nullptr;
    const Dispatcher* dispatcher = nullptr;
    const Projector* projector = nullptr;
    SeenIndex* seen = nullptr;
    const base::Clock* clock = nullptr;
    std::function<PlanPtr()> plan;
    base::Millis every = 60'000;
    base::Millis seen_for = 0;
    const base::SteadyWall* steady = nullptr;  // if given, nothing goes before both say it is time
    HoldDesk* holds = nullptr;                 // none: nothing is held
    LateWatch* late = nullptr;                 // none: nobody is told of what came late
    CountDesk* counts = nullptr;               // none: nobody is told what was counted
    // Payload segments that may follow one which only held records keep; 64 MiB each.
    std::size_t held_segments_max = 64;
  };
  explicit Housekeeper(Parts parts) : parts_(std::move(parts)) {}
  ~Housekeeper();
  void Start();
  void Sweep();  // one round; public so that a test need not wait

 private:
  // A segment of which nothing was pending, seen with this much on the journal and so many replays.
  struct Quiet {
    std::uint64_t appended = 0, replays = 0;
  };
  bool IsOpen(const journal::SegmentInfo& segment) const;
  bool PayloadDone(const journal::SegmentInfo& segment, base::Millis now);
  void Run();

  Parts parts_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
  std::map<std::string, Quiet> quiet_;  // by segment name
};

}  // namespace octroi::gateway
