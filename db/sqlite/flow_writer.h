// Applies a projection: rows, attention and counters move in one transaction, so that the sums
// always hold.
#pragma once

#include "store/fold.h"
#include "store/store.h"
#include "store_sqlite/connection.h"
#include "store_sqlite/quality_tables.h"
#include "store_sqlite/task_table.h"

namespace octroi::store_sqlite {

class FlowWriter final : store::FlowTables {
 public:
  base::Status Prepare(Connection& db);
  base::Status Apply(Connection& db, const store::Projection& batch);  // inside a transaction
  base::Status Clear(Connection& db);                                  // inside a transaction

 private:
  base::Status InsertChunk(std::uint64_t first, std::string_view events,
                           std::string_view states) override;
  base::Result<std::uint64_t> LoadStates(std::uint64_t sequence,
                                         store::DeliveryChunk& chunk) override;
  base::Status SaveStates(const store::DeliveryChunk& chunk) override;
  base::Status Note(const store::Attention& what) override;
  base::Status Unnote(std::uint64_t sequence, std::uint16_t destination) override;

  base::Result<std::uint64_t> Through();
  base::Status SetThrough(std::uint64_t through);
  base::Status WriteCounts(Statement& update, Statement& insert, const store::Fold::Deltas& deltas);
  base::Status WriteRules(const std::map<store::RuleKey, store::RuleCount>& rules);
  base::Status WriteOrphans();
  base::Status Done(Run& run);

  Statement through_, set_through_, insert_chunk_, insert_states_, select_states_, update_states_;
  Statement note_, unnote_, rules_;
  Statement update_events_, insert_events_, update_deliveries_, insert_deliveries_;
  Statement orphans_, set_orphans_;
  QualityWriter quality_;

  Connection* db_ = nullptr;  // during Apply
  store::Fold fold_;
  TaskWriter tasks_;
};

}  // namespace octroi::store_sqlite
