// What every implementation of the ports shares: the rules of a projection, not how it is kept.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policies/consent.h"
#include "store/breaches.h"
#include "store/flow.h"
#include "store/tokens.h"

namespace octroi::store {

// Whether the batch follows on what is projected, and each event is whole (FlowStore::Apply).
// kInvalid.
base::Status CheckBatch(const Projection& batch, std::uint64_t projected_through);

// Whether another outcome of the delivery may follow: it is under way, or can be replayed.
bool MayChange(base::Outcome outcome);
// Moves a delivery on. True: `current` is now `next`; false: the same final outcome again, nothing
// changed. kInvalid: a final outcome would change, or `next` is not an outcome of a delivery.
base::Result<bool> Advance(DeliveryState& current, const DeliveryState& next);

// Counting into the totals of one plan. Events of outcome kUndecided stand for all that were
// received.
void CountEvents(Totals& totals, const Totals::Why& what, std::uint64_t n);
void CountDeliveries(Totals& totals, const Totals::Why& what, std::uint64_t n);
// Last: every destination of a plan is offered what the plan's sources accepted.
void OfferAccepted(Totals& totals);
Totals Merged(const std::map<std::uint32_t, Totals>& plans);

// Whether an event given again under its id is the one that is stored. What the journal and the
// sealing add (sequence, detail, recorded_at) may differ.
bool SameConsent(const policies::ConsentEvent& stored, const policies::ConsentEvent& given);
// kInvalid: no id, or no subject.
base::Status CheckConsents(std::span<const policies::ConsentEvent> events);
// kInvalid: no domain, or a row without a box.
base::Status CheckTokens(std::string_view domain, std::span<const TokenRow> rows);
// kInvalid: no id, or no place.
base::Status CheckBreach(const BreachEntry& entry);
// What an append came to. kInvalid is an answer to who recorded the consent, so only the store's
// own word for it (`refused`) stays one: what a driver calls invalid (a privilege or a table that
// is missing, a damaged file) is mended here, not there, and is kUnavailable.
base::Status Appended(base::Status done, bool refused);

}  // namespace octroi::store
