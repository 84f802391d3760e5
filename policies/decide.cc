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
  Reason reason = Reason::kConsentUnknown;      // what a denial by it says
  std::uint32_t oldest_grant = 0;               // of all subjects, in seconds
  bool by_parents = true, all_explicit = true;  // every grant of them
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

constexpr std::uint16_t kElsewhere = 0xffff;  // a jurisdiction that no purpose names

// One event at one destination, and what holds for all purposes alike.
struct Case {
  const PolicySetSpec& spec;
  const DecisionInput& input;
  const ConsentIndex& index;
  std::uint16_t destination;
  Hold hold;
  AgeBand age = AgeBand::kUnknown;  // the youngest of its subjects
  std::uint16_t jurisdiction = 0;   // of the person; 0: the controller's own
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
  Standing standing{entry.state, false, entry.reference, ReasonOf(entry.state)};
  if (entry.state != ConsentState::kGranted) return standing;
  const base::Millis since = base::Millis{entry.since_seconds} * 1000;
  if (since < purpose.refresh_from || IsExpired(entry, purpose, input.now)) {
    standing.state = ConsentState::kExpired;
    standing.reason =
        since < purpose.refresh_from ? Reason::kNoticeChanged : Reason::kConsentExpired;
    return standing;
  }
  standing.after_event = purpose.covers != Covers::kSend && since > input.event_time;
  return standing;
}

Standing Strictest(const PurposeSpec& purpose, std::uint16_t place, const DecisionInput& input,
                   const ConsentIndex& index) {
  Standing strictest;
  std::uint32_t oldest_grant = UINT32_MAX;
  bool by_parents = true, all_explicit = true;
  for (const ConsentIndex::Subject subject : input.subjects) {
    const ConsentEntry entry = index.Get(subject, place);
    const Standing standing = StandingOf(entry, purpose, input);
    if (standing.state == ConsentState::kGranted) {
      oldest_grant = std::min(oldest_grant, entry.since_seconds);
      by_parents = by_parents && entry.by_parent;
      all_explicit = all_explicit && entry.explicit_word;
    }
    if (Strictness(standing) > Strictness(strictest)) strictest = standing;
  }
  strictest.oldest_grant = oldest_grant;
  strictest.by_parents = by_parents;
  strictest.all_explicit = all_explicit;
  return strictest;
}

