// Decide: may this event reach this destination now, for which purposes, and why.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/event.h"
#include "base/result.h"
#include "base/words.h"
#include "policies/consent.h"
#include "policies/policy_spec.h"

namespace octroi::policies {

// What accompanies the event. It can only make an answer stricter.
struct Signals {
  std::uint32_t denied_purposes = 0;                 // bits of purposes that it denies
  bool gpc = false;                                  // Sec-GPC: 1
  std::span<const base::SignalDenial> denials = {};  // of single destinations, in any order
};

// What a policy said against one purpose at one destination: places in the PolicySetSpec.
struct Decisive {
  std::uint32_t policy = 0;
  std::uint32_t condition = 0;  // of allow_when: the first that did not hold
  std::uint32_t otherwise = 0;  // the line that gave the reason
};

struct DecisionInput {
  std::uint16_t source = 0;
  std::uint16_t contract = 0;
  base::Millis event_time = 0;  // te; the time of receipt where the event says none
  base::Millis now = 0;         // td
  base::Millis received = 0;    // what is held is held from then on
  std::span<const ConsentIndex::Subject> subjects;  // every subject its identifiers lead to
  bool identified = false;                          // at least one valid identifier
  Signals signals;
  const base::FieldReader* fields = nullptr;
  std::vector<Decisive>* decisive = nullptr;  // for who asks why: each is appended
};

// Policies in force, compiled. Immutable; safe from any thread. Total: every input has an answer,
// and an index out of range denies.
class PolicySet {
 public:
  // kInvalid: index out of range, more than kPurposesMax purposes, a condition that asks nothing or
  // more than one thing, a policy whose last `otherwise` line is not without condition.
  static base::Result<PolicySet> Compile(PolicySetSpec spec);
  PolicySet(PolicySet&&) noexcept;
  PolicySet& operator=(PolicySet&&) noexcept;
  ~PolicySet();

  // Pure: no clock, no I/O, no locks beyond the index's own. Never allocates, but for `decisive`.
  //
  // Judged in this order; the first line that applies decides (standards.md C3):
  //   1 destination not in force, or it does not receive the contract  destination.not_declared
  //   2 it serves no purpose, or a purpose is not in force             purpose.unknown
  //     it is outside the EEA, and the safeguard that it rests on is
  //     suspended | none, or over (GDPR 44)  transfer.suspended | transfer.no_safeguard
  //   the person's processing is restricted, or the person is suppressed: denied for every purpose
  //   p but where each grant to p is newer (basis consent); a restriction spares vital interests
  //   (Art. 18(2))                          subject.restricted | subject.suppressed
  //   per purpose p that it serves, strictest subject wins:
  //   3 the accompanying signal denies p                               signal.denied
  //     it denies p at this destination                                the denial's own
  //   4 Sec-GPC and p is advertising                                   signal.gpc
  //   5 basis consent, and no valid identifier                         subject.missing
  //     basis consent, state s at td of each subject:  not granted     consent.<s>
  //       granted, before the purpose's terms changed                  notice.changed
  //       granted by a parent, and the person known to have reached
  //       the digital age since, where the config wants it asked again age.transition
  //       granted, older than its validity                             consent.expired
  //       covers capture or both, granted after te                     consent.not_at_collection
  //       a subject is a child, and a grant not by its parent          age.parent_missing
  //       special categories, and a grant not explicit                 consent.not_explicit
  //       a grant that names controllers, recipients or data
  //       categories, and this is none of them (grant_limits.h) consent.controller_not_listed
  //           | consent.vendor_not_listed | consent.category_not_listed
  //     legitimate interests or public task (Art. 21), objected        consent.objected
  //       or a grant since that names others alone                     as above
  //     no basis                                                       basis.missing
  //     The basis is the one of the controller's jurisdiction; if the event names another one, of
  //     that too: what one of them denies is denied, and of two that allow, consent is cited.
  //     While consent is observed, what 5 denies because nothing says yes (subject.missing,
  //     consent.unknown, expired, not_at_collection, notice.changed, age.transition) is judged on
  //     as if it were granted, and allowed as consent.observed. What says no is enforced all the
  //     same, and so is what takes more than a word: a known child, special categories.
  //     Else, if p holds what nobody has answered (consent.unknown, requested, pending), it is
  //     judged on as if it were granted: held until hold_for after receipt
  //                                                                    hold.consent_unknown
  //     and after that denied                                          hold.expired
  //   6 every policy that applies to (source, destination, p):
  //       some allow_when does not hold                    reason of the first `otherwise` line
  //   7 p allows                                           allow: consent.granted | basis.<b>
  //     only a count of many (Variant::kCounted)                       variant.counted
  //   8 no received category is among the allowing (or holding) purposes'  fields.none
  // Several purposes: allowed if one allows, else held if one holds, else counted if one counts
  // (reason and `purposes`: of those that say so, the reason of the first in the destination's
  // order); else the reason of the first purpose. What is held or counted is not `allowed`.
  //
  // Strictest subject: withdrawn, objected, denied, invalidated, expired, pending, requested,
  // granted after te, granted. A subject without an entry for p says nothing, unless none has one:
  // then consent.unknown. So a grant allows only if no linked subject restricts (C4 10, 11). Of
  // equals the first given decides.
  //
  // Validity ends after its last second: a grant given at t for d milliseconds allows at t + d, not
  // later. The verdict cites the entry that decided (basis consent, and objections). A denial names
  // no purposes; what is held or counted names those that wait or count.
  base::Verdict Decide(const DecisionInput& input, std::uint16_t destination,
                       const ConsentIndex& index) const;

  // What the register says of one purpose for the subjects of `input`: the state that Decide judges
  // by, the strictest of them at `now`. Restrictions of the person as a whole are not in it.
  // Unknown for a purpose out of range.
  ConsentState StateOf(const DecisionInput& input, std::uint16_t purpose,
                       const ConsentIndex& index) const;

  const PolicySetSpec& spec() const;

 private:
  PolicySet();
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace octroi::policies
