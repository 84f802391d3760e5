#include "decide_world.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>

namespace octroi::policies {
namespace {

using base::Reason;

constexpr std::uint32_t kContact = 1, kNavigation = 2;
constexpr std::uint16_t kNoPlace = 99;

template <class Names>
std::uint16_t PlaceIn(const Names& names, const std::string& what, const std::string& name) {
  const auto found = std::ranges::find(names, name);
  if (found == std::end(names)) BadWord(what, name);
  return static_cast<std::uint16_t>(found - std::begin(names));
}

constexpr const char* kFields[] = {"country", "email", "customer", "phone"};
base::FieldId FieldOf(const std::string& name) { return PlaceIn(kFields, "field", name); }

std::vector<PurposeSpec> Purposes() {
  const auto purpose = [](std::string id, Basis basis, Covers covers, base::Millis lives,
                          std::uint32_t categories) {
    const bool advertising = id.starts_with("advertising");
    return PurposeSpec{std::move(id), basis, covers, lives * 1000, categories, advertising};
  };
  PurposeSpec survey = purpose("survey", Basis::kContract, Covers::kBoth, 100, kContact);
  survey.bases = {{0, Basis::kLegitimateInterests}, {1, Basis::kConsent}};
  PurposeSpec health = purpose("health", Basis::kConsent, Covers::kBoth, 100, kContact);
  health.explicit_only = true;
  PurposeSpec offers = purpose("offers", Basis::kConsent, Covers::kBoth, 0, kContact);
  offers.refresh_from = 30'000;
  PurposeSpec chat = purpose("chat", Basis::kConsent, Covers::kSend, 100, kContact);
  chat.hold_for = 30'000;
  PurposeSpec poll = purpose("poll", Basis::kContract, Covers::kBoth, 0, kContact);
  poll.bases = {{1, Basis::kConsent}};
  poll.hold_for = 30'000;
  PurposeSpec measuring = purpose("measuring", Basis::kLegitimateInterests, Covers::kBoth, 0, 0);
  measuring.leaves = Variant::kCounted;
  PurposeSpec tally = purpose("tally", Basis::kConsent, Covers::kSend, 100, kContact);
  tally.hold_for = 30'000;
  tally.leaves = Variant::kCounted;
  return {
      purpose("newsletter", Basis::kConsent, Covers::kBoth, 100, kContact),
      purpose("recording", Basis::kConsent, Covers::kCapture, 100, kContact | kNavigation),
      purpose("calling", Basis::kConsent, Covers::kSend, 100, kContact),
      purpose("loyalty", Basis::kConsent, Covers::kBoth, 0, kContact),
      purpose("advertising.basic", Basis::kConsent, Covers::kBoth, 100, kNavigation),
      purpose("delivery", Basis::kContract, Covers::kBoth, 0, kContact),
      purpose("tax", Basis::kLegalObligation, Covers::kBoth, 0, kContact),
      purpose("emergency", Basis::kVitalInterests, Covers::kBoth, 0, kContact),
      purpose("census", Basis::kPublicTask, Covers::kBoth, 0, kContact),
      purpose("fraud", Basis::kLegitimateInterests, Covers::kBoth, 0, kContact),
      purpose("advertising.house", Basis::kLegitimateInterests, Covers::kBoth, 0, kContact),
      purpose("baseless", Basis::kMissing, Covers::kBoth, 0, kContact),
      survey,
      health,
      offers,
      chat,
      poll,
      measuring,
      tally,
      purpose("", Basis::kContract, Covers::kBoth, 0, kContact),  // "gone"
  };
}

class Set final : public NamedList {
 public:
  explicit Set(const std::set<std::string, std::less<>>& values)
      : values_(values.begin(), values.end()) {}
  bool Has(std::string_view value) const override {
    return std::ranges::binary_search(values_, value);
  }
  std::span<const std::string> Values() const override { return values_; }

