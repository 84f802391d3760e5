// The second decision, at the moment of sending: with the plan in force now and consent as it is
// now. It may only tighten what was decided at admission.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gateway/plan.h"
#include "journal/records.h"
#include "policies/consent.h"

namespace octroi::gateway {

struct Leave {
  bool allowed = false;
  base::Reason reason = base::Reason::kUndecided;
  std::uint64_t consent = 0;   // the consent event that decided
  std::uint32_t purposes = 0;  // allowed then and now
  policies::Extent extent;     // of those purposes: what may leave
  std::string_view event;      // its name in the plan
};

// What the policies say now, asked for those purposes only. Pure. Beyond their own reasons:
// destination.removed.
base::Verdict DecideNow(const Plan& plan, std::uint16_t destination,
                        const policies::ConsentIndex& index, const journal::EventRecord& record,
                        const base::FieldReader& fields, base::Millis now,
                        std::uint32_t purposes = ~std::uint32_t{0});

// The same of what admission allowed, or held and was released since (hold_desk.h): nobody else
// comes here with what was held. What waits again now is withheld.
// Pure. Beyond the policies' own reasons: destination.removed (a hole, or no policies at all),
// event.unknown (the plan no longer has the source or its event), fields.none (no purpose, or no
// field, is left of both decisions).
Leave DecideAgain(const Plan& plan, std::uint16_t destination, const policies::ConsentIndex& index,
                  const journal::EventRecord& record, const base::FieldReader& fields,
                  base::Millis now);

// Adds what was allowed to leave to a batch that was begun for the destination, as
// Pseudonymizer::Add does, with its errors. `purposes` is scratch that the batch refers to: it
// lives until the batch was finished.
base::Status AddLeaving(const Plan& plan, std::uint16_t destination, std::uint64_t sequence,
                        const journal::EventRecord& record, const base::FieldReader& fields,
                        const Leave& leave, std::vector<std::string_view>& purposes,
                        policies::ProtectedBatch& batch);

}  // namespace octroi::gateway
