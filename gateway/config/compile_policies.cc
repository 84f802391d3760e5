#include <algorithm>

#include "base/identifier.h"
#include "crypto/hmac.h"
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

// A list of people: digests of their identifiers, SHA-256 in hex of the normal form (email/1,
// e164/1 or id/1; standards.md B2, B5). What is asked for is a value in clear, or such a digest
// itself.
class PersonList final : public policies::NamedList {
 public:
  PersonList(const rules::ValueList& list, bool hashed) {
    std::vector<std::string> digests;
    digests.reserve(list.size());
    for (const std::string& value : list.values()) {
      if (hashed) digests.push_back(std::string(kHead) + value);
      if (!hashed) EachDigest(value, [&](const std::string& one) { digests.push_back(one); });
    }
    digests_ = std::make_shared<const rules::ValueList>(std::move(digests));
  }
  bool Has(std::string_view value) const override {
    bool has = digests_->Has(value);
    if (!has) EachDigest(value, [&](const std::string& one) { has = has || digests_->Has(one); });
    return has;
  }
  std::span<const std::string> Values() const override { return digests_->values(); }

 private:
  static constexpr std::string_view kHead = "sha256:", kDigits = "0123456789abcdef";

  // Buffers live on: a decision allocates nothing.
  template <class Each>
  static void EachDigest(std::string_view value, Each each) {
    thread_local std::string normal, digest;
    for (const auto type : {base::IdentifierType::kEmail, base::IdentifierType::kPhone,
                            base::IdentifierType::kOther}) {
      if (!base::Normalise(type, value, normal)) continue;
      digest.assign(kHead);
      for (const std::uint8_t byte : crypto::Sha256(normal)) {
        digest.push_back(kDigits[byte >> 4]);
        digest.push_back(kDigits[byte & 15]);
      }
      each(digest);
    }
  }

  std::shared_ptr<const rules::ValueList> digests_;
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
  PolicyMaker(const World& world, const Lists& lists, NameTables& names)
      : world_(world), lists_(lists), names_(names) {}

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
    if (!node.FindString("field")) {
      for (const bool inside : {true, false}) {
        if (node.FindString(inside ? "in_list" : "not_in_list"))
          conditions.push_back(OfPerson(node, inside));
      }
      return;
    }
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
          IsHashed(node.Text(key))
              ? std::shared_ptr<policies::NamedList>(ListOfPeople(node.Text(key)))
              : std::make_shared<PolicyList>(ListNamed(lists_, node.Text(key)));
    }
  }

  bool IsHashed(std::string_view list) const {
    const Document* document = world_.Find("List", list);
    return document != nullptr && document->root.True("hashed");
  }
  std::shared_ptr<PersonList> ListOfPeople(std::string_view list) const {
    return std::make_shared<PersonList>(*ListNamed(lists_, list), IsHashed(list));
  }
  // A list without a field is about the person, by whatever some source knows people by.
  ConditionSpec OfPerson(const Node& node, bool inside) {
    ConditionSpec condition;
    for (const Document* source : world_.Of("Source")) {
      for (const Node& key : source->root.Find("subject")->List("keys")) {
        const base::FieldId field = names_.fields.Of(key.text);
        if (std::ranges::find(condition.person, field) == condition.person.end())
          condition.person.push_back(field);
      }
    }
    (inside ? condition.in_list : condition.not_in_list) =
        ListOfPeople(node.Text(inside ? "in_list" : "not_in_list"));
    return condition;
  }

  const World& world_;

  const Lists& lists_;
  NameTables& names_;
};

Basis BasisNamed(std::string_view name) {
  const auto found = std::ranges::find(kBases, name, &decltype(kBases)::value_type::first);
  return found == kBases.end() ? Basis::kMissing : found->second;
}

std::uint16_t JurisdictionOf(const std::string& country, std::vector<std::string>& known) {
  const auto found = std::ranges::find(known, country);
  const auto place = static_cast<std::uint16_t>(found - known.begin());
  if (found == known.end()) known.push_back(country);
  return place;
}

