// What a verdict of admission begins as: the one place that knows what is held, counted, withheld.
#pragma once

#include "base/words.h"

namespace octroi::gateway {

// Kept back until its person answers, and in flight meanwhile (hold_desk.h).
inline bool IsHeld(const base::Verdict& verdict) {
  return !verdict.allowed && verdict.reason == base::Reason::kHoldConsentUnknown;
}

inline base::Outcome OutcomeOf(const base::Verdict& verdict) {
  return verdict.allowed || IsHeld(verdict) ? base::Outcome::kInFlight : base::Outcome::kWithheld;
}

}  // namespace octroi::gateway
