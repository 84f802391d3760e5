#include "policies/decide.h"

#include <algorithm>

#include "policies/compiled_policies.h"
#include "policies/standing.h"

namespace octroi::policies {
namespace {

using base::Reason;

// For one purpose. Of several laws the strictest counts, of several purposes the mildest: what is
// held may still leave as it is, and is counted once it may not.
enum class Says {
  kDeny,
  kCount,  // allowed, but only as one of many
  kHold,   // nobody has answered yet, and its purpose waits for that
  kAllow,
};
struct Answer {
  Says says = Says::kDeny;
  Reason reason = Reason::kUndecided;
  std::uint32_t consent = 0;
  bool allowed() const { return says == Says::kAllow; }
};

constexpr std::uint16_t kElsewhere = 0xffff;  // a jurisdiction that no purpose names

// One event at one destination, and what holds for all purposes alike.
struct Case {
  const PolicySetSpec& spec;
  const DecisionInput& input;
  const ConsentIndex& index;
  std::uint16_t destination;
  std::uint32_t received;  // data categories of the contract
  Restraint restraint;
  AgeBand age = AgeBand::kUnknown;  // the youngest of its subjects
  std::uint16_t jurisdiction = 0;   // of the person; 0: the controller's own
};

Answer Allow(Reason reason, std::uint32_t consent = 0) { return {Says::kAllow, reason, consent}; }
Answer Deny(Reason reason, std::uint32_t consent = 0) { return {Says::kDeny, reason, consent}; }

bool Spares(const Restraint& restraint, Basis basis, const Standing& standing) {
  if (restraint.state == ConsentState::kUnknown) return true;
  if (basis == Basis::kVitalInterests) return restraint.state == ConsentState::kRestricted;
  return basis == Basis::kConsent && standing.state == ConsentState::kGranted &&
         standing.oldest_grant > restraint.since_seconds;
}

Answer JudgeConsent(const PurposeSpec& purpose, const Standing& standing, const Case& c) {
  if (!c.input.identified) return Deny(Reason::kSubjectMissing);
  if (standing.state != ConsentState::kGranted) return Deny(standing.reason, standing.reference);
  if (standing.after_event) return Deny(Reason::kConsentNotAtCollection, standing.reference);
  if (c.age == AgeBand::kChild && !standing.by_parents)
    return Deny(Reason::kAgeParentMissing, standing.reference);
  if (purpose.explicit_only && !standing.all_explicit)
    return Deny(Reason::kConsentNotExplicit, standing.reference);
  if (standing.outside != Reason::kUndecided)
    return Deny(standing.outside, standing.outside_reference);
  return Allow(Reason::kConsentGranted, standing.reference);
}

// Neither a yes nor a no: what a pilot may observe instead of enforcing. Not what was asked again
// and is not answered yet: a no may stand behind it.
bool SaysNothing(Reason reason) {
  return reason == Reason::kSubjectMissing || reason == Reason::kConsentUnknown ||
         reason == Reason::kConsentExpired || reason == Reason::kNoticeChanged ||
         reason == Reason::kAgeTransition || reason == Reason::kConsentNotAtCollection;
}

// What takes more than a word is enforced whatever is on file.
bool IsObserved(const PurposeSpec& purpose, Reason reason, const Case& c) {
  return c.input.now < c.spec.observe_consent_until && SaysNothing(reason) &&
         !purpose.explicit_only && c.age != AgeBand::kChild;
}

bool IsUnanswered(Reason reason) {
  return reason == Reason::kConsentUnknown || reason == Reason::kConsentRequested ||
         reason == Reason::kConsentPending;
}

// What is noted instead of enforced, and what waits, is judged as if a grant came: not where it is
// known that one is for others.
Answer ConsentOrWait(const PurposeSpec& purpose, const Standing& standing, const Case& c) {
  const Answer answer = JudgeConsent(purpose, standing, c);
  const bool observed = IsObserved(purpose, answer.reason, c);
  if (!observed && (purpose.hold_for == 0 || !IsUnanswered(answer.reason))) return answer;
  if (standing.outside != Reason::kUndecided)
    return Deny(standing.outside, standing.outside_reference);
  if (observed) return Allow(Reason::kConsentObserved, answer.consent);
  if (c.input.now - c.input.received > purpose.hold_for)
    return Deny(Reason::kHoldExpired, answer.consent);
  return {Says::kHold, Reason::kHoldConsentUnknown, answer.consent};
}

// A grant lifts an objection for those alone that it is for.
Answer UnlessObjected(const Standing& standing, Reason basis) {
  if (standing.state == ConsentState::kObjected)
    return Deny(Reason::kConsentObjected, standing.reference);
  if (standing.outside != Reason::kUndecided)
    return Deny(standing.outside, standing.outside_reference);
  return Allow(basis);
}

Answer JudgeBasis(Basis basis, const PurposeSpec& purpose, const Standing& standing,
                  const Case& c) {
  switch (basis) {
    case Basis::kMissing:
      return Deny(Reason::kBasisMissing);
    case Basis::kConsent:
      return ConsentOrWait(purpose, standing, c);
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

// Whether any of the person's identifiers is on the list; one that is not there says nothing.
bool PersonHolds(const ConditionSpec& condition, const DecisionInput& input) {
  bool known = false, listed = false;
  for (const base::FieldId field : condition.person) {
    const std::optional<std::string_view> text = TextOf(input, field);
    if (!text) continue;
    known = true;
    listed = listed || (condition.in_list ? condition.in_list : condition.not_in_list)->Has(*text);
  }
  return known && listed == (condition.in_list != nullptr);
}

bool Holds(const ConditionSpec& condition, const Standing& standing, const Case& c) {
  const DecisionInput& input = c.input;
  if (condition.consent) {
    const bool granted = *condition.consent == ConsentState::kGranted;
    return standing.state == *condition.consent &&
           (!granted || standing.outside == Reason::kUndecided);
  }
  if (condition.subject_age) return IsOldEnough(*condition.subject_age, c);
  if (condition.present) {
    return input.fields != nullptr && input.fields->Field(*condition.present).present();
  }
  if (!condition.person.empty()) return PersonHolds(condition, input);
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

// By the law of the controller and by that of the person; the strictest answers: a denial, then
// what waits, then what rests on consent.
Answer JudgeLaw(const PurposeSpec& purpose, Basis own, Basis theirs, const Standing& standing,
                const Case& c) {
  const Answer answer = JudgeBasis(own, purpose, standing, c);
  if (answer.says == Says::kDeny || own == theirs) return answer;
  const Answer other = JudgeBasis(theirs, purpose, standing, c);
  if (other.says != answer.says) return other.says < answer.says ? other : answer;
  return theirs == Basis::kConsent ? other : answer;
}

// What the policies say, given what the register says, or would if a grant came.
std::optional<Reason> Objection(const ServedPurpose& served, const Standing& standing,
                                const Case& c) {
  for (const std::uint32_t policy : served.policies) {
    if (const auto objection = Objection(policy, standing, c)) return objection;
  }
  return std::nullopt;
}

Answer JudgePurpose(const ServedPurpose& served, const Case& c) {
  const PurposeSpec& purpose = c.spec.purposes[served.purpose];
  const DestinationSpec& to = c.spec.destinations[c.destination];
  const Recipient recipient{c.spec.controller, to.vendor, to.decides,
                            purpose.categories & c.received, c.spec.categories};
  Standing standing = StandingOf(c.spec, served.purpose, c.age, c.input, c.index, &recipient);
  const Basis own = BasisIn(purpose, 0), theirs = BasisIn(purpose, c.jurisdiction);
  if (!Spares(c.restraint, own, standing) || !Spares(c.restraint, theirs, standing))
    return Deny(ReasonOf(c.restraint.state), c.restraint.reference);
  const std::optional<Reason> denial = Denial(c, purpose, served.purpose);
  if (denial) return Deny(*denial);
  const Answer answer = JudgeLaw(purpose, own, theirs, standing, c);
  if (answer.says == Says::kDeny) return answer;
  const bool waits = answer.says == Says::kHold;
  if (waits || answer.reason == Reason::kConsentObserved) standing.state = ConsentState::kGranted;
  if (const auto objection = Objection(served, standing, c)) return Deny(*objection);
  if (waits || purpose.leaves != Variant::kCounted) return answer;
  return {Says::kCount, Reason::kVariantCounted, answer.consent};
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
               *received,
               RestraintOn(input, index),
               YoungestOf(input, index),
               compiled_->laws_differ ? JurisdictionOf(input, spec) : std::uint16_t{0}};
  Answer mildest;
  std::uint32_t purposes = 0, categories = 0;  // of those that say the same
  for (const ServedPurpose& served : to.serves) {
    const Answer answer = JudgePurpose(served, c);
    const bool milder = answer.says > mildest.says;
    if (milder) purposes = categories = 0;
    if (milder || mildest.reason == Reason::kUndecided) mildest = answer;
    if (answer.says == Says::kDeny || answer.says != mildest.says) continue;
    purposes |= 1u << served.purpose;
    categories |= spec.purposes[served.purpose].categories;
  }
  if (mildest.says == Says::kDeny) return Denied(destination, mildest);
  if (mildest.says != Says::kCount && (*received & categories) == 0)
    return Denied(destination, Deny(Reason::kFieldsNone));
  return {destination, mildest.allowed(), mildest.reason, purposes, mildest.consent};
}

ConsentState PolicySet::StateOf(const DecisionInput& input, std::uint16_t purpose,
                                const ConsentIndex& index) const {
  const auto& purposes = compiled_->spec.purposes;
  if (purpose >= purposes.size()) return ConsentState::kUnknown;
  const AgeBand youngest = YoungestOf(input, index);
  return StandingOf(compiled_->spec, purpose, youngest, input, index, nullptr).state;
}

}  // namespace octroi::policies
