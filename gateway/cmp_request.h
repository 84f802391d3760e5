// ReadCmpMessage: what a consent management platform posts to POST /v1/consents/{source}, as
// consent events of ours. gateway/cmp_choices.h reads its shape.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "crypto/key_ring.h"
#include "gateway/edge.h"
#include "gateway/plan.h"
#include "policies/consent.h"

namespace octroi::gateway {

struct CmpMessage {
  std::vector<policies::ConsentEvent> events;  // complete but for `sequence`; may be none
  std::vector<std::string> unmapped;  // pointers of choices that the config gives no purpose
  std::vector<std::string> not_acts;  // pointers of defaults that nobody chose
};

// All or nothing: fills in `message`, or says what is wrong and where, never a value of the body.
// `source.choices` is there. The same body gives the same event ids, so telling it twice is
// harmless. The body is the evidence, sealed with the first event; the others name that one.
// Refusals beyond cmp_choices.h's: json.*, consent.subject_missing, consent.subject_invalid,
// consent.too_many (413). Any thread.
std::optional<Response> ReadCmpMessage(const Plan& plan, const SourcePlan& source,
                                       std::string_view body, const crypto::KeyRing& keys,
                                       base::Millis recorded_at, CmpMessage& message);

}  // namespace octroi::gateway
