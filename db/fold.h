// Fold: what a projection means for the tables, whatever database keeps them. The same steps for
// every implementation, so that their sums cannot differ.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/event_chunk.h"
#include "store/flow.h"

namespace octroi::store {

// The tables as one open transaction sees them. An error ends the fold; the caller rolls back.
class FlowTables {
 public:
  virtual ~FlowTables() = default;
  // `states` is empty where no event of the chunk has deliveries.
  virtual base::Status InsertChunk(std::uint64_t first, std::string_view events,
                                   std::string_view states) = 0;
  // The deliveries that could hold this event's: of the last chunk that has any and starts at or
  // before it; `chunk` reads empty if there is none. Returns the first sequence that would have
  // another answer, or an earlier one after this.
  virtual base::Result<std::uint64_t> LoadStates(std::uint64_t sequence, DeliveryChunk& chunk) = 0;
  virtual base::Status SaveStates(const DeliveryChunk& chunk) = 0;
  virtual base::Status Note(const Attention& what) = 0;  // replaces what was noted there
  virtual base::Status Unnote(std::uint64_t sequence, std::uint16_t destination) = 0;
};

// One user at a time; reuse keeps its memory.
class Fold {
 public:
  // Changes of counters, by plan and place, outcome, reason; to be written once per batch. Events
  // of outcome kUndecided stand for all that were received.
  using Deltas = std::map<std::pair<std::uint32_t, Totals::Why>, std::int64_t>;

  // CheckBatch passed. kInvalid: a final outcome would change, or a stored chunk is damaged.
  base::Status Apply(const Projection& batch, FlowTables& tables);
  const Deltas& events() const { return events_; }
  const Deltas& deliveries() const { return deliveries_; }
  std::uint64_t orphans() const { return orphans_; }  // outcomes left out: of nothing that is known

 private:
  base::Status InsertEvents(const std::vector<EventRow>& events, FlowTables& tables);
  base::Status NoteNew(const EventRow& event, FlowTables& tables);
  base::Status ApplyOutcomes(const std::vector<OutcomeUpdate>& outcomes, FlowTables& tables);
  base::Status SaveChunk(FlowTables& tables);
  base::Status Move(const OutcomeUpdate& update, FlowTables& tables);

  Deltas events_, deliveries_;
  std::uint64_t orphans_ = 0;
  std::vector<const OutcomeUpdate*> ordered_;
  DeliveryChunk chunk_;  // the one whose deliveries are being changed
  bool chunk_changed_ = false;
  std::uint64_t chunk_next_ = 0;  // where the chunk after it starts; 0: none is loaded
  std::string packed_;
};

}  // namespace octroi::store
