// OutcomeBook: writes what became of events into the journal, and counts it. No outcome is lost
// because the journal had no room for a while: the lane waits here instead of sending more.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/dispatcher/lane_queue.h"
#include "gateway/dispatcher/shared.h"
#include "journal/records.h"

namespace octroi::gateway {

// Counts deliveries that ended, or go on, like that.
base::Counter& DeliveriesOf(base::Metrics& metrics, const Plan& plan, std::string_view destination,
                            base::Outcome outcome, base::Reason reason);

// One lane's.
class OutcomeBook {
 public:
  OutcomeBook(Shared& shared, LaneQueue& queue, std::string destination)
      : shared_(shared), queue_(queue), destination_(std::move(destination)) {}

  // All of them in one frame. False: the journal refused and the dispatcher gave up waiting.
  bool Append(const std::vector<journal::OutcomeRecord>& outcomes);
  // Once; for what is good to know but not an outcome (still in flight).
  bool TryAppend(const std::vector<journal::OutcomeRecord>& outcomes);
  void Count(const Plan& plan, const journal::OutcomeRecord& outcome);

 private:
  Shared& shared_;
  LaneQueue& queue_;
  const std::string destination_;
  std::map<std::pair<base::Outcome, base::Reason>, base::Counter*> counters_;
};

}  // namespace octroi::gateway
