// The flow projection: what became of every event. It can be rebuilt from the journal.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/words.h"
#include "store/quality.h"
#include "store/tasks.h"

namespace octroi::store {

// One event as projected: the journal's record, and where each destination stands.
struct DeliveryState {
  std::uint16_t destination = 0;
  base::Outcome outcome = base::Outcome::kUndecided;
  base::Reason reason = base::Reason::kUndecided;
  std::uint32_t attempts = 0;
  std::uint16_t http_status = 0;
  base::Millis at = 0;
  bool operator==(const DeliveryState&) const = default;
};
struct EventRow {
  std::uint64_t sequence = 0;
  std::uint32_t plan = 0;
  std::uint16_t source = 0;
  base::Outcome outcome = base::Outcome::kUndecided;
  base::Reason reason = base::Reason::kUndecided;
  base::Millis received = 0;
  std::string record;  // the journal's EventRecord, as it is
  // Accepted events: one for each destination of the plan, ascending. Others: none.
  std::vector<DeliveryState> deliveries;
  bool operator==(const EventRow&) const = default;
};
struct OutcomeUpdate {
  std::uint64_t sequence = 0;
  DeliveryState state;
};

// Additive counters: all figures are sums of these, so any figure can be recomputed and explained.
struct RuleKey {
  base::Millis hour = 0;  // start of the hour, UTC
  std::string source, contract, rule;
  auto operator<=>(const RuleKey&) const = default;
};
struct RuleCount {
  std::uint64_t evaluated = 0, failed = 0, repaired = 0;
  bool operator==(const RuleCount&) const = default;
};

struct Projection {                     // one transaction
  std::uint64_t through = 0;            // journal sequence projected after this
  std::vector<EventRow> events;         // new ones, ascending
  std::vector<OutcomeUpdate> outcomes;  // of events projected earlier, or in this batch
  std::map<RuleKey, RuleCount> rules;
  std::vector<TaskChange> tasks = {};  // in the journal's order
  QualityCounts quality;
};

// Both sums of promise 1. `received` counts rows, and a destination's `accepted` is what its plan
// accepted, not its deliveries: so either sum fails if a row or a delivery is missing.
struct Totals {
  struct Source {
    std::uint64_t received = 0, rejected = 0, quarantined = 0, merged = 0, accepted = 0;
    bool operator==(const Source&) const = default;
  };
  struct Destination {
    std::uint64_t accepted = 0, withheld = 0, sent = 0, in_flight = 0, failed = 0, erased = 0;
    bool operator==(const Destination&) const = default;
  };
  struct Why {  // place of a source or destination, and what happened there
    std::uint16_t place = 0;
    base::Outcome outcome = base::Outcome::kUndecided;
    base::Reason reason = base::Reason::kUndecided;
    auto operator<=>(const Why&) const = default;
  };
  std::map<std::uint16_t, Source> sources;                           // by place in the plan
  std::map<std::uint16_t, Destination> destinations;                 // by place in the plan
  std::map<Why, std::uint64_t> source_reasons, destination_reasons;  // no zeros
  bool operator==(const Totals&) const = default;
};

// Whether the sums hold: received = rejected + quarantined + merged + accepted at a source,
// accepted = withheld + sent + in_flight + failed + erased at a destination, and both everywhere.
bool Holds(const Totals::Source& source);
bool Holds(const Totals::Destination& destination);
bool Holds(const Totals& totals);

struct Attention {  // failed and quarantined: what a person should look at
  std::uint64_t sequence = 0;
  std::uint16_t destination = 0xffff;  // 0xffff: quarantined, no destination
  base::Outcome outcome = base::Outcome::kUndecided;
  base::Reason reason = base::Reason::kUndecided;
  base::Millis at = 0;     // quarantined: when it was received; failed: when it failed
  std::uint32_t plan = 0;  // names places and reasons
  std::uint16_t source = 0;
  bool operator==(const Attention&) const = default;
};

class FlowStore {  // safe from any thread; every call may block on the disk
 public:
  virtual ~FlowStore() = default;
  // Whose sequences these are: the origin of the journal. Before any other call of this port, and
  // before the consent register is asked by sequence; what other journals projected is neither seen
  // nor changed. kInvalid: the store serves another journal (an embedded store serves one).
  virtual base::Status Attach(std::string_view origin) = 0;
  virtual base::Result<std::uint64_t> ProjectedThrough() = 0;  // 0: nothing yet

  // Atomic, durable when it returns. kInvalid and nothing changed: a batch that does not follow on
  // (`through` does not grow, an event at or before what is projected or after `through`, not
  // ascending), an outcome that is none of a delivery, deliveries that are not ascending or of an
  // event not accepted, a final outcome (sent, withheld, erased) changed. A failed delivery may
  // become anything (replay); the same final outcome again changes nothing. An outcome of an
  // unknown event or destination is left out and counted in meta "orphan_outcomes".
  virtual base::Status Apply(const Projection& batch) = 0;

  virtual base::Result<std::optional<EventRow>> Find(std::uint64_t sequence) = 0;
  // Events from that sequence on, ascending: a page of them, for who walks them all. Empty: there
  // is none any more.
  virtual base::Result<std::vector<EventRow>> Page(std::uint64_t sequence) = 0;
  virtual base::Result<std::map<std::uint32_t, Totals>> SumByPlan() = 0;  // from one moment
  base::Result<Totals> Sum();  // over all plans, by place: right while no config moved a place
  virtual base::Result<std::map<RuleKey, RuleCount>> Rules() = 0;
  // Of the hours that start in [since, until), and of the days that have any of it; one moment's.
  virtual base::Result<QualityCounts> Quality(base::Millis since, base::Millis until) = 0;
  // Newest `at` first, then highest sequence and destination.
  virtual base::Result<std::vector<Attention>> NeedAttention(std::size_t limit) = 0;
  // Whether any of these sequences is quarantined or failed later than `since` (retention asks).
  virtual base::Result<bool> AnyKept(std::uint64_t first, std::uint64_t last,
                                     base::Millis since) = 0;
  virtual base::Status Clear() = 0;  // for rebuild: flow tables, tasks and "orphan_outcomes"
};

}  // namespace octroi::store
