// What may leave only as a number (Purpose leaves: counted): how many records, of how many people,
// for each day, destination and purpose. Nothing of them left; their number may be told to the
// recipient where it is of enough people that it says nothing of any.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "gateway/config/register_facts.h"
#include "gateway/plan.h"
#include "journal/journal.h"
#include "store/flow.h"

namespace octroi::gateway {

// Below so many people there is no number (reference/ux.md, "small count of persons").
inline constexpr std::size_t kCountedFloor = 10;

struct CountedParts {
  const journal::Journal* journal = nullptr;
  store::FlowStore* store = nullptr;  // attached to it
  const Plan* plan = nullptr;         // in force
  const config::RegisterFacts* facts = nullptr;
  base::Millis now = 0;
};

// What was counted for one destination and purpose in one day.
struct Counted {
  base::Millis day = 0;       // its first moment (UTC)
  std::string destination;    // id
  std::string purpose;        // id
  std::uint64_t records = 0;  // 0, as people, where they are fewer than the floor
  std::uint64_t people = 0;
};
// Of records received since that day and before `until`, by day, destination and purpose. Errors:
// the store's, a record that cannot be read, kUnavailable once `stopping`. As for CountsReport
// below.
base::Result<std::vector<Counted>> CountedSince(const journal::Journal& journal,
                                                store::FlowStore& store, const Plan& plan,
                                                base::Millis since, base::Millis until,
                                                const std::atomic<bool>& stopping);

// docs/FORMATS.md, *Counts*; {"error": "store.unavailable"}. Of records received since then, by day
// (UTC) of receipt; of one destination or of all (empty). People are told apart by their
// identifiers: records that share one, however indirectly, are one person's, so never more are
// counted than there are. Walks what was received since then: it is counted from the records, so a
// restart changes nothing and a rebuilt store says the same. Any thread.
std::string CountsReport(const CountedParts& parts, std::string_view destination,
                         base::Millis since);

}  // namespace octroi::gateway
