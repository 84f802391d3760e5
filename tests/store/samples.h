// Sample rows for the store's tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "store/store.h"

namespace octroi::testing {

inline policies::Fingerprint Print(std::uint8_t who) {
  policies::Fingerprint print{};
  print.fill(who);
  return print;
}

inline policies::ConsentEvent Consent(std::uint64_t sequence, std::vector<std::uint8_t> who,
                                      policies::ConsentState state,
                                      std::string purpose = "marketing.email") {
  policies::ConsentEvent event;
  event.id = "01890a5d-ac96-774b-bcce-" + std::to_string(100'000'000'000 + sequence);
  event.record_id = "record-" + purpose;
  for (const std::uint8_t one : who) event.subject.push_back(Print(one));
  event.purpose = std::move(purpose);
  event.state = state;
  event.effective_at = 1'795'300'000'000 + static_cast<base::Millis>(sequence);
  event.recorded_at = event.effective_at + 7;
  event.valid_until = 1'895'300'000'000;
  event.notice = "newsletter-2026";
  event.source = "site-web";
  event.detail = std::string("sealed\0evidence", 15);
  event.sequence = sequence;
  event.age = policies::AgeBand::kChild;
  event.by_parent = true;
  event.scoped = true;
  event.accounts = 1;
  event.contact_points = who.size() > 1 ? 1 : 0;
  if (state == policies::ConsentState::kGranted)
    event.limits = policies::StoredLimits("controllers=us;vendors=crm,mailer");
  return event;
}

inline bool Equal(const policies::ConsentEvent& a, const policies::ConsentEvent& b) {
  const auto all = [](const policies::ConsentEvent& e) {
    return std::tie(e.id, e.record_id, e.subject, e.purpose, e.state, e.effective_at, e.recorded_at,
                    e.valid_until, e.notice, e.source, e.detail, e.sequence, e.age, e.by_parent,
                    e.explicit_word, e.scoped, e.accounts, e.contact_points);
  };
  return all(a) == all(b) && TextOf(a.limits.get()) == TextOf(b.limits.get());
}

inline store::DeliveryState To(std::uint16_t destination, base::Outcome outcome,
                               base::Reason reason, base::Millis at = 1'000,
                               std::uint32_t attempts = 0, std::uint16_t http_status = 0) {
  return {destination, outcome, reason, attempts, http_status, at};
}

inline store::EventRow EventOf(std::uint64_t sequence, base::Outcome outcome, base::Reason reason,
                               std::vector<store::DeliveryState> deliveries = {}) {
  store::EventRow event;
  event.sequence = sequence;
  event.plan = 1;
  event.source = 2;
  event.outcome = outcome;
  event.reason = reason;
  event.received = 1'000 + static_cast<base::Millis>(sequence);
  event.record = std::string("record\0of", 9) + std::to_string(sequence);
  event.deliveries = std::move(deliveries);
  return event;
}

// Accepted, queued for destinations 0 and 3, withheld from 7.
inline store::EventRow Accepted(std::uint64_t sequence) {
  return EventOf(sequence, base::Outcome::kAccepted, base::Reason::kAccepted,
                 {To(0, base::Outcome::kInFlight, base::Reason::kQueued),
                  To(3, base::Outcome::kInFlight, base::Reason::kQueued),
                  To(7, base::Outcome::kWithheld, base::Reason::kConsentWithdrawn)});
}

inline store::Projection Batch(std::uint64_t through, std::vector<store::EventRow> events,
                               std::vector<store::OutcomeUpdate> outcomes = {}) {
  store::Projection batch;
  batch.through = through;
  batch.events = std::move(events);
  batch.outcomes = std::move(outcomes);
  return batch;
}

}  // namespace octroi::testing
