// The quality counters (store/quality.h) as tables of one origin. Throw what libpqxx throws.
#pragma once

#include "store/quality.h"
#include "store_postgres/session.h"

namespace octroi::store_postgres {

base::Status AddQuality(Tx& tx, const store::QualityCounts& counts);
base::Status ReadQuality(Tx& tx, base::Millis since, base::Millis until,
                         store::QualityCounts& into);

}  // namespace octroi::store_postgres
