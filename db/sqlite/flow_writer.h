// Applies a projection: rows, attention and counters move in one transaction, so that the sums
// always hold.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "store/event_chunk.h"
#include "store/store.h"
#include "store_sqlite/connection.h"

namespace octroi::store_sqlite {

class FlowWriter {
 public:
  base::Status Prepare(Connection& db);
  base::Status Apply(Connection& db, const store::Projection& batch);  // inside a transaction
  base::Status Clear(Connection& db);                                  // inside a transaction

 private:
  // Changes of counters, by plan and place, outcome, reason; written once per batch.
  using Deltas = std::map<std::pair<std::uint32_t, store::Totals::Why>, std::int64_t>;

  base::Result<std::uint64_t> Through(Connection& db);
  base::Status SetThrough(Connection& db, std::uint64_t through);
  base::Status InsertEvents(Connection& db, const std::vector<store::EventRow>& events);
  base::Status InsertChunk(Connection& db, std::span<const store::EventRow> events);
  base::Status Note(Connection& db, const store::Attention& what);
  base::Status NoteNew(Connection& db, const store::EventRow& event);
  base::Status ApplyOutcomes(Connection& db, const std::vector<store::OutcomeUpdate>& outcomes);
  // The chunk that would hold the deliveries of this event, into chunk_.
  base::Status LoadChunk(Connection& db, std::uint64_t sequence);
  base::Status SaveChunk(Connection& db);
  base::Status Move(Connection& db, const store::OutcomeUpdate& update);
  base::Status WriteCounts(Connection& db, Statement& update, Statement& insert,
                           const Deltas& deltas);
  base::Status WriteRules(Connection& db, const std::map<store::RuleKey, store::RuleCount>& rules);
  base::Status WriteOrphans(Connection& db);

  Statement through_, set_through_, insert_chunk_, insert_states_, select_states_, update_states_;
  Statement note_, unnote_, rules_;
  Statement update_events_, insert_events_, update_deliveries_, insert_deliveries_;
  Statement orphans_, set_orphans_;

  // Scratch of one Apply; keeps its memory.
  Deltas events_, deliveries_;
  std::uint64_t orphan_count_ = 0;
  std::vector<const store::OutcomeUpdate*> ordered_;
  store::DeliveryChunk chunk_;  // the one whose deliveries are being changed
  bool chunk_changed_ = false;
  std::uint64_t chunk_next_ = 0;  // the key of the chunk after it
  std::string packed_;
};

}  // namespace octroi::store_sqlite
