// What a restart reads out of the journal: what was seen, what is still to be delivered.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/change/control.h"
#include "gateway/dispatcher.h"
#include "gateway/hold_desk.h"
#include "gateway/seen.h"
#include "journal/records.h"

namespace octroi::gateway {

class JournalRecovery {
 public:
  JournalRecovery(SeenIndex& seen, base::Millis seen_since)
      : seen_(seen), seen_since_(seen_since) {}

  void Take(std::uint64_t sequence,
            std::string_view record);  // in sequence order; 0: a segment's head
  // What has no final outcome yet, in order. The records of what was replayed are read again.
  void Requeue(Dispatcher& dispatcher, const journal::Journal& journal) const;
  // Deliveries that may be sent again, and may have been sent: not final yet, or failed (of these
  // the newest kFailedMax) and their payload is there.
  std::uint64_t Resendable(const journal::Journal& journal) const;
  static constexpr std::size_t kFailedMax = 10'000;
  // What is held still, in order.
  void Hold(HoldDesk& desk) const;
  // The highest PlanRecord on the journal.
  const change::OnJournal& last_plan() const { return last_plan_; }

 private:
  struct Pending {
    std::string record;  // empty: to be read again
    std::vector<std::uint16_t> destinations;
    std::uint32_t attempts = 0;
  };
  void TakeEvent(std::uint64_t sequence, std::string_view record);
  void TakeOutcome();
  void TakeReplay();  // failed deliveries that are to be sent once more

  SeenIndex& seen_;
  base::Millis seen_since_;
  static void Remove(std::map<std::uint64_t, Pending>& from, std::uint64_t sequence,
                     std::uint16_t destination);
  std::map<std::uint64_t, Pending> pending_, held_;
  std::set<std::pair<std::uint64_t, std::uint16_t>> failed_;  // event, destination
  journal::EventRecord event_;
  journal::OutcomeRecord outcome_;
  change::OnJournal last_plan_;
};

}  // namespace octroi::gateway
