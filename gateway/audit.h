// Audit: promise 1 by id. Reads the journal, which is what happened, a second time and on its own,
// and holds the store against it, event by event and delivery by delivery; the sums are checked for
// each minute, source and destination. What does not add up is named.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "journal/journal.h"
#include "journal/records.h"
#include "store/store.h"

namespace octroi::gateway {

// One record that does not add up. `what` is stable, the same string everywhere:
//   verdict_missing      accepted, but nothing was decided for a destination of its plan
//   outcome_of_nothing   an outcome of an event or destination that is not there
//   outcome_after_final  an outcome after one that is final
//   store_missing        the store has not got the event
//   store_differs        the store has it otherwise, as a whole or at this destination
struct Discrepancy {
  std::uint64_t sequence = 0;
  std::uint16_t destination = 0xffff;  // 0xffff: the event as a whole
  std::string_view what;
  bool operator==(const Discrepancy&) const = default;
};

struct AuditReport {
  std::uint64_t events = 0, outcomes = 0;
  std::uint64_t through = 0;  // journal sequence
  // By the minute in which an event was received (ms since 1970) and the plan that judged it.
  std::map<std::pair<base::Millis, std::uint32_t>, store::Totals> minutes;
  std::vector<Discrepancy> discrepancies;  // ascending, at most kDiscrepanciesMax
  std::uint64_t discrepancies_total = 0;
  bool holds = true;  // nothing is named, and every sum of every minute holds
};
inline constexpr std::size_t kDiscrepanciesMax = 1'000;

// Pure: records in, what they amount to out. One thread. Some 150 bytes an event.
class Auditor {
 public:
  explicit Auditor(base::Millis received_since) : since_(received_since) {}
  // In sequence order. Begins with the first event received since then; what follows it belongs to
  // it, also where the clock was set back. Outcomes of events before are left out.
  void Take(std::uint64_t sequence, std::string_view record);
  // Holds one event against the store's row. Finds the same each time it is asked the same.
  std::vector<Discrepancy> Compare(std::uint64_t sequence, const store::EventRow* row) const;
  std::vector<std::uint64_t> Events() const;  // ascending
  // Adds the sums and what the journal itself does not explain.
  void Conclude(AuditReport& report) const;

 private:
  struct Known {
    std::uint32_t plan = 0;
    std::uint16_t source = 0;
    base::Outcome outcome = base::Outcome::kUndecided;
    base::Reason reason = base::Reason::kUndecided;
    base::Millis received = 0;
    std::size_t record = 0;  // a hash of its bytes
    std::vector<store::DeliveryState> deliveries;
  };
  void TakeOutcome();

  base::Millis since_;
  std::uint64_t first_ = 0;  // of the events that count; 0: none yet
  std::uint64_t outcomes_ = 0;
  std::map<std::uint64_t, Known> events_;
  std::vector<Discrepancy> found_;
  journal::EventRecord event_;
  journal::OutcomeRecord outcome_;
};

// Audits what was received since then and is projected, while the gateway runs or not. What the
// store says later than the journal was read is read again before it is named. Errors: the store's
// or the journal's.
base::Result<AuditReport> Audit(const journal::Journal& journal, store::FlowStore& store,
                                base::Millis received_since);

}  // namespace octroi::gateway
