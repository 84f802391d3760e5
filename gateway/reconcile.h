// Reconcile: what a source says it sent, held against what was received. The source's own export,
// event by event: each is found by its message id, as the gate remembers it (or by its bytes, where
// it has none), and what became of it is counted. Named by its place in the export and our event
// id, never by a value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/event_reader.h"
#include "gateway/plan.h"
#include "journal/journal.h"
#include "store/store.h"

namespace octroi::gateway {

inline constexpr std::size_t kOddLinesMax = 1'000;  // named; all are counted

struct Reconciliation {
  enum class What {
    kMissing,     // we have no decision on it
    kDiffering,   // we have one under its id, about other bytes
    kUnreadable,  // no event of the source: we could not have taken it
    kRepeated,    // stands in the export before
  };
  struct Line {
    std::uint64_t number = 0;  // in the export, from 1
    What what = What::kMissing;
    std::uint64_t sequence = 0;  // of ours; 0: none
  };
  std::uint64_t exported = 0, found = 0, missing = 0, differing = 0, unreadable = 0, repeated = 0;
  std::uint64_t not_exported = 0;  // ours of that source and time, not in the export
  std::map<base::Outcome, std::uint64_t> outcomes;                             // of what was found
  std::map<std::uint16_t, std::map<base::Outcome, std::uint64_t>> deliveries;  // by destination
  std::uint64_t not_projected = 0;  // found, its deliveries not in the store yet
  std::vector<Line> lines;          // what does not add up
  bool holds() const { return missing == 0 && differing == 0 && unreadable == 0; }
};

// `events`: the texts of the export, in order. Against what was received from `since` on. Reads
// the journal and the store; remembers of them what the export names, however much was received.
// Errors: theirs.
base::Result<Reconciliation> Reconcile(const journal::Journal& journal, store::FlowStore& store,
                                       const GateKeys& keys, const Plan& plan, std::uint16_t source,
                                       const std::vector<std::string_view>& events,
                                       base::Millis since);

std::string ReconciliationJson(const Reconciliation& result, const std::string& origin,
                               const Plan& plan, std::uint16_t source);

}  // namespace octroi::gateway
