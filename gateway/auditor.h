// Auditor: the pure half of the audit. Records in, what they amount to out.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "journal/access_record.h"
#include "journal/records.h"
#include "store/store.h"

namespace octroi::gateway {

// One record that does not add up. `what` is stable, the same string everywhere:
//   verdict_missing      accepted, but nothing was decided for a destination of its plan
//   outcome_of_nothing   an outcome of an event or destination that is not there
//   outcome_after_final  an outcome after one that is final, or after all of its event were
//   access_unapproved    a value was given that nobody else had approved, or nobody had asked for
//   store_missing        the store has not got the event
//   store_differs        the store has it otherwise, as a whole or at this destination
struct Discrepancy {
  std::uint64_t sequence = 0;
  std::uint16_t destination = 0xffff;  // 0xffff: the event as a whole
  std::string_view what;
  bool operator==(const Discrepancy&) const = default;
};
inline constexpr std::size_t kDiscrepanciesMax = 1'000;

// All are counted; the first in order are named.
class Discrepancies {
 public:
  void Add(const Discrepancy& one, std::uint64_t as_many = 1);
  std::vector<Discrepancy> first() const { return {named_.begin(), named_.end()}; }
  std::uint64_t total() const { return total_; }

 private:
  struct Earlier {
    bool operator()(const Discrepancy& a, const Discrepancy& b) const {
      return std::tie(a.sequence, a.destination, a.what) <
             std::tie(b.sequence, b.destination, b.what);
    }
  };
  std::set<Discrepancy, Earlier> named_;
  std::uint64_t total_ = 0;
};

struct AuditReport {
  std::uint64_t events = 0, outcomes = 0;
  std::uint64_t accesses = 0;  // to values behind tokens, and to the register of one person
  std::uint64_t through = 0;   // journal sequence
  // By the minute in which an event was received (ms since 1970) and the plan that judged it.
  std::map<std::pair<base::Millis, std::uint32_t>, store::Totals> minutes;
  Discrepancies discrepancies;
  bool holds = true;  // nothing is named, and every sum of every minute holds
};

// Remembers an event until it is settled: until nothing can change it any more and the store was
// asked, or until the pass ends. What is settled costs one bit a journal record, what is not some
// 200 bytes an event, and there are at most `open_max` of these: what is beyond is for another pass
// over the journal. One thread.
class Auditor {
 public:
  static constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();
  explicit Auditor(base::Millis received_since, std::size_t open_max = 100'000)
      : since_(received_since), open_max_(open_max) {}

  // A pass takes the events of [from, end()), and what became of them. All of the pass before is
  // settled.
  void Begin(std::uint64_t from);
  // Nothing that was not taken yet is an event of this pass.
  void End(std::uint64_t end) { end_ = std::min(end_, end); }
  std::uint64_t end() const { return end_; }

  // In sequence order. Begins with the first event received since then; what follows it belongs to
  // it, also where the clock was set back. Outcomes of events before are left out.
  void Take(std::uint64_t sequence, std::string_view record);
  std::vector<std::uint64_t> Open() const;   // ascending
  std::vector<std::uint64_t> Final() const;  // of these, what nothing can change any more
  // Holds one open event against the store's row. Finds the same each time it is asked the same.
  std::vector<Discrepancy> Compare(std::uint64_t sequence, const store::EventRow* row) const;
  // Counts it, with what the store says otherwise.
  void Settle(std::uint64_t sequence, const std::vector<Discrepancy>& found);
  // The sums, and what is named. All is settled.
  AuditReport Conclude();

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
  using Places = std::set<std::uint16_t>;
  struct Offered {
    std::uint64_t events = 0;
    std::vector<std::uint64_t> first;  // at most kDiscrepanciesMax
  };
  void TakeAccess(std::uint64_t sequence);
  void TakeOutcome();
  void TakeOutcome(std::uint64_t sequence);
  bool Settled(std::uint64_t sequence) const;
  void NameMissingVerdicts(std::uint32_t plan, const Places& all);

  const base::Millis since_;
  const std::size_t open_max_;
  std::uint64_t first_ = 0;  // of this pass; 0: no event was received since then yet
  std::uint64_t end_ = kNoEnd;
  bool begun_ = false;
  std::map<std::uint64_t, Known> open_;
  std::vector<bool> settled_;  // from first_ on
  AuditReport report_;
  std::map<std::uint32_t, std::map<Places, Offered>> offered_;  // accepted events, by plan
  journal::EventRecord event_;
  journal::OutcomeRecord outcome_;
  // Re-identifications, of every pass once: who asked and who approved.
  struct Asked {
    std::string role, approver;
  };
  std::map<std::uint64_t, Asked> asked_;
  std::uint64_t begins_ = 0, accesses_through_ = 0;
  base::Millis begins_at_ = 0;
  journal::AccessRecord access_;
};

}  // namespace octroi::gateway
