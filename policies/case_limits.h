// Limits of grants that stand for all others. Internal to policies.
#pragma once

#include <vector>

#include "policies/decision_cases.h"

namespace octroi::policies {

// A grant that is limited covers what would leave, and is as good as one that is not; or it does
// not. One for each way in which the sets and contracts that are asked about can be covered and not
// be covered, but for the way of a grant that is not limited.
std::vector<SharedLimits> LimitsToAsk(const std::vector<const PolicySetSpec*>& sets,
                                      const CasesAsked& asked);

}  // namespace octroi::policies
