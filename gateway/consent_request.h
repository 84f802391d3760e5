// ReadConsent: one consent event as POST /v1/consents takes it, read strictly. Also what
// `octroi simulate --consents` reads.
//
//   {"subject": {"email": "...", "customer_id": "..."}, "purpose": "marketing.email", "state":
//   "granted", "effective_at": "2026-11-21T09:00:00Z", "notice": "newsletter-v4", "id": "...",
//   "validity": {"duration": "P13M"}, "evidence": {...}, "explicit": true,
//   "actor": {"kind": "data_subject_and_parent"}}
//
// What else it may say of its proof (notice with its digest, collection, evidence as a list):
// consent_detail.h. `subject` may also say `age_band`. A child's grant needs its parent (GDPR 8);
// where the controller is in FR, both (LIL art. 45).
//
// `scope` says what was answered for: {"kind": "account" | "device" | "contact_point", "ref",
// "cross_device_disclosed"} (CNIL 2025-131; policies/people.h).
//
// or, of the person as a whole (GDPR 17, 18, 21): {"subject": {...}, "purpose": "*", "state":
// "restricted" | "suppressed" | "lifted" (with "informed_at", 18(3)), "effective_at": ...}
//
// or, of who is whom: {"subject": {"customer_id": "1"}, "with": {"customer_id": "2"}, "purpose":
// "*", "state": "merged" | "separated", "effective_at": ...}; account identifiers only.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "crypto/key_ring.h"
#include "gateway/edge.h"
#include "gateway/plan.h"
#include "policies/consent.h"

namespace octroi::gateway {

// Fills in `event`, complete but for `sequence`; or says what is wrong with it, naming the member,
// never its value. Subject members are identifier fields of the source. A member that is not read
// is refused, since it might restrict. A grant needs a notice and evidence. The same `id` gives the
// same event id; without one it is random. Any thread.
std::optional<Response> ReadConsent(const Plan& plan, const SourcePlan& source,
                                    std::string_view body, const crypto::KeyRing& keys,
                                    base::Millis recorded_at, policies::ConsentEvent& event);

}  // namespace octroi::gateway
