// What every door of the consent register makes alike: whom an event is about, its ids, and how a
// refusal is said. Of the doors alone (consent_request.h, cmp_request.h).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key_ring.h"
#include "gateway/edge.h"
#include "gateway/plan.h"
#include "policies/consent.h"

namespace octroi::gateway {

// A Problem that names a place of the body by RFC 6901, never a value of it.
Response RefusedConsent(std::string_view code, std::string_view pointer, int status = 422);

struct Identified {
  policies::Fingerprint print;
  policies::Scope scope;
};

// Every identifier of the source that `parsed` holds, in the source's order; or what is wrong, at
// the place that `pointer_of` says an identifier stands.
std::optional<Response> ReadPerson(const SourcePlan& source, const base::Event& parsed,
                                   const crypto::KeyRing& keys,
                                   const std::function<std::string(base::FieldId)>& pointer_of,
                                   std::vector<Identified>& person);

// Which of them the event, whose state and purpose are set, is about: sets its subject, what they
// are of, and its record id. What was said of an account counts for it and its contact points, of a
// contact point or a device for that alone. Not said: a yes never reaches a device from an account
// or an address, a no counts for all. False: none of them is of that scope.
bool SetSubject(const crypto::KeyRing& keys, const std::vector<Identified>& person,
                std::optional<policies::Scope> said, policies::ConsentEvent& event);

// UUIDv7 whose time is when the person acted: the same door, source, name and instant give the
// same id.
std::string ConsentEventId(const crypto::KeyRing& keys, std::string_view door,
                           std::string_view source, std::string_view name,
                           base::Millis effective_at);
// UUIDv4 of the (person, purpose) record of TS 27560.
std::string ConsentRecordId(const crypto::KeyRing& keys, std::string_view purpose,
                            const policies::Fingerprint& person);

}  // namespace octroi::gateway