policies::PurposeSpec PurposeOf(const Document& document, std::vector<std::string>& countries) {
  const Node& root = document.root;
  policies::PurposeSpec spec;
  spec.id = document.id;
  spec.basis = BasisNamed(root.Text("legal_basis"));
  for (const Node::Member& line : root.Map("legal_basis_in")) {
    spec.bases.push_back({JurisdictionOf(line.key, countries), BasisNamed(line.value.text)});
  }
  const std::string_view covers = root.Text("consent_covers");
  spec.covers = covers == "capture" ? policies::Covers::kCapture
                : covers == "send"  ? policies::Covers::kSend
                                    : policies::Covers::kBoth;
  if (const Node* consent = root.Find("consent")) {
    spec.ask_again_after = DurationOr(*consent, "ask_again_after", 0);
    spec.refresh_from = DayOf(*consent, "refresh_from");
    if (consent->Text("if_unknown") == "hold") spec.hold_for = DurationOr(*consent, "hold_for", 0);
  }
  const std::string_view leaves = root.Text("leaves");
  spec.leaves = leaves == "pseudonymous" ? policies::Variant::kPseudonymous
                : leaves == "counted"    ? policies::Variant::kCounted
                                         : policies::Variant::kWhole;
  spec.categories = CategoriesOf(root);
  spec.explicit_only = root.Text("special_categories") == "explicit_consent";
  spec.advertising = document.id.starts_with("advertising");
  return spec;
}

// As grants name it (`vendors`, `controllers`): its own id, or the destination's.
void SetRecipient(const Node& recipient, policies::DestinationSpec& spec) {
  const std::string_view role = recipient.Text("role");
  spec.decides = role == "controller" || role == "joint_controller";
  if (role == "internal") return;
  spec.vendor = recipient.FindString("id") ? recipient.Text("id") : std::string_view(spec.id);
}

// What fell or was suspended counts for everybody who rests on it.
void SetTransfer(const World& world, const Node& recipient, policies::DestinationSpec& spec) {
  if (!recipient.True("outside_eea")) return;
  const std::string_view safeguard = recipient.Text("safeguard");
  const Node* transfers = world.gateway() ? world.gateway()->root.Find("transfers") : nullptr;
  spec.transfer =
      safeguard.empty() ? policies::Transfer::kNoSafeguard : policies::Transfer::kSafeguard;
  if (transfers) {
    for (const Node& suspended : transfers->List("suspended")) {
      if (suspended.text == safeguard) spec.transfer = policies::Transfer::kSuspended;
    }
  }
  const base::Millis last_day = DayOf(recipient, "safeguard_until");
  spec.safeguard_until = last_day == 0 ? 0 : last_day + kDay - 1;
}

policies::DestinationSpec DestinationOf(const World& world, const Document& document,
                                        NameTables& names) {
  policies::DestinationSpec spec;
  spec.id = document.id;
  if (const Node* recipient = document.root.Find("recipient")) {
    SetTransfer(world, *recipient, spec);
    SetRecipient(*recipient, spec);
  }
  for (const Node& purpose : document.root.List("purposes")) {
    spec.purposes.push_back(names.purposes.Of(purpose.text));
  }
  for (const Node& receives : document.root.List("receives")) {
    policies::DestinationSpec::Receives& into = spec.receives.emplace_back();
    into.contract = names.contracts.Of(receives.Text("contract"));
    for (const Node::Member& field : receives.Map("fields")) {
      into.fields.push_back({names.fields.Of(field.key), CategoryBit(*world.Field(field.key))});
    }
  }
  return spec;
}

}  // namespace

policies::PolicySetSpec PolicySetSpecOf(const World& world, const Lists& lists, NameTables& names) {
  policies::PolicySetSpec spec;
  spec.purposes.resize(names.purposes.size());
  spec.destinations.resize(names.destinations.size());
  if (const Node* law = world.gateway() ? world.gateway()->root.Find("jurisdiction") : nullptr) {
    spec.jurisdictions.emplace_back(law->Text("controller"));
    if (law->FindString("person")) spec.jurisdiction_field = names.fields.Of(law->Text("person"));
    if (const Node* age = law->Find("digital_age"))
      spec.digital_age = static_cast<int>(age->number);
    spec.ask_at_digital_age = law->Text("at_digital_age") == "ask_again";
  }
  if (const Document* gateway = world.gateway()) {
    const Node* id = gateway->root.FindPath({"controller", "id"});
    spec.controller = id ? std::string_view(id->text) : gateway->root.Text("tenant");
  }
  spec.categories = NamesOfCategoryBits();
  for (const Document* purpose : world.Of("Purpose")) {
    spec.purposes[names.purposes.Of(purpose->id)] = PurposeOf(*purpose, spec.jurisdictions);
  }
  for (const Document* destination : world.Of("Destination")) {
    spec.destinations[names.destinations.Of(destination->id)] =
        DestinationOf(world, *destination, names);
  }
  if (const Document* gateway = world.gateway())
    spec.observe_consent_until = ObservedUntil(gateway->root);
  PolicyMaker maker(world, lists, names);
  for (const Document* policy : world.Of("Policy")) spec.policies.push_back(maker.Policy(*policy));
  return spec;
}

}  // namespace octroi::gateway::config
