#include "policies/decide.h"

#include <algorithm>

#include "policies/compiled_policies.h"

namespace octroi::policies {
namespace {

using base::Reason;

// What the register says about one purpose of one event: the strictest of its subjects.
struct Standing {
  ConsentState state = ConsentState::kUnknown;  // at td
  bool after_event = false;                     // granted, but only after the event happened
  std::uint32_t reference = 0;
  std::uint32_t oldest_grant = 0;  // of all subjects, in seconds
};

// What is in force against the person as a whole; kUnknown: nothing.
struct Hold {
  ConsentState state = ConsentState::kUnknown;
  std::uint32_t since_seconds = 0;  // the latest of all subjects
  std::uint32_t reference = 0;
};

struct Answer {
  bool allowed = false;
  Reason reason = Reason::kUndecided;
  std::uint32_t consent = 0;
};

Answer Allow(Reason reason, std::uint32_t consent = 0) { return {true, reason, consent}; }
Answer Deny(Reason reason, std::uint32_t consent = 0) { return {false, reason, consent}; }

int Strictness(const Standing& standing) {
  switch (standing.state) {
    case ConsentState::kUnknown:
      return 0;  // says nothing: any other wins
    case ConsentState::kGranted:
      return standing.after_event ? 2 : 1;
    case ConsentState::kRequested:
      return 3;
    case ConsentState::kPending:
      return 4;
    case ConsentState::kExpired:
      return 5;
    case ConsentState::kInvalidated:
      return 6;
    case ConsentState::kDenied:
      return 7;
    case ConsentState::kObjected:
      return 8;
    case ConsentState::kWithdrawn:
    case ConsentState::kRestricted:  // never of one purpose: Validate
    case ConsentState::kLifted:
    case ConsentState::kSuppressed:
      return 9;
  }
  return 9;
}

Reason ReasonOf(ConsentState state) {
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
      break;
  }
  return Reason::kUndecided;
}

bool IsExpired(const ConsentEntry& entry, const PurposeSpec& purpose, base::Millis now) {
  const base::Millis since = base::Millis{entry.since_seconds} * 1000;
  const base::Millis until = base::Millis{entry.until_seconds} * 1000;
  return (until != 0 && now > until) ||
         (purpose.ask_again_after != 0 && now - since > purpose.ask_again_after);
}

Standing StandingOf(const ConsentEntry& entry, const PurposeSpec& purpose,
                    const DecisionInput& input) {
  if (entry.state != ConsentState::kGranted) return {entry.state, false, entry.reference, 0};
  if (IsExpired(entry, purpose, input.now))
    return {ConsentState::kExpired, false, entry.reference, 0};
  const bool after_event = base::Millis{entry.since_seconds} * 1000 > input.event_time;
  return {ConsentState::kGranted, purpose.covers != Covers::kSend && after_event, entry.reference,
          entry.since_seconds};
}

Standing Strictest(const PurposeSpec& purpose, std::uint16_t place, const DecisionInput& input,
                   const ConsentIndex& index) {
  Standing strictest;
  std::uint32_t oldest_grant = UINT32_MAX;
  for (const ConsentIndex::Subject subject : input.subjects) {
    const Standing standing = StandingOf(index.Get(subject, place), purpose, input);
    if (standing.state == ConsentState::kGranted)
      oldest_grant = std::min(oldest_grant, standing.oldest_grant);
    if (Strictness(standing) > Strictness(strictest)) strictest = standing;
  }
  strictest.oldest_grant = oldest_grant;
  return strictest;
}

// A suppression counts for more than a restriction, of equals the first.
Hold HoldOn(const DecisionInput& input, const ConsentIndex& index) {
  Hold hold;
  for (const ConsentIndex::Subject subject : input.subjects) {
    const ConsentEntry entry = index.Get(subject, ConsentIndex::kPerson);
    if (entry.state == ConsentState::kUnknown || entry.state == ConsentState::kLifted) continue;
    hold.since_seconds = std::max(hold.since_seconds, entry.since_seconds);
    if (hold.state != ConsentState::kUnknown && entry.state != ConsentState::kSuppressed) continue;
    if (hold.state == ConsentState::kSuppressed) continue;
    hold.state = entry.state;
    hold.reference = entry.reference;
  }
  return hold;
}

bool Spares(const Hold& hold, Basis basis, const Standing& standing) {
  if (hold.state == ConsentState::kUnknown) return true;
  if (basis == Basis::kVitalInterests) return hold.state == ConsentState::kRestricted;
  return basis == Basis::kConsent && standing.state == ConsentState::kGranted &&
         standing.oldest_grant > hold.since_seconds;
}

Answer JudgeConsent(const Standing& standing, bool identified) {
  if (!identified) return Deny(Reason::kSubjectMissing);
  if (standing.state != ConsentState::kGranted) {
    return Deny(ReasonOf(standing.state), standing.reference);
  }
  if (standing.after_event) return Deny(Reason::kConsentNotAtCollection, standing.reference);
  return Allow(Reason::kConsentGranted, standing.reference);
}

// Neither a yes nor a no: what a pilot may observe instead of enforcing. Not what was asked again
// and is not answered yet: a no may stand behind it.
bool SaysNothing(Reason reason) {
  return reason == Reason::kSubjectMissing || reason == Reason::kConsentUnknown ||
         reason == Reason::kConsentExpired || reason == Reason::kConsentNotAtCollection;
}

Answer UnlessObjected(const Standing& standing, Reason basis) {
  if (standing.state != ConsentState::kObjected) return Allow(basis);
  return Deny(Reason::kConsentObjected, standing.reference);
}

Answer JudgeBasis(Basis basis, const Standing& standing, bool identified) {
  switch (basis) {
    case Basis::kMissing:
      return Deny(Reason::kBasisMissing);
    case Basis::kConsent:
      return JudgeConsent(standing, identified);
    case Basis::kContract:
      return Allow(Reason::kBasisContract);
    case Basis::kLegalObligation:
      return Allow(Reason::kBasisLegalObligation);
    case Basis::kVitalInterests:
      return Allow(Reason::kBasisVitalInterests);
    case Basis::kPublicTask:
      return UnlessObjected(standing, Reason::kBasisPublicTask);
    case Basis::kLegitimateInterests:
      return UnlessObjected(standing, Reason::kBasisLegitimateInterests);
  }
  return Deny(Reason::kBasisMissing);
}

// The text of a string, number or boolean; nothing for all else.
std::optional<std::string_view> TextOf(const DecisionInput& input, base::FieldId field) {
  if (input.fields == nullptr) return std::nullopt;
  const base::Value& value = input.fields->Field(field);
  switch (value.type) {
    case base::JsonType::kBool:
    case base::JsonType::kInteger:
    case base::JsonType::kDecimal:
    case base::JsonType::kString:
      return value.text;
    case base::JsonType::kAbsent:
    case base::JsonType::kNull:
    case base::JsonType::kArray:
    case base::JsonType::kObject:
      break;
  }
  return std::nullopt;
}

bool Holds(const ConditionSpec& condition, const Standing& standing, const DecisionInput& input) {
  if (condition.consent) return standing.state == *condition.consent;
  if (condition.subject_age) return condition.subject_age->assume_adult;
  if (condition.present) {
    return input.fields != nullptr && input.fields->Field(*condition.present).present();
  }
  const std::optional<std::string_view> text = TextOf(input, *condition.field);
  if (!text) return false;
  if (condition.in_list) return condition.in_list->Has(*text);
  if (condition.not_in_list) return !condition.not_in_list->Has(*text);
  return std::binary_search(condition.in.begin(), condition.in.end(), *text);
}

bool AllHold(const std::vector<ConditionSpec>& conditions, const Standing& standing,
             const DecisionInput& input) {
  return std::ranges::all_of(conditions, [&](const ConditionSpec& condition) {
    return Holds(condition, standing, input);
  });
}

// nullopt: the policy has nothing against it.
std::optional<Reason> Objection(const PolicySetSpec& spec, std::uint32_t place,
                                const Standing& standing, const DecisionInput& input) {
  const PolicySpec& policy = spec.policies[place];
  const std::vector<std::uint16_t>& sources = policy.sources;
  if (!sources.empty() && std::ranges::find(sources, input.source) == sources.end()) {
    return std::nullopt;
  }
  const auto failing = std::ranges::find_if_not(
      policy.allow_when,
      [&](const ConditionSpec& condition) { return Holds(condition, standing, input); });
  if (failing == policy.allow_when.end()) return std::nullopt;
  const auto line = std::ranges::find_if(policy.otherwise, [&](const OtherwiseSpec& one) {
    return AllHold(one.when, standing, input);
  });
  if (line == policy.otherwise.end()) return Reason::kPolicyNotMet;
  if (input.decisive != nullptr) {
    input.decisive->push_back({place,
                               static_cast<std::uint32_t>(failing - policy.allow_when.begin()),
                               static_cast<std::uint32_t>(line - policy.otherwise.begin())});
  }
  return line->reason;
}

Answer JudgePurpose(const PolicySetSpec& spec, const ServedPurpose& served,
                    const DecisionInput& input, const Hold& hold, const ConsentIndex& index) {
  const PurposeSpec& purpose = spec.purposes[served.purpose];
  Standing standing = Strictest(purpose, served.purpose, input, index);
  if (!Spares(hold, purpose.basis, standing)) return Deny(ReasonOf(hold.state), hold.reference);
  if (input.signals.denied_purposes >> served.purpose & 1) return Deny(Reason::kSignalDenied);
  if (input.signals.gpc && purpose.advertising) return Deny(Reason::kSignalGpc);
  Answer answer = JudgeBasis(purpose.basis, standing, input.identified);
  if (!answer.allowed && input.now < spec.observe_consent_until && SaysNothing(answer.reason)) {
    answer = Allow(Reason::kConsentObserved, answer.consent);
    standing = {ConsentState::kGranted, false, standing.reference, 0};
  }
  if (!answer.allowed) return answer;
  for (const std::uint32_t policy : served.policies) {
    const auto objection = Objection(spec, policy, standing, input);
    if (objection) return Deny(*objection);
  }
  return answer;
}

// nullopt: it does not receive the contract.
std::optional<std::uint32_t> ReceivedCategories(const CompiledDestination& destination,
                                                std::uint16_t contract) {
  std::optional<std::uint32_t> categories;
  for (const ReceivedContract& received : destination.receives) {
    if (received.contract == contract) {
      categories = categories.value_or(0) | received.categories;
    }
  }
  return categories;
}

base::Verdict Denied(std::uint16_t destination, const Answer& answer) {
  return {destination, false, answer.reason, 0, answer.consent};
}

}  // namespace

