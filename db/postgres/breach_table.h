// The register of breaches on PostgreSQL.
#pragma once

#include <vector>

#include "store/store.h"
#include "store_postgres/session.h"

namespace octroi::store_postgres {

base::Status AddBreachEntry(Tx& tx, const store::BreachEntry& entry);
std::vector<store::BreachEntry> BreachEntries(Tx& tx);

}  // namespace octroi::store_postgres
