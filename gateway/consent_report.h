// What the register says of a person, as JSON: the one form that `--json` prints and that the text
// for people is made from. No identifier of the person is in it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "crypto/hmac.h"
#include "crypto/key_ring.h"
#include "gateway/config/register_facts.h"
#include "gateway/consent_state.h"
#include "gateway/plan.h"

namespace octroi::gateway {

// The prefix and 26 characters of Crockford's base 32: 130 bits of the digest.
std::string ShortId(std::string_view prefix, const crypto::Digest& digest);

// "s_" and 26 characters: what stands for the person outside the register. Derived under a storage
// key from the identifier that was on file first, so it stays the same and tells nothing; without
// the key nobody can relate it. "": nothing is on file.
std::string HandleOf(const crypto::KeyRing& keys, const PersonHistory& history);

// One event of the register: what was said, when, where, under which notice.
nlohmann::ordered_json RegisterEvent(const crypto::KeyRing& keys,
                                     const policies::ConsentEvent& event);

// docs/FORMATS.md, *The register*. `known`: whether anything at all is on file.
nlohmann::ordered_json StateReport(const Plan& plan, const crypto::KeyRing& keys,
                                   const PersonHistory& history, base::Millis at,
                                   base::Millis known_at);

// Consent records of ISO/IEC TS 27560 as JSON-LD in the terms of DPV, as known at `known_at`: one
// for each record id, every event of it as a status. With `receipt`, the receipt that holds a copy
// of them, under a fresh id. What the config and the events do not say is left out of a record and
// named in "missing" (beside the JSON-LD): nothing is invented.
nlohmann::ordered_json ConsentRecords(const Plan& plan, const config::RegisterFacts& facts,
                                      const crypto::KeyRing& keys, const PersonHistory& history,
                                      base::Millis known_at, bool receipt);

}  // namespace octroi::gateway
