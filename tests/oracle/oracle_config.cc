#include "oracle_config.h"

#include <algorithm>
#include <cstring>

namespace octroi::policies {
namespace {

using Json = nlohmann::json;

const std::map<std::string, Basis> kBases = {
    {"missing", Basis::kMissing},
    {"consent", Basis::kConsent},
    {"contract", Basis::kContract},
    {"legal_obligation", Basis::kLegalObligation},
    {"vital_interests", Basis::kVitalInterests},
    {"public_task", Basis::kPublicTask},
    {"legitimate_interests", Basis::kLegitimateInterests},
};
const std::map<std::string, Covers> kCovers = {
    {"both", Covers::kBoth}, {"capture", Covers::kCapture}, {"send", Covers::kSend}};
const std::map<std::string, Variant> kVariants = {{"whole", Variant::kWhole},
                                                  {"pseudonymous", Variant::kPseudonymous},
                                                  {"counted", Variant::kCounted}};
const std::map<std::string, base::JsonType> kTypes = {
    {"string", base::JsonType::kString},   {"integer", base::JsonType::kInteger},
    {"decimal", base::JsonType::kDecimal}, {"bool", base::JsonType::kBool},
    {"null", base::JsonType::kNull},       {"array", base::JsonType::kArray},
    {"object", base::JsonType::kObject}};

const std::map<std::string, Transfer> kTransfers = {{"none", Transfer::kNone},
                                                    {"safeguard", Transfer::kSafeguard},
                                                    {"no_safeguard", Transfer::kNoSafeguard},
                                                    {"suspended", Transfer::kSuspended}};

ConsentState StateOf(const std::string& name) {
  if (name == "unknown") return ConsentState::kUnknown;
  if (name == "expired") return ConsentState::kExpired;
  const auto state = ConsentStateOf(name);
  if (!state) throw std::out_of_range("state " + name);
  return *state;
}

base::Reason ReasonOf(const std::string& text) {
  constexpr std::string_view kConfigured = "configured.";
  if (text.starts_with(kConfigured)) {
    return static_cast<base::Reason>(std::stoul(text.substr(kConfigured.size())));
  }
  for (std::uint16_t code = 0; code < 256; ++code) {
    const auto reason = static_cast<base::Reason>(code);
    if (base::Name(reason) == text) return reason;
  }
  throw std::out_of_range("reason " + text);
}

class JsonList final : public NamedList {
 public:
  explicit JsonList(const Json& values) : values_(values.begin(), values.end()) {}
  bool Has(std::string_view value) const override {
    return std::ranges::count(values_, value) != 0;
  }
  std::span<const std::string> Values() const override { return values_; }

