// Reads the flow tables of one origin.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "store/flow.h"
#include "store_postgres/session.h"

namespace octroi::store_postgres {

std::uint64_t ProjectedThrough(Tx& tx);
base::Result<std::optional<store::EventRow>> FindEvent(Tx& tx, std::uint64_t sequence);
base::Result<std::vector<store::EventRow>> EventPage(Tx& tx, std::uint64_t sequence);
std::map<std::uint32_t, store::Totals> SumByPlan(Tx& tx);
std::map<store::RuleKey, store::RuleCount> RuleCounts(Tx& tx);
std::vector<store::Attention> NeedAttention(Tx& tx, std::size_t limit);
bool AnyKept(Tx& tx, std::uint64_t first, std::uint64_t last, base::Millis since);

}  // namespace octroi::store_postgres
