// What the register says of one person at a moment, as it was known at another (standards.md C2,
// C4). Two times, since a withdrawal may arrive late: `at`, what was true then; `known_at`, of the
// events recorded by then.
//
// The states are those that decisions read: the same fold, the same index, the same expiry. With
// `at` = `known_at` = the moment of a decision it is what that decision read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "crypto/key_ring.h"
#include "gateway/plan.h"
#include "policies/consent.h"
#include "store/store.h"

namespace octroi::gateway {

// The identifiers of one person, {"email": "...", "customer_id": "..."}: dictionary fields that
// some source knows people by, parsed and normalised as events are. kInvalid: the detail names the
// member or the rule, never a value. Any thread.
base::Result<std::vector<policies::Fingerprint>> ReadPersonFile(const Plan& plan,
                                                                std::string_view text,
                                                                const crypto::KeyRing& keys);

struct StateOfPurpose {
  std::string purpose;  // id; kWholePerson: of the person as a whole
  policies::ConsentState state = policies::ConsentState::kUnknown;  // expired too
  std::string reason;      // "consent.granted", "notice.changed"; "": a restriction that was lifted
  base::Millis since = 0;  // 0: unknown. Expired: since it has
  base::Millis until = 0;  // of a grant: when it ends by itself, as known then; 0: never
  std::optional<policies::ConsentEvent> event;  // that decides
  std::size_t events = 0;                       // known then, of all that are linked
};

struct StateOfPerson {
  std::vector<StateOfPurpose> purposes;  // in the plan's order
  StateOfPurpose person;                 // of the person as a whole
  policies::AgeBand age = policies::AgeBand::kUnknown;
  std::size_t subjects = 0;  // persons that stand behind the identifiers (policies/people.h); the
                             // strictest counts where there are several
};

// Everything on file about some identifiers and about those that events link to them. Immutable;
// any thread.
class PersonHistory {
 public:
  // Errors: the store's.
  static base::Result<PersonHistory> Read(store::ConsentStore& store,
                                          std::vector<policies::Fingerprint> person);

  // Of purposes that are in force in `plan`; their terms are the plan's, also in the past.
  StateOfPerson At(const Plan& plan, base::Millis at, base::Millis known_at) const;
  // Those asked about, and those that are linked to them.
  const std::vector<policies::Fingerprint>& identifiers() const { return linked_; }
  // In the order they were recorded, each once.
  const std::vector<policies::ConsentEvent>& events() const { return events_; }

 private:
  std::vector<policies::Fingerprint> person_;  // asked about
  std::vector<policies::Fingerprint> linked_;
  std::vector<policies::ConsentEvent> events_;
};

}  // namespace octroi::gateway
