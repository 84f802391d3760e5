// Audit: promise 1 by id. Reads the journal, which is what happened, a second time and on its own,
// and holds the store against it, event by event and delivery by delivery; the sums are checked for
// each minute, source and destination. What does not add up is named.
#pragma once

#include "base/result.h"
#include "gateway/auditor.h"
#include "journal/journal.h"

namespace octroi::gateway {

// Audits what was received since then and is projected, while the gateway runs or not. What the
// store says later than the journal was read is read again before it is named. Memory: the
// auditor's, however much was received. Errors: the store's or the journal's.
base::Result<AuditReport> Audit(const journal::Journal& journal, store::FlowStore& store,
                                Auditor auditor);

}  // namespace octroi::gateway
