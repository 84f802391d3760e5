// The counters of a projection: written once per batch, in its transaction.
#pragma once

#include <map>

#include "store/fold.h"
#include "store_postgres/session.h"

namespace octroi::store_postgres {

void WriteCounts(Tx& tx, const store::Fold& fold,
                 const std::map<store::RuleKey, store::RuleCount>& rules);

}  // namespace octroi::store_postgres