base::Verdict PolicySet::Decide(const DecisionInput& input, std::uint16_t destination,
                                const ConsentIndex& index) const {
  const auto& destinations = compiled_->destinations;
  if (destination >= destinations.size() || !destinations[destination].in_force) {
    return Denied(destination, Deny(Reason::kDestinationNotDeclared));
  }
  const CompiledDestination& to = destinations[destination];
  const std::optional<std::uint32_t> received = ReceivedCategories(to, input.contract);
  if (!received) return Denied(destination, Deny(Reason::kDestinationNotDeclared));
  if (!to.purposes_in_force) return Denied(destination, Deny(Reason::kPurposeUnknown));

  const Hold hold = HoldOn(input, index);
  std::optional<Answer> first_denial, first_allowance;
  std::uint32_t allowing = 0;
  std::uint32_t allowed_categories = 0;
  for (const ServedPurpose& served : to.serves) {
    const Answer answer = JudgePurpose(compiled_->spec, served, input, hold, index);
    std::optional<Answer>& first = answer.allowed ? first_allowance : first_denial;
    if (!first) first = answer;
    if (!answer.allowed) continue;
    allowing |= 1u << served.purpose;
    allowed_categories |= compiled_->spec.purposes[served.purpose].categories;
  }
  if (!first_allowance) return Denied(destination, *first_denial);
  if ((*received & allowed_categories) == 0) return Denied(destination, Deny(Reason::kFieldsNone));
  return {destination, true, first_allowance->reason, allowing, first_allowance->consent};
}

ConsentState PolicySet::StateOf(const DecisionInput& input, std::uint16_t purpose,
                                const ConsentIndex& index) const {
  const auto& purposes = compiled_->spec.purposes;
  if (purpose >= purposes.size()) return ConsentState::kUnknown;
  return Strictest(purposes[purpose], purpose, input, index).state;
}

}  // namespace octroi::policies