AgeBand YoungestOf(const DecisionInput& input, const ConsentIndex& index) {
  AgeBand youngest = AgeBand::kUnknown;
  for (const ConsentIndex::Subject subject : input.subjects)
    youngest = std::max(youngest, index.AgeOf(subject));
  return youngest;
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

Answer JudgeConsent(const PurposeSpec& purpose, const Standing& standing, const Case& c) {
  if (!c.input.identified) return Deny(Reason::kSubjectMissing);
  if (standing.state != ConsentState::kGranted) return Deny(standing.reason, standing.reference);
  if (standing.after_event) return Deny(Reason::kConsentNotAtCollection, standing.reference);
  if (c.age == AgeBand::kChild && !standing.by_parents)
    return Deny(Reason::kAgeParentMissing, standing.reference);
  if (purpose.explicit_only && !standing.all_explicit)
    return Deny(Reason::kConsentNotExplicit, standing.reference);
  return Allow(Reason::kConsentGranted, standing.reference);
}

// Neither a yes nor a no: what a pilot may observe instead of enforcing. Not what was asked again
// and is not answered yet: a no may stand behind it.
bool SaysNothing(Reason reason) {
  return reason == Reason::kSubjectMissing || reason == Reason::kConsentUnknown ||
         reason == Reason::kConsentExpired || reason == Reason::kNoticeChanged ||
         reason == Reason::kConsentNotAtCollection;
}

Answer ObservedConsent(const PurposeSpec& purpose, const Standing& standing, const Case& c) {
  const Answer answer = JudgeConsent(purpose, standing, c);
  const bool observed = c.input.now < c.spec.observe_consent_until && SaysNothing(answer.reason);
  return observed ? Allow(Reason::kConsentObserved, answer.consent) : answer;
}

Answer UnlessObjected(const Standing& standing, Reason basis) {
  if (standing.state != ConsentState::kObjected) return Allow(basis);
  return Deny(Reason::kConsentObjected, standing.reference);
}

Answer JudgeBasis(Basis basis, const PurposeSpec& purpose, const Standing& standing,
                  const Case& c) {
  switch (basis) {
    case Basis::kMissing:
      return Deny(Reason::kBasisMissing);
    case Basis::kConsent:
      return ObservedConsent(purpose, standing, c);
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

Basis BasisIn(const PurposeSpec& purpose, std::uint16_t jurisdiction) {
  for (const JurisdictionBasis& line : purpose.bases) {
    if (line.jurisdiction == jurisdiction) return line.basis;
  }
  return purpose.basis;
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

// Which law besides the controller's own: 0 if the event says none or that one.
std::uint16_t JurisdictionOf(const DecisionInput& input, const PolicySetSpec& spec) {
  if (!spec.jurisdiction_field || spec.jurisdictions.empty()) return 0;
  const std::optional<std::string_view> text = TextOf(input, *spec.jurisdiction_field);
  if (!text) return 0;
  const auto found = std::ranges::find(spec.jurisdictions, *text);
  if (found == spec.jurisdictions.end()) return kElsewhere;
  return static_cast<std::uint16_t>(found - spec.jurisdictions.begin());
}

bool IsOldEnough(const ConditionSpec::Age& age, const Case& c) {
  constexpr int kAdultFrom = 18;
  switch (c.age) {
    case AgeBand::kUnknown:
      return age.assume_adult;
    case AgeBand::kAdult:
      return age.at_least <= kAdultFrom;
    case AgeBand::kMinor:
      return age.at_least <= c.spec.digital_age;
    case AgeBand::kChild:
      return false;
  }
  return false;
}

bool Holds(const ConditionSpec& condition, const Standing& standing, const Case& c) {
  const DecisionInput& input = c.input;
  if (condition.consent) return standing.state == *condition.consent;
  if (condition.subject_age) return IsOldEnough(*condition.subject_age, c);
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
             const Case& c) {
  return std::ranges::all_of(
      conditions, [&](const ConditionSpec& condition) { return Holds(condition, standing, c); });
}

// nullopt: the policy has nothing against it.
std::optional<Reason> Objection(std::uint32_t place, const Standing& standing, const Case& c) {
  const PolicySpec& policy = c.spec.policies[place];
  const std::vector<std::uint16_t>& sources = policy.sources;
  if (!sources.empty() && std::ranges::find(sources, c.input.source) == sources.end()) {
    return std::nullopt;
  }
  const auto failing = std::ranges::find_if_not(
      policy.allow_when,
      [&](const ConditionSpec& condition) { return Holds(condition, standing, c); });
  if (failing == policy.allow_when.end()) return std::nullopt;
  const auto line = std::ranges::find_if(
      policy.otherwise, [&](const OtherwiseSpec& one) { return AllHold(one.when, standing, c); });
  if (line == policy.otherwise.end()) return Reason::kPolicyNotMet;
  if (c.input.decisive != nullptr) {
    c.input.decisive->push_back({place,
                                 static_cast<std::uint32_t>(failing - policy.allow_when.begin()),
                                 static_cast<std::uint32_t>(line - policy.otherwise.begin())});
  }
  return line->reason;
}

// What accompanies the event says no to this purpose here; nullopt: it does not.
std::optional<Reason> Denial(const Case& c, const PurposeSpec& purpose, std::uint16_t place) {
  const Signals& signals = c.input.signals;
  if ((signals.denied_purposes >> place & 1) != 0) return Reason::kSignalDenied;
  for (const base::SignalDenial& denial : signals.denials) {
    if (denial.destination == c.destination && (denial.purposes >> place & 1) != 0)
      return denial.reason;
  }
  if (signals.gpc && purpose.advertising) return Reason::kSignalGpc;
  return std::nullopt;
}

// By the law of the controller and by that of the person; the strictest answers: a denial, else
// what rests on consent.
Answer JudgeLaw(const PurposeSpec& purpose, Basis own, Basis theirs, const Standing& standing,
                const Case& c) {
  const Answer answer = JudgeBasis(own, purpose, standing, c);
  if (!answer.allowed || own == theirs) return answer;
  const Answer other = JudgeBasis(theirs, purpose, standing, c);
  return !other.allowed || theirs == Basis::kConsent ? other : answer;
}

Answer JudgePurpose(const ServedPurpose& served, const Case& c) {
  const PurposeSpec& purpose = c.spec.purposes[served.purpose];
  Standing standing = Strictest(purpose, served.purpose, c.input, c.index);
  const Basis own = BasisIn(purpose, 0), theirs = BasisIn(purpose, c.jurisdiction);
  if (!Spares(c.hold, own, standing) || !Spares(c.hold, theirs, standing))
    return Deny(ReasonOf(c.hold.state), c.hold.reference);
  const std::optional<Reason> denial = Denial(c, purpose, served.purpose);
  if (denial) return Deny(*denial);
  const Answer answer = JudgeLaw(purpose, own, theirs, standing, c);
  if (!answer.allowed) return answer;
  if (answer.reason == Reason::kConsentObserved) standing.state = ConsentState::kGranted;
  for (const std::uint32_t policy : served.policies) {
    const auto objection = Objection(policy, standing, c);
    if (objection) return Deny(*objection);
  }
  return answer;
}

bool MayLeave(const DestinationSpec& destination, base::Millis now) {
  return destination.transfer == Transfer::kNone ||
         (destination.transfer == Transfer::kSafeguard &&
          (destination.safeguard_until == 0 || now <= destination.safeguard_until));
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
  const PolicySetSpec& spec = compiled_->spec;
  const DestinationSpec& receiver = spec.destinations[destination];
  if (!MayLeave(receiver, input.now)) {
    const bool suspended = receiver.transfer == Transfer::kSuspended;
    return Denied(destination,
                  Deny(suspended ? Reason::kTransferSuspended : Reason::kTransferNoSafeguard));
  }

  const Case c{spec,
               input,
               index,
               destination,
               HoldOn(input, index),
               YoungestOf(input, index),
               compiled_->laws_differ ? JurisdictionOf(input, spec) : std::uint16_t{0}};
  std::optional<Answer> first_denial, first_allowance;
  std::uint32_t allowing = 0;
  std::uint32_t allowed_categories = 0;
  for (const ServedPurpose& served : to.serves) {
    const Answer answer = JudgePurpose(served, c);
    std::optional<Answer>& first = answer.allowed ? first_allowance : first_denial;
    if (!first) first = answer;
    if (!answer.allowed) continue;
    allowing |= 1u << served.purpose;
    allowed_categories |= spec.purposes[served.purpose].categories;
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