 private:
  std::vector<std::string> values_;
};

ConditionSpec InCountry(std::vector<std::string> countries) {
  ConditionSpec condition;
  condition.field = FieldOf("country");
  condition.in = std::move(countries);
  return condition;
}

ConditionSpec Present(const std::string& field) {
  ConditionSpec condition;
  condition.present = FieldOf(field);
  return condition;
}

ConditionSpec Listed(const std::string& field, bool in, std::set<std::string, std::less<>> list) {
  ConditionSpec condition;
  condition.field = FieldOf(field);
  (in ? condition.in_list : condition.not_in_list) = std::make_shared<Set>(std::move(list));
  return condition;
}

// Of the person, by whatever identifier it is known by.
ConditionSpec PersonListed(bool in, std::set<std::string, std::less<>> list) {
  ConditionSpec condition = Listed("email", in, std::move(list));
  condition.field.reset();
  condition.person = {FieldOf("email"), FieldOf("customer")};
  return condition;
}

ConditionSpec Consent(ConsentState state) {
  ConditionSpec condition;
  condition.consent = state;
  return condition;
}

ConditionSpec Age(int at_least, bool assume_adult) {
  ConditionSpec condition;
  condition.subject_age = ConditionSpec::Age{at_least, assume_adult};
  return condition;
}

PolicySpec Policy(const std::string& name) {
  const auto newsletter = PurposePlace("newsletter");
  const auto simple = [&](ConditionSpec condition, Reason reason = Reason::kPolicyNotMet) {
    return PolicySpec{name, {newsletter}, {}, {}, {std::move(condition)}, {{{}, reason}}};
  };
  if (name == "french") return simple(InCountry({"FR", "BE"}));
  if (name == "not-opposed") return simple(Listed("email", false, {"max@example.org"}));
  if (name == "customers") return simple(Listed("customer", true, {"17"}));
  if (name == "opted-in") return simple(PersonListed(false, {"max@example.org", "17"}));
  if (name == "members") return simple(PersonListed(true, {"max@example.org", "17"}));
  if (name == "reachable") return simple(Present("phone"), Reason::kSubjectMissing);
  if (name == "adults") return simple(Age(15, true), Reason::kAgeUnknown);
  if (name == "proven-adults") return simple(Age(18, false), Reason::kAgeUnknown);
  PolicySpec policy = simple(InCountry({"FR"}));
  if (name == "web-only") {
    policy.sources = {SourcePlace("web")};
  } else if (name == "crm-only") {
    policy.purposes = {PurposePlace("delivery")};
    policy.destinations = {DestinationPlace("crm")};
  } else if (name == "strict") {
    policy.purposes.clear();
    policy.allow_when.push_back(Present("phone"));
  } else if (name == "with-consent") {
    policy.purposes.clear();
    policy.allow_when = {Consent(ConsentState::kGranted)};
    policy.otherwise = {{{Consent(ConsentState::kWithdrawn)}, Reason::kConsentWithdrawn},
                        {{Consent(ConsentState::kExpired)}, Reason::kConsentExpired},
                        {{InCountry({"CH"})}, Reason::kBasisMissing},
                        {{}, Reason::kPolicyNotMet}};
  } else {
    BadWord("policy", name);
  }
  return policy;
}

}  // namespace

std::string Trim(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == text.npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(' ') - first + 1));
}

std::vector<std::string> Parts(std::string_view text, char separator) {
  std::vector<std::string> parts;
  const std::string whole = Trim(text);
  if (whole.empty() || whole == "nothing" || whole == "none") return parts;
  for (std::size_t from = 0; from <= whole.size();) {
    const std::size_t to = std::min(whole.find(separator, from), whole.size());
    parts.push_back(Trim(std::string_view(whole).substr(from, to - from)));
    from = to + 1;
  }
  return parts;
}

void BadWord(const std::string& what, const std::string& word) {
  std::cerr << "decide.cases: no such " << what << ": '" << word << "'\n";
  std::exit(2);
}

