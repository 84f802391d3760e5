// What accompanies an event and speaks of consent: a TC or GPP string, the categories of a CMP,
// Google's consent mode. It can only deny (standards.md C3 step 5, C6): whatever is absent, cannot
// be read or is not valid leaves the decision to the register.
#pragma once

#include <string_view>

#include "base/event.h"
#include "base/metrics.h"
#include "gateway/plan.h"
#include "journal/records.h"

namespace octroi::gateway {

// Adds to `record` what the signals of its source deny: denied_purposes, gpc, denials. `at`: the
// instant that a TC string must be valid at. What is set aside is counted in `metrics` (null:
// nowhere) as octroi_signals_ignored, by source and reason; nothing of it is kept.
//
// An object that is there but cannot be read denies all that it could have spoken about. A string
// is set aside as a whole (C4 19). Allocates only for a TC or GPP string. One thread for a record;
// total, but for std::bad_alloc.
void ReadSignals(const Plan& plan, const SourcePlan& source, const base::Event& event,
                 base::Millis at, base::Metrics* metrics, journal::EventRecord& record);

}  // namespace octroi::gateway
