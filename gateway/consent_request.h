// One posted consent event, read. POST /v1/consents, standards.md C1.
//   {"subject": {"email": "...", "customer_id": "..."}, "purpose": "marketing.email", "state":
//   "granted",
//    "effective_at": "2026-11-21T09:00:00Z", "notice": "newsletter-v4", "id": "...", "evidence":
//    {...}}
// Subject members are identifier fields of the source. A member that is not read is refused, since
// it might restrict. A grant needs a notice and evidence. Identifiers become fingerprints, what was
// posted is sealed: nothing in clear leaves this function.
#pragma once

#include <string_view>
#include <variant>

#include "base/clock.h"
#include "crypto/key_ring.h"
#include "gateway/edge.h"
#include "gateway/gate.h"
#include "gateway/plan.h"
#include "policies/consent.h"

namespace octroi::gateway {

// The event, without its sequence; or the Problem that answers. The same `id` of the same source
// makes the same event id. Any thread.
std::variant<policies::ConsentEvent, Response> ReadConsent(const Plan& plan,
                                                           const SourcePlan& source,
                                                           const Gate& gate,
                                                           const crypto::KeyRing& keys,
                                                           base::Millis now, std::string_view body);

}  // namespace octroi::gateway
