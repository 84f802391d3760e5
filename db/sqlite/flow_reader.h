// The flow projection as it is read.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "store/store.h"
#include "store_sqlite/connection.h"
#include "store_sqlite/quality_tables.h"

namespace octroi::store_sqlite {

class FlowReader {
 public:
  base::Status Prepare(Connection& db);
  base::Result<std::uint64_t> Through(Connection& db);
  base::Result<std::optional<store::EventRow>> Find(Connection& db, std::uint64_t sequence);
  base::Result<std::vector<store::EventRow>> Page(Connection& db, std::uint64_t sequence);
  // Adds to `plans`. Inside a transaction, so that both sums are of one moment.
  base::Status SumByPlan(Connection& db, std::map<std::uint32_t, store::Totals>& plans);
  base::Result<std::map<store::RuleKey, store::RuleCount>> Rules(Connection& db);
  QualityReader& quality() { return quality_; }
  base::Result<std::vector<store::Attention>> NeedAttention(Connection& db, std::size_t limit);
  base::Result<bool> AnyKept(Connection& db, std::uint64_t first, std::uint64_t last,
                             base::Millis since);

 private:
  Statement through_, find_, page_, event_counts_, delivery_counts_, rules_, attention_, kept_;
  QualityReader quality_;
};

}  // namespace octroi::store_sqlite
