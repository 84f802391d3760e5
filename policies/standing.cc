#include "policies/standing.h"

#include <algorithm>

namespace octroi::policies {
namespace {

using base::Reason;

// Granted, but only after the event happened, is stricter than granted.
int StrictnessOf(const Standing& standing) {
  return Strictness(standing.state) + (standing.after_event ? 1 : 0);
}

bool IsExpired(const ConsentEntry& entry, const PurposeSpec& purpose, base::Millis now) {
  const base::Millis since = base::Millis{entry.since_seconds} * 1000;
  const base::Millis until = base::Millis{entry.until_seconds} * 1000;
  return (until != 0 && now > until) ||
         (purpose.ask_again_after != 0 && now - since > purpose.ask_again_after);
}

// Why a grant is over; kUndecided: it is not.
Reason EndOf(const ConsentEntry& grant, const PurposeSpec& purpose, const PolicySetSpec& spec,
             AgeBand youngest, base::Millis now) {
  if (base::Millis{grant.since_seconds} * 1000 < purpose.refresh_from)
    return Reason::kNoticeChanged;
  const bool grown = youngest == AgeBand::kMinor || youngest == AgeBand::kAdult;
  if (spec.ask_at_digital_age && grant.by_parent && grown) return Reason::kAgeTransition;
  return IsExpired(grant, purpose, now) ? Reason::kConsentExpired : Reason::kUndecided;
}

Standing OfOne(const ConsentEntry& entry, const PurposeSpec& purpose, const PolicySetSpec& spec,
               AgeBand youngest, const DecisionInput& input) {
  Standing standing{entry.state, false, entry.reference, ReasonOf(entry.state)};
  if (entry.state != ConsentState::kGranted) return standing;
  const Reason end = EndOf(entry, purpose, spec, youngest, input.now);
  if (end != Reason::kUndecided) {
    standing.state = ConsentState::kExpired;
    standing.reason = end;
    return standing;
  }
  const base::Millis since = base::Millis{entry.since_seconds} * 1000;
  standing.after_event = purpose.covers != Covers::kSend && since > input.event_time;
  return standing;
}

}  // namespace

base::Reason ReasonOf(ConsentState state) {
  switch (state) {
    case ConsentState::kUnknown:
      return Reason::kConsentUnknown;
    case ConsentState::kRequested:
      return Reason::kConsentRequested;
    case ConsentState::kPending:
      return Reason::kConsentPending;
    case ConsentState::kGranted:
      return Reason::kConsentGranted;
    case ConsentState::kDenied:
      return Reason::kConsentDenied;
    case ConsentState::kWithdrawn:
      return Reason::kConsentWithdrawn;
    case ConsentState::kObjected:
      return Reason::kConsentObjected;
    case ConsentState::kExpired:
      return Reason::kConsentExpired;
    case ConsentState::kInvalidated:
      return Reason::kConsentInvalidated;
    case ConsentState::kRestricted:
      return Reason::kSubjectRestricted;
    case ConsentState::kSuppressed:
      return Reason::kSubjectSuppressed;
    case ConsentState::kLifted:
    case ConsentState::kMerged:
    case ConsentState::kSeparated:
      break;
  }
  return Reason::kUndecided;
}

Standing StandingOf(const PolicySetSpec& spec, std::uint16_t place, AgeBand youngest,
                    const DecisionInput& input, const ConsentIndex& index,
                    const Recipient* recipient) {
  const PurposeSpec& purpose = spec.purposes[place];
  Standing strictest, outside;
  std::uint32_t oldest_grant = UINT32_MAX;
  bool by_parents = true, all_explicit = true;
  for (const ConsentIndex::Subject subject : input.subjects) {
    const ConsentEntry entry = index.Get(subject, place);
    const Standing standing = OfOne(entry, purpose, spec, youngest, input);
    if (standing.state == ConsentState::kGranted) {
      oldest_grant = std::min(oldest_grant, entry.since_seconds);
      by_parents = by_parents && entry.by_parent;
      all_explicit = all_explicit && entry.explicit_word;
    }
    if (recipient != nullptr && entry.limits != nullptr && outside.outside == Reason::kUndecided) {
      outside.outside = Uncovered(*entry.limits, *recipient);
      outside.outside_reference = entry.reference;
    }
    if (StrictnessOf(standing) > StrictnessOf(strictest)) strictest = standing;
  }
  strictest.oldest_grant = oldest_grant;
  strictest.by_parents = by_parents;
  strictest.all_explicit = all_explicit;
  strictest.outside = outside.outside;
  strictest.outside_reference = outside.outside_reference;
  return strictest;
}

AgeBand YoungestOf(const DecisionInput& input, const ConsentIndex& index) {
  AgeBand youngest = AgeBand::kUnknown;
  for (const ConsentIndex::Subject subject : input.subjects)
    youngest = std::max(youngest, index.AgeOf(subject));
  return youngest;
}

// A suppression counts for more than a restriction, of equals the first.
Restraint RestraintOn(const DecisionInput& input, const ConsentIndex& index) {
  Restraint restraint;
  for (const ConsentIndex::Subject subject : input.subjects) {
    const ConsentEntry entry = index.Get(subject, ConsentIndex::kPerson);
    if (entry.state == ConsentState::kUnknown || entry.state == ConsentState::kLifted) continue;
    restraint.since_seconds = std::max(restraint.since_seconds, entry.since_seconds);
    if (restraint.state != ConsentState::kUnknown && entry.state != ConsentState::kSuppressed)
      continue;
    if (restraint.state == ConsentState::kSuppressed) continue;
    restraint.state = entry.state;
    restraint.reference = entry.reference;
  }
  return restraint;
}

}  // namespace octroi::policies