 private:
  std::vector<std::string> values_;
};

ConditionSpec ConditionOf(const Json& json, const Json& lists) {
  ConditionSpec condition;
  const std::string ask = json["ask"];
  if (ask == "consent") {
    condition.consent = StateOf(json["state"]);
  } else if (ask == "age") {
    condition.subject_age = ConditionSpec::Age{json["at_least"], json["assume_adult"]};
  } else if (ask == "present") {
    condition.present = json["field"].get<base::FieldId>();
  } else {
    if (ask.starts_with("person_")) {
      condition.person = json["fields"].get<std::vector<base::FieldId>>();
    } else {
      condition.field = json["field"].get<base::FieldId>();
    }
    if (ask == "in") condition.in = json["values"].get<std::vector<std::string>>();
    if (ask == "in_list" || ask == "person_in_list")
      condition.in_list = std::make_shared<JsonList>(lists.at(json["list"].get<std::size_t>()));
    if (ask == "not_in_list" || ask == "person_not_in_list") {
      condition.not_in_list = std::make_shared<JsonList>(lists.at(json["list"].get<std::size_t>()));
    }
  }
  return condition;
}

std::vector<ConditionSpec> ConditionsOf(const Json& json, const Json& lists) {
  std::vector<ConditionSpec> conditions;
  for (const Json& condition : json) conditions.push_back(ConditionOf(condition, lists));
  return conditions;
}

DestinationSpec DestinationOf(const Json& json) {
  DestinationSpec destination{json["id"], json["purposes"], {}};
  destination.transfer = kTransfers.at(json["transfer"]);
  destination.safeguard_until = json["safeguard_until"];
  destination.vendor = json["vendor"];
  destination.decides = json["decides"];
  for (const Json& contract : json["receives"]) {
    DestinationSpec::Receives receives{contract["contract"], {}};
    for (const Json& field : contract["fields"]) receives.fields.push_back({field[0], field[1]});
    destination.receives.push_back(std::move(receives));
  }
  return destination;
}

PolicySpec PolicyOf(const Json& json, const Json& lists, std::size_t number) {
  PolicySpec policy{"policy-" + std::to_string(number),
                    json["purposes"],
                    json["destinations"],
                    json["sources"],
                    ConditionsOf(json["allow_when"], lists),
                    {}};
  for (const Json& line : json["otherwise"]) {
    policy.otherwise.push_back({ConditionsOf(line["when"], lists), ReasonOf(line["reason"])});
  }
  return policy;
}

}  // namespace

Fingerprint Person(std::uint64_t number) {
  Fingerprint fingerprint{};
  std::memcpy(fingerprint.data(), &number, sizeof number);
  return fingerprint;
}

ConsentEvent EventOf(const Json& consent) {
  ConsentEvent event;
  event.id = consent["id"];
  for (const Json& identifier : consent["subject"]) event.subject.push_back(Person(identifier));
  const int purpose = consent["purpose"];
  event.purpose = purpose < 0 ? std::string(kWholePerson) : "purpose." + std::to_string(purpose);
  event.state = StateOf(consent["state"]);
  event.scoped = consent["scoped"];
  event.accounts = consent["accounts"];
  event.contact_points = consent["contact_points"];
  event.effective_at = consent["effective"];
  event.recorded_at = consent["recorded"];
  event.valid_until = consent["until"];
  event.sequence = consent["sequence"];
  event.age = static_cast<AgeBand>(consent["age"].get<int>());
  event.by_parent = consent["by_parent"];
  event.explicit_word = consent["explicit"];
  if (consent["limits"].is_object()) {
    const Json& said = consent["limits"];
    event.limits = *Limited({said["controllers"], said["data_categories"], said["vendors"]});
  }
  return event;
}

PolicySetSpec SpecOf(const Json& config) {
  PolicySetSpec spec;
  for (const Json& purpose : config["purposes"]) {
    spec.purposes.push_back({purpose["id"], kBases.at(purpose["basis"]),
                             kCovers.at(purpose["covers"]), purpose["ask"], purpose["categories"],
                             purpose["advertising"]});
    PurposeSpec& spec_of = spec.purposes.back();
    spec_of.refresh_from = purpose["refresh_from"];
    spec_of.explicit_only = purpose["explicit_only"];
    spec_of.hold_for = purpose["hold_for"];
    spec_of.leaves = kVariants.at(purpose["leaves"]);
    for (const Json& line : purpose["bases"])
      spec_of.bases.push_back({line[0], kBases.at(line[1])});
  }
  for (const Json& destination : config["destinations"]) {
    spec.destinations.push_back(DestinationOf(destination));
  }
  spec.jurisdictions = config["jurisdictions"].get<std::vector<std::string>>();
  if (config["jurisdiction_field"].is_number())
    spec.jurisdiction_field = config["jurisdiction_field"].get<base::FieldId>();
  spec.digital_age = config["digital_age"];
  spec.controller = "us";
  spec.categories = {"one", "two", "three"};
  spec.ask_at_digital_age = config["ask_at_digital_age"];
  for (const Json& policy : config["policies"]) {
    spec.policies.push_back(PolicyOf(policy, config["lists"], spec.policies.size()));
  }
  return spec;
}

std::string ReasonText(base::Reason reason) {
  if (reason < base::Reason::kFirstConfigured) return std::string(base::Name(reason));
  return "configured." + std::to_string(static_cast<unsigned>(reason));
}

JsonFields::JsonFields(const Json& fields) {
  for (const auto& [name, value] : fields.items()) {
    const auto field = static_cast<base::FieldId>(std::stoul(name));
    texts_[field] = value[1];
    values_[field] = {kTypes.at(value[0]), {}, texts_[field]};
  }
}

const base::Value& JsonFields::Field(base::FieldId field) const {
  static const base::Value absent;
  const auto found = values_.find(field);
  return found == values_.end() ? absent : found->second;
}

}  // namespace octroi::policies
