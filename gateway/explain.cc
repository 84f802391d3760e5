#include "gateway/explain.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "policies/decide.h"

namespace octroi::gateway {
namespace {

using base::Reason;
using config::Line;
using policies::Basis;
using policies::ConditionSpec;
using policies::ConsentIndex;
using policies::ConsentState;
using Json = nlohmann::ordered_json;

constexpr std::size_t kTogetherMax = 3;     // changes at once: beyond, nobody does them
constexpr std::size_t kCandidatesMax = 24;  // so at most 2,324 decisions
constexpr std::size_t kAnswersMax = 4;

// The event's own fields, but for some.
class Changed final : public base::FieldReader {
 public:
  explicit Changed(const base::FieldReader* fields) : fields_(fields) {}
  void Set(base::FieldId field, std::string_view text) {
    values_[field] = {base::JsonType::kString, {}, text};
  }
  const base::Value& Field(base::FieldId field) const override {
    static const base::Value kAbsent;
    const auto found = values_.find(field);
    if (found != values_.end()) return found->second;
    return fields_ == nullptr ? kAbsent : fields_->Field(field);
  }

 private:
  const base::FieldReader* fields_;
  std::map<base::FieldId, base::Value> values_;
};

Json Shown(const Line& line) {
  return line.file.empty() ? Json() : Json{{"file", line.file}, {"line", line.line}};
}

bool Covers(const std::vector<std::uint16_t>& places, std::uint16_t place) {
  return places.empty() || std::ranges::find(places, place) != places.end();  // empty: all
}

bool ConsentCanHelp(const policies::PurposeSpec& purpose) {
  const auto helps = [](Basis basis) {
    return basis == Basis::kConsent || basis == Basis::kPublicTask ||
           basis == Basis::kLegitimateInterests;
  };
  return helps(purpose.basis) ||
         std::ranges::any_of(purpose.bases, [&](const auto& line) { return helps(line.basis); });
}

// Of the person who stands behind an event without an identifier, if there were one.
constexpr policies::Fingerprint kSomebody{0xff};

std::uint32_t Seconds(base::Millis time) {
  return static_cast<std::uint32_t>(std::max<base::Millis>(time, 0) / 1000);
}

}  // namespace

struct Explainer::Asked {
  const journal::EventRecord& record;
  const base::FieldReader* fields;
  std::uint16_t destination;
};

struct Explainer::Change {
  enum class What { kConsent, kIdentify, kSignal, kLift, kAge, kField } what;
  std::uint16_t purpose = 0;                 // kConsent
  const ConditionSpec* condition = nullptr;  // kField: what it asks
};

Explainer::Explainer(const PastConfig& past, const ConsentIndex& then)
    : past_(past), then_(then), lines_(past.config) {}

base::Verdict Explainer::With(const Asked& asked, const std::vector<const Change*>& changes,
                              std::vector<policies::Decisive>* decisive) const {
  const Plan& plan = *past_.plan;
  const journal::EventRecord& record = asked.record;
  ConsentIndex index(plan.purposes.size());
  for (const policies::Fingerprint& print : record.subject) {
    const auto subject = then_.Find(print);
    if (subject == ConsentIndex::kNobody) continue;
    index.Set(print, ConsentIndex::kPerson, then_.Get(subject, ConsentIndex::kPerson));
    for (std::size_t purpose = 0; purpose < plan.purposes.size(); ++purpose)
      index.Set(print, purpose, then_.Get(subject, purpose));
    index.SetAge(print, then_.AgeOf(subject));
  }
  const base::Millis happened = record.event_time != 0 ? record.event_time : record.received;
  std::vector<policies::Fingerprint> everybody = record.subject;
  policies::DecisionInput input;
  input.source = record.source;
  input.contract = record.contract;
  input.event_time = happened;
  input.now = record.received;
  input.received = record.received;
  input.identified = !everybody.empty();
  input.signals = {record.denied_purposes, record.gpc, record.denials};
  Changed fields(asked.fields);
  for (const Change* change : changes) {
    if (change->what != Change::What::kIdentify || input.identified) continue;
    input.identified = true;
    everybody = {kSomebody};
  }
  for (const Change* change : changes) {
    switch (change->what) {
      case Change::What::kConsent: {
        const auto& purpose = plan.policies->spec().purposes[change->purpose];
        const bool send_only = purpose.covers == policies::Covers::kSend;
        const std::uint32_t since = Seconds(send_only ? record.received : happened);
        for (const policies::Fingerprint& one : everybody)
          index.Set(one, change->purpose, {ConsentState::kGranted, since, 0, 0, true, true});
        break;
      }
      case Change::What::kIdentify:
        break;
      case Change::What::kSignal:
        input.signals = {};
        break;
      case Change::What::kLift:
        for (const policies::Fingerprint& one : everybody)
          index.Set(one, ConsentIndex::kPerson, {ConsentState::kLifted});
        break;
      case Change::What::kAge:
        for (const policies::Fingerprint& one : everybody)
          index.SetAge(one, policies::AgeBand::kAdult);
        break;
      case Change::What::kField:
        if (change->condition->present) fields.Set(*change->condition->present, "x");
        if (change->condition->not_in_list) fields.Set(*change->condition->field, "\x01");
        if (!change->condition->in.empty())
          fields.Set(*change->condition->field, change->condition->in.front());
        break;
    }
  }
  const std::vector<ConsentIndex::Subject> subjects = index.SubjectsOf(everybody);
  input.subjects = subjects;
  input.fields = &fields;
  input.decisive = decisive;
  return plan.policies->Decide(input, asked.destination, index);
}

std::vector<Explainer::Change> Explainer::Changes(const Asked& asked) const {
  const policies::PolicySetSpec& spec = past_.plan->policies->spec();
  std::vector<Change> changes;
  if (asked.record.subject.empty()) changes.push_back({Change::What::kIdentify});
  const auto& served = spec.destinations[asked.destination].purposes;
  for (const std::uint16_t purpose : served) {
    if (ConsentCanHelp(spec.purposes[purpose]))
      changes.push_back({Change::What::kConsent, purpose});
  }
  if (asked.record.gpc || asked.record.denied_purposes != 0 || !asked.record.denials.empty())
    changes.push_back({Change::What::kSignal});
  bool held = false, aged = false;
  for (const auto& print : asked.record.subject) {
    const auto hold = then_.Get(then_.Find(print), ConsentIndex::kPerson).state;
    held = held || hold == ConsentState::kRestricted;
  }
  if (held) changes.push_back({Change::What::kLift});
  for (const policies::PolicySpec& policy : spec.policies) {
    const bool applies = Covers(policy.sources, asked.record.source) &&
                         Covers(policy.destinations, asked.destination) &&
                         std::ranges::any_of(served, [&](std::uint16_t purpose) {
                           return Covers(policy.purposes, purpose);
                         });
    if (!applies) continue;
    for (const ConditionSpec& condition : policy.allow_when) {
      aged = aged || condition.subject_age;
      const bool settable = condition.present || (condition.field && !condition.in_list);
      if (settable) changes.push_back({Change::What::kField, 0, &condition});
    }
  }
  if (aged) changes.push_back({Change::What::kAge});
  if (changes.size() > kCandidatesMax) changes.resize(kCandidatesMax);
  return changes;
}

Line Explainer::DecidedBy(const Asked& asked, const base::Verdict& verdict) const {
  const Plan& plan = *past_.plan;
  const policies::PolicySetSpec& spec = plan.policies->spec();
  const std::string_view destination = plan.destinations[asked.destination].id;
  const std::string_view source = plan.sources[asked.record.source].id;
  std::string_view purpose;  // the one that gave the reason: the first, of those that allow if any
  for (const std::uint16_t place : spec.destinations[asked.destination].purposes) {
    const bool gave = !verdict.allowed || (verdict.purposes >> place & 1) != 0;
    if (purpose.empty() && gave) purpose = plan.purposes[place];
  }
  switch (verdict.reason) {
    case Reason::kDestinationNotDeclared:
      return lines_.Of("Destination", destination, {"receives"});
    case Reason::kPurposeUnknown:
      return lines_.Of("Destination", destination, {"purposes"});
    case Reason::kTransferSuspended:
      return lines_.OfGateway({"transfers", "suspended"});
    case Reason::kTransferNoSafeguard:
      return lines_.Of("Destination", destination, {"recipient", "safeguard_until"});
    case Reason::kSubjectMissing:
      return lines_.Of("Source", source, {"subject"});
    case Reason::kSignalDenied:
    case Reason::kTcfVendorNotDisclosed:
    case Reason::kTcfVendorNotConsented:
    case Reason::kTcfPurposeNotConsented:
    case Reason::kTcfRestricted:
      return lines_.Of("Source", source, {"consent"});
    case Reason::kNoticeChanged:
      return lines_.Of("Purpose", purpose, {"consent", "refresh_from"});
    case Reason::kConsentExpired:
      return lines_.Of("Purpose", purpose, {"consent", "ask_again_after"});
    case Reason::kAgeTransition:
      return lines_.OfGateway({"jurisdiction", "at_digital_age"});
    case Reason::kHoldConsentUnknown:
      return lines_.Of("Purpose", purpose, {"consent", "if_unknown"});
    case Reason::kHoldExpired:
      return lines_.Of("Purpose", purpose, {"consent", "hold_for"});
    case Reason::kVariantCounted:
      return lines_.Of("Purpose", purpose, {"leaves"});
    case Reason::kConsentNotExplicit:
      return lines_.Of("Purpose", purpose, {"special_categories"});
    case Reason::kConsentControllerNotListed:
      return lines_.OfGateway({"controller"});
    case Reason::kConsentVendorNotListed:
      return lines_.Of("Destination", destination, {"recipient"});
    case Reason::kConsentCategoryNotListed:
    case Reason::kFieldsNone:
      return lines_.Of("Purpose", purpose, {"register", "categories"});
    case Reason::kConsentObserved:
      return lines_.OfGateway({"observe", "consent"});
    default:
      return lines_.Of("Purpose", purpose, {"legal_basis"});
  }
}

// The smallest sets of changes that would have let it leave, in the order of `changes`.
std::vector<std::vector<const Explainer::Change*>> Explainer::Smallest(
    const Asked& asked, const std::vector<Change>& changes) const {
  std::vector<std::vector<const Change*>> found;
  for (std::size_t size = 1; size <= kTogetherMax && size <= changes.size(); ++size) {
    std::vector<bool> chosen(changes.size());
    std::fill_n(chosen.begin(), size, true);
    do {
      std::vector<const Change*> set;
      for (std::size_t i = 0; i < changes.size(); ++i) {
        if (chosen[i]) set.push_back(&changes[i]);
      }
      if (With(asked, set).allowed) found.push_back(std::move(set));
    } while (found.size() < kAnswersMax && std::prev_permutation(chosen.begin(), chosen.end()));
    if (!found.empty()) break;
  }
  return found;
}

Json Explainer::Named(const Change& change) const {
  const Plan& plan = *past_.plan;
  switch (change.what) {
    case Change::What::kConsent:
      return {{"do", "consent"}, {"purpose", plan.purposes[change.purpose]}};
    case Change::What::kIdentify:
      return {{"do", "identify"}};
    case Change::What::kSignal:
      return {{"do", "signal"}};
    case Change::What::kLift:
      return {{"do", "lift"}};
    case Change::What::kAge:
      return {{"do", "age"}};
    case Change::What::kField:
      break;
  }
  const ConditionSpec& asks = *change.condition;
  Json named{{"do", "field"}, {"field", plan.fields[asks.present ? *asks.present : *asks.field]}};
  if (!asks.in.empty()) named["in"] = asks.in;
  if (asks.not_in_list) named["not_in_list"] = true;
  return named;
}

Json Explainer::Delivery(const journal::EventRecord& record, const base::FieldReader* fields,
                         std::uint16_t destination) const {
  const Asked asked{record, fields, destination};
  const policies::PolicySetSpec& spec = past_.plan->policies->spec();
  const auto was = std::ranges::find(record.verdicts, destination, &base::Verdict::destination);
  if (was == record.verdicts.end() || destination >= spec.destinations.size())
    return Json::object();
  std::vector<policies::Decisive> decisive;
  const base::Verdict again = With(asked, {}, &decisive);
  if (again.allowed != was->allowed || again.reason != was->reason)
    return {{"decided_by", nullptr}};  // the payload is gone, and the answer hung on it
  const auto line = std::ranges::find_if(decisive, [&](const policies::Decisive& one) {
    return spec.policies[one.policy].otherwise[one.otherwise].reason == again.reason;
  });
  Json found;
  if (!again.allowed && line != decisive.end()) {
    const policies::PolicySpec& policy = spec.policies[line->policy];
    found["decided_by"] = {{"file", policy.file},
                           {"line", policy.otherwise[line->otherwise].line},
                           {"condition", policy.allow_when[line->condition].line}};
  } else {
    found["decided_by"] = Shown(DecidedBy(asked, again));
  }
  if (again.allowed) return found;
  const std::vector<Change> changes = Changes(asked);
  found["would_change"] = Json::array();
  for (const auto& set : Smallest(asked, changes)) {
    Json together = Json::array();
    for (const Change* change : set) together.push_back(Named(*change));
    found["would_change"].push_back(std::move(together));
  }
  return found;
}

Json Explainer::Rules(const journal::EventRecord& record) const {
  const Plan& plan = *past_.plan;
  Json rules = Json::array();
  if (record.contract >= plan.contracts.size() || !plan.contracts[record.contract].contract)
    return rules;
  const ContractPlan& contract = plan.contracts[record.contract];
  const auto& declared = contract.contract->spec().rules;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    if ((record.failed >> i & 1) == 0) continue;
    Json rule = Shown(lines_.OfRule(contract.name, declared[i].id));
    if (!rule.is_object()) continue;
    rule["rule"] = declared[i].id;
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace octroi::gateway