std::uint16_t PurposePlace(const std::string& name) {
  std::vector<std::string> names;
  for (const PurposeSpec& purpose : Purposes()) names.push_back(purpose.id);
  return PlaceIn(names, "purpose", name == "gone" ? "" : name);
}

std::string PurposeNames(std::uint32_t bits) {
  std::string names;
  const std::vector<PurposeSpec> purposes = Purposes();
  for (std::size_t at = 0; at < purposes.size(); ++at) {
    if (bits >> at & 1) names += (names.empty() ? "" : ", ") + purposes[at].id;
  }
  return names;
}

std::uint16_t DestinationPlace(const std::string& name) {
  if (name == "none") return kNoPlace;
  return PlaceIn(std::vector<std::string>{"crm", "mailer", "removed"}, "destination", name);
}

std::uint16_t ContractPlace(const std::string& name) {
  return PlaceIn(std::vector<std::string>{"lead", "order"}, "contract", name);
}

std::uint16_t SourcePlace(const std::string& name) {
  return PlaceIn(std::vector<std::string>{"web", "shop"}, "source", name);
}

PolicySetSpec World(const std::string& serves, const std::string& receives,
                    const std::string& policies, const std::string& safeguard) {
  PolicySetSpec spec;
  spec.purposes = Purposes();
  spec.jurisdictions = {"FR", "CH"};
  spec.jurisdiction_field = FieldOf("country");
  DestinationSpec destination;
  if (safeguard == "suspended") {
    destination.transfer = Transfer::kSuspended;
  } else if (safeguard == "none") {
    destination.transfer = Transfer::kNoSafeguard;
  } else if (safeguard != "not needed") {
    constexpr std::string_view kUntil = "until ";
    destination.transfer = Transfer::kSafeguard;
    if (safeguard.starts_with(kUntil)) {
      destination.safeguard_until = std::stoll(safeguard.substr(kUntil.size())) * 1000;
    } else if (safeguard != "in force") {
      BadWord("safeguard", safeguard);
    }
  }
  for (const std::string& name : Parts(serves, ',')) {
    destination.purposes.push_back(PurposePlace(name));
  }
  if (receives != "nothing") {
    DestinationSpec::Receives lead{ContractPlace("lead"), {}};
    for (const std::string& category : Parts(receives == "no field" ? "" : receives, ',')) {
      if (category != "contact" && category != "navigation") BadWord("category", category);
      lead.fields.push_back({0, category == "contact" ? kContact : kNavigation});
    }
    destination.receives.push_back(std::move(lead));
  }
  for (const char* id : {"crm", "mailer", ""}) {
    destination.id = id;
    destination.decides = destination.id == "mailer";
    destination.vendor = destination.decides ? "mailer-inc" : destination.id;
    spec.destinations.push_back(destination);
  }
  spec.controller = "us";
  spec.categories = {"contact", "navigation"};
  for (const std::string& name : Parts(policies, ',')) spec.policies.push_back(Policy(name));
  return spec;
}

WorldEvent::WorldEvent(const std::string& cell) {
  const std::vector<std::string> parts = Parts(cell, ',');
  texts_.reserve(parts.size());  // views into it
  for (const std::string& part : parts) {
    const std::size_t space = std::min(part.find(' '), part.size());
    texts_.push_back(Trim(std::string_view(part).substr(space)));
    const std::string& text = texts_.back();
    base::Value value{base::JsonType::kString, {}, text};
    if (text == "null") value = {base::JsonType::kNull, "null", {}};
    if (text == "[array]") value = {base::JsonType::kArray, "[]", {}};
    if (text == "[object]") value = {base::JsonType::kObject, "{}", {}};
    if (text.find_first_not_of("0123456789") == text.npos) value.type = base::JsonType::kInteger;
    values_[FieldOf(part.substr(0, space))] = value;
  }
}

const base::Value& WorldEvent::Field(base::FieldId field) const {
  static const base::Value absent;
  const auto found = values_.find(field);
  return found == values_.end() ? absent : found->second;
}

}  // namespace octroi::policies
