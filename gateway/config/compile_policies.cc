#include <algorithm>

#include "gateway/config/compile.h"

namespace octroi::gateway::config {
namespace {

using policies::Basis;
using policies::ConditionSpec;

constexpr std::array<std::pair<std::string_view, Basis>, 6> kBases = {{
    {"consent", Basis::kConsent},
    {"contract", Basis::kContract},
    {"legal_obligation", Basis::kLegalObligation},
    {"vital_interests", Basis::kVitalInterests},
    {"public_task", Basis::kPublicTask},
    {"legitimate_interests", Basis::kLegitimateInterests},
}};

class PolicyList final : public policies::NamedList {
 public:
  explicit PolicyList(std::shared_ptr<const rules::ValueList> values)
      : values_(std::move(values)) {}
  bool Has(std::string_view value) const override { return values_->Has(value); }
  std::span<const std::string> Values() const override { return values_->values(); }

 private:
  std::shared_ptr<const rules::ValueList> values_;
};

// Also the derived states: a policy may ask for "unknown" and "expired".
policies::ConsentState StateNamed(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(policies::ConsentState::kInvalidated); ++i) {
    const auto state = static_cast<policies::ConsentState>(i);
    if (policies::Name(state) == name) return state;
  }
  return policies::ConsentState::kUnknown;
}

class PolicyMaker {
 public:
  PolicyMaker(const Lists& lists, NameTables& names) : lists_(lists), names_(names) {}

  policies::PolicySpec Policy(const Document& document) {
    policies::PolicySpec spec;
    spec.id = document.id;
    spec.file = document.file;
    if (const Node* target = document.root.Find("applies_to")) {
      spec.purposes = PlacesOf(names_.purposes, target->List("purposes"));
      spec.destinations = PlacesOf(names_.destinations, target->List("destinations"));
      spec.sources = PlacesOf(names_.sources, target->List("sources"));
    }
    for (const Node& condition : document.root.List("allow_when"))
      Append(condition, spec.allow_when);
    for (const Node& line : document.root.List("otherwise")) {
      policies::OtherwiseSpec otherwise;
      if (const Node* when = line.Find("when")) Append(*when, otherwise.when);
      otherwise.reason = names_.ReasonNamed(line.Text("reason"));
      otherwise.line = line.at.line;
      spec.otherwise.push_back(std::move(otherwise));
    }
    return spec;
  }

 private:
  static std::vector<std::uint16_t> PlacesOf(Places& places, const std::vector<Node>& ids) {
    std::vector<std::uint16_t> found;
    found.reserve(ids.size());
    for (const Node& id : ids) found.push_back(places.Of(id.text));
    return found;
  }

  // One object of the file may ask several things; all must hold, so each becomes a condition.
  void Append(const Node& node, std::vector<ConditionSpec>& conditions) {
    const std::size_t before = conditions.size();
    AppendEach(node, conditions);
    for (std::size_t i = before; i < conditions.size(); ++i) conditions[i].line = node.at.line;
  }
  void AppendEach(const Node& node, std::vector<ConditionSpec>& conditions) {
    if (node.FindString("consent")) {
      conditions.emplace_back().consent = StateNamed(node.Text("consent"));
    }
    if (const Node* age = node.Find("subject_age")) {
      conditions.emplace_back().subject_age = {static_cast<int>(age->Find("at_least")->number),
                                               age->Text("if_unknown") == "assume_adult"};
    }
    if (node.FindString("present")) {
      conditions.emplace_back().present = names_.fields.Of(node.Text("present"));
    }
    if (!node.FindString("field")) return;
    const base::FieldId field = names_.fields.Of(node.Text("field"));
    if (node.Find("in")) {
      ConditionSpec& condition = conditions.emplace_back();
      condition.field = field;
      for (const Node& value : node.List("in")) condition.in.push_back(value.text);
    }
    for (const bool inside : {true, false}) {
      const char* key = inside ? "in_list" : "not_in_list";
      if (!node.FindString(key)) continue;
      ConditionSpec& condition = conditions.emplace_back();
      condition.field = field;
      (inside ? condition.in_list : condition.not_in_list) =
          std::make_shared<PolicyList>(ListNamed(lists_, node.Text(key)));
    }
  }

  const Lists& lists_;
  NameTables& names_;
};

policies::PurposeSpec PurposeOf(const Document& document) {
  const Node& root = document.root;
  policies::PurposeSpec spec;
  spec.id = document.id;
  for (const auto& [name, basis] : kBases) {
    if (root.Text("legal_basis") == name) spec.basis = basis;
  }
  const std::string_view covers = root.Text("consent_covers");
  spec.covers = covers == "capture" ? policies::Covers::kCapture
                : covers == "send"  ? policies::Covers::kSend
                                    : policies::Covers::kBoth;
  if (const Node* consent = root.Find("consent")) {
    spec.ask_again_after = DurationOr(*consent, "ask_again_after", 0);
  }
  if (const Node* declared = root.Find("register")) {
    for (const Node& category : declared->List("categories"))
      spec.categories |= CategoryBit(category.text);
  }
  spec.advertising = document.id.starts_with("advertising");
  return spec;
}

policies::DestinationSpec DestinationOf(const World& world, const Document& document,
                                        NameTables& names) {
  policies::DestinationSpec spec;
  spec.id = document.id;
  for (const Node& purpose : document.root.List("purposes")) {
    spec.purposes.push_back(names.purposes.Of(purpose.text));
  }
  for (const Node& receives : document.root.List("receives")) {
    policies::DestinationSpec::Receives& into = spec.receives.emplace_back();
    into.contract = names.contracts.Of(receives.Text("contract"));
    for (const Node::Member& field : receives.Map("fields")) {
      into.fields.push_back(
          {names.fields.Of(field.key), CategoryBit(world.Field(field.key)->category)});
    }
  }
  return spec;
}

}  // namespace

policies::PolicySetSpec PolicySetSpecOf(const World& world, const Lists& lists, NameTables& names) {
  policies::PolicySetSpec spec;
  spec.purposes.resize(names.purposes.size());
  spec.destinations.resize(names.destinations.size());
  for (const Document* purpose : world.Of("Purpose")) {
    spec.purposes[names.purposes.Of(purpose->id)] = PurposeOf(*purpose);
  }
  for (const Document* destination : world.Of("Destination")) {
    spec.destinations[names.destinations.Of(destination->id)] =
        DestinationOf(world, *destination, names);
  }
  if (const Document* gateway = world.gateway())
    spec.observe_consent_until = ObservedUntil(gateway->root);
  PolicyMaker maker(lists, names);
  for (const Document* policy : world.Of("Policy")) spec.policies.push_back(maker.Policy(*policy));
  return spec;
}

}  // namespace octroi::gateway::config
