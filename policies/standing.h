// What the register says of one event's people: of one purpose, and of the person as a whole. What
// follows from it is decide.cc's. Private to this module.
#pragma once

#include <cstdint>

#include "policies/decide.h"

namespace octroi::policies {

// What the register says about one purpose of one event: the strictest of its subjects.
struct Standing {
  ConsentState state = ConsentState::kUnknown;  // at td
  bool after_event = false;                     // granted, but only after the event happened
  std::uint32_t reference = 0;
  base::Reason reason = base::Reason::kConsentUnknown;  // what a denial by it says
  std::uint32_t oldest_grant = 0;                       // of all subjects, in seconds
  bool by_parents = true, all_explicit = true;          // every grant of them
  // Of the grants that say for whom and for what they are, expired or not, the first that this is
  // not among; kUndecided: none.
  base::Reason outside = base::Reason::kUndecided;
  std::uint32_t outside_reference = 0;
};

// What is in force against the person as a whole; kUnknown: nothing.
struct Restraint {
  ConsentState state = ConsentState::kUnknown;
  std::uint32_t since_seconds = 0;  // the latest of all subjects
  std::uint32_t reference = 0;
};

// Pure, without allocation; any thread. `recipient`: who would receive, nullptr if nobody asks.
Standing StandingOf(const PolicySetSpec& spec, std::uint16_t purpose, AgeBand youngest,
                    const DecisionInput& input, const ConsentIndex& index,
                    const Recipient* recipient);
AgeBand YoungestOf(const DecisionInput& input, const ConsentIndex& index);
Restraint RestraintOn(const DecisionInput& input, const ConsentIndex& index);
base::Reason ReasonOf(ConsentState state);

}  // namespace octroi::policies
