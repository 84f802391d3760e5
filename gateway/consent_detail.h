// What a consent event says beside what is decided on: what exactly was shown, how the answer was
// collected, the evidence, where it is withdrawn. standards.md C1; consent-record.schema.json.
//
// Read strictly before the event is recorded; kept in the event's sealed body, on the journal and
// in the store; read again from there for who asks what the register knows.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/key_ring.h"
#include "gateway/edge.h"
#include "gateway/plan.h"
#include "policies/consent.h"

namespace octroi::gateway {

// Reads the members `notice`, `collection`, `evidence`, `withdrawal_method`, `source`, `record_id`,
// `replaces`, `validity.until_event`, `schema_version`, `tenant`, `jurisdiction` and `lawful_basis`
// of `body`, which was parsed strictly before. Sets the event's notice and, if `record_id` is
// given, its record id; its state and purpose are set. Or says what is wrong, by a pointer that
// names no value: a 422.
//
// `notice` is the id alone, or {id, version, language, digest}: then the config must know exactly
// that text. So nothing cites a text that was never shown. Any thread.
std::optional<Response> ReadDetail(const Plan& plan, std::string_view body,
                                   policies::ConsentEvent& event);

// The same members as they were recorded, from the sealed body, and `actor`'s kind; nothing of
// whom the event is about. Free text and free-form evidence stay sealed. Empty object: the body
// says none of them. `unreadable` is true in it if these keys do not open the body. Any thread.
nlohmann::ordered_json DetailOf(const crypto::KeyRing& keys, const policies::ConsentEvent& event);

}  // namespace octroi::gateway
