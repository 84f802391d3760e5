#include <algorithm>

#include "base/limits.h"
#include "gateway/config/compile.h"
#include "gateway/config/rule_faults.h"

namespace octroi::gateway::config {
namespace {

using rules::Format;

// Position of a word in the list of the schema's values = value of the enum. The tables follow
// rules/spec.h.
template <class Enum, std::size_t N>
Enum EnumOf(std::string_view text, const std::array<std::string_view, N>& words, Enum otherwise) {
  const auto found = std::ranges::find(words, text);
  return found == words.end() ? otherwise : static_cast<Enum>(found - words.begin());
}

constexpr std::array<std::string_view, 6> kDimensions = {"completeness", "validity",   "uniqueness",
                                                         "consistency",  "timeliness", "identity"};
constexpr std::array<std::string_view, 3> kSeverities = {"blocking", "major", "minor"};
constexpr std::array<std::string_view, 5> kOnFail = {"keep", "drop-field", "quarantine", "merge",
                                                     "reject"};
constexpr std::array<std::string_view, 28> kFormats = {"",
                                                       "text",
                                                       "code",
                                                       "email",
                                                       "phone-e164",
                                                       "iso-country",
                                                       "iso-language",
                                                       "date",
                                                       "datetime",
                                                       "siren",
                                                       "siret",
                                                       "url",
                                                       "ip",
                                                       "uuid",
                                                       "integer",
                                                       "decimal",
                                                       "no-personal-data",
                                                       "iban",
                                                       "bic",
                                                       "payment-card",
                                                       "vat",
                                                       "nir",
                                                       "ch-avs",
                                                       "ch-uid",
                                                       "postal-code",
                                                       "json",
                                                       "language-tag",
                                                       "iso-currency"};
constexpr std::array<std::string_view, 5> kTypes = {"", "string", "number", "integer", "boolean"};
struct JsonTypeWord {
  std::string_view word;
  std::uint8_t bits;
};
constexpr std::array<JsonTypeWord, 8> kJsonTypes = {
    {{"absent", rules::kAbsentBit},
     {"null", rules::kNullBit},
     {"boolean", rules::kBooleanBit},
     {"integer", rules::kIntegerBit},
     {"number", rules::kIntegerBit | rules::kFractionBit},
     {"string", rules::kStringBit},
     {"array", rules::kArrayBit},
     {"object", rules::kObjectBit}}};
constexpr std::array<std::string_view, 8> kRepairs = {
    "trim",        "lowercase",      "uppercase",     "phone-to-e164",
    "date-to-iso", "country-to-iso", "strip-accents", "redact"};
constexpr std::array<std::string_view, 4> kCasings = {"", "upper", "lower", "title"};
constexpr std::array<std::string_view, 3> kEmailKinds = {"placeholder", "role", "disposable"};
constexpr std::array<std::string_view, 3> kExtraFields = {"allow", "drop", "quarantine"};
static_assert(static_cast<std::size_t>(Format::kIsoCurrency) + 1 == kFormats.size());
static_assert(static_cast<std::size_t>(rules::Repair::kRedact) + 1 == kRepairs.size());
static_assert(static_cast<std::size_t>(rules::Dimension::kIdentity) + 1 == kDimensions.size());
static_assert(static_cast<std::size_t>(rules::OnFail::kReject) + 1 == kOnFail.size());
static_assert(static_cast<std::size_t>(rules::Compare::kGreater) == kComparisons.size());

class ContractMaker {
 public:
  ContractMaker(const Lists& lists, NameTables& names) : lists_(lists), names_(names) {}

  rules::RuleSpec Rule(const Node& rule) {
    rules::RuleSpec spec;
    spec.id = rule.Text("id");
    std::string reason = "quality." + spec.id;
    std::ranges::replace(reason, '-', '_');
    spec.reason = names_.ReasonNamed(reason);
    spec.dimension = EnumOf(rule.Text("dimension"), kDimensions, spec.dimension);
    spec.severity = EnumOf(rule.Text("severity"), kSeverities, spec.severity);
    spec.on_fail = EnumOf(rule.Text("on_fail"), kOnFail, spec.on_fail);
    if (const Node* when = rule.Find("when")) spec.when = When(*when);
    if (const Node* check = rule.Find("check")) spec.check = Check(*check);
    for (const Node& repair : rule.List("repair")) {
      spec.repair.push_back(EnumOf(repair.text, kRepairs, rules::Repair::kTrim));
    }
    return spec;
  }

 private:
  std::optional<base::FieldId> Field(const Node& node, std::string_view key) {
    const Node* field = node.FindString(key);
    return field ? std::optional(names_.fields.Of(field->text)) : std::nullopt;
  }
  std::vector<base::FieldId> Fields(const Node& node, std::string_view key) {
    std::vector<base::FieldId> fields;
    for (const Node& field : node.List(key)) {
      const bool person = key == "unique_on" && field.text == "subject";
      fields.push_back(person ? rules::kSubjectField : names_.fields.Of(field.text));
    }
    return fields;
  }
  std::shared_ptr<const rules::ValueList> List(const Node& node, std::string_view key) const {
    return node.FindString(key) ? ListNamed(lists_, node.Text(key)) : nullptr;
  }
  static std::optional<double> Number(const Node& node, std::string_view key) {
    const Node* number = node.Find(key);
    return number && number->IsNumber() ? std::optional(number->number) : std::nullopt;
  }
  static std::optional<std::uint32_t> Length(const Node& node, std::string_view key) {
    const auto number = Number(node, key);
    return number ? std::optional(static_cast<std::uint32_t>(std::min(*number, 4e9)))
                  : std::nullopt;
  }
  static std::vector<std::string> Texts(const Node& node, std::string_view key) {
    std::vector<std::string> texts;
    for (const Node& item : node.List(key)) texts.push_back(item.text);
    return texts;
  }
  static std::optional<std::string> Optional(const Node& node, std::string_view key) {
    const Node* text = node.FindString(key);
    return text ? std::optional(text->text) : std::nullopt;
  }
  static std::optional<base::Millis> Span(const Node& node, std::string_view key) {
    return node.Find(key) ? std::optional(DurationOr(node, key, 0)) : std::nullopt;
  }

  rules::WhenSpec When(const Node& when) {
    rules::WhenSpec spec;
    static_cast<rules::CheckSpec&>(spec) = Check(when);
    spec.present = Field(when, "present");
    return spec;
  }

  std::vector<rules::CheckSpec> Checks(const Node& check, std::string_view key) {
    std::vector<rules::CheckSpec> specs;
    for (const Node& part : check.List(key)) specs.push_back(Check(part));
    return specs;
  }

  void AddTexts(const Node& check, rules::CheckSpec& spec) {
    spec.format = EnumOf(check.Text("format"), kFormats, Format::kNone);
    spec.country = check.Text("country");
    spec.country_field = Field(check, "country_field");
    for (const Node& kind : check.List("not_email")) {
      const auto place = std::ranges::find(kEmailKinds, kind.text) - kEmailKinds.begin();
      spec.not_email = static_cast<std::uint8_t>(spec.not_email | 1u << place);
    }
    spec.matches = Optional(check, "matches");
    spec.not_matches = Optional(check, "not_matches");
    spec.matches_any = Texts(check, "matches_any");
    spec.matches_all = Texts(check, "matches_all");
    spec.like = Optional(check, "like");
    spec.not_like = Optional(check, "not_like");
    spec.min_length = Length(check, "min_length");
    spec.max_length = Length(check, "max_length");
    spec.casing = EnumOf(check.Text("casing"), kCasings, rules::Casing::kAny);
    spec.in = Texts(check, "in");
    spec.not_in = Texts(check, "not_in");
    spec.in_list = List(check, "in_list");
    spec.not_in_list = List(check, "not_in_list");
    spec.domain_not_in_list = List(check, "domain_not_in_list");
  }

  void AddTimes(const Node& check, rules::CheckSpec& spec) {
    spec.not_future = Span(check, "not_future");
    spec.max_age = Span(check, "max_age");
    spec.min_age = Span(check, "min_age");
    spec.event_age_below = Span(check, "event_age_below");
    for (std::size_t i = 0; i < kComparisons.size(); ++i) {
      const auto other = Field(check, kComparisons[i]);
      if (!other) continue;
      spec.compare = static_cast<rules::Compare>(i + 1);
      spec.other = *other;
    }
  }

  void AddSeveral(const Node& check, rules::CheckSpec& spec) {
    spec.any_present = Fields(check, "any_present");
    spec.all_present = Fields(check, "all_present");
    spec.all_or_none = Fields(check, "all_or_none");
    spec.all_equal = Fields(check, "all_equal");
    spec.all_different = Fields(check, "all_different");
    if (const Node* sum = check.Find("sum_equals")) {
      spec.sum = rules::SumSpec{Fields(*sum, "of"), Field(*sum, "total").value_or(0),
                                Number(*sum, "tolerance").value_or(0)};
    }
    const Node* pair = check.Find("pair_in");
    if (!pair || pair->List("fields").size() < 2) return;
    const std::vector<base::FieldId> fields = Fields(*pair, "fields");
    spec.pair = rules::PairSpec{fields[0], fields[1], {}};
    for (const Node& values : pair->List("pairs")) {
      if (values.items.size() < 2) continue;  // reported
      spec.pair->pairs.emplace_back(values.items[0].text, values.items[1].text);
    }
  }

  rules::CheckSpec Check(const Node& check) {
    rules::CheckSpec spec;
    spec.field = Field(check, "field");
    AddTexts(check, spec);
    AddTimes(check, spec);
    AddSeveral(check, spec);
    spec.type = EnumOf(check.Text("type"), kTypes, rules::ValueType::kAny);
    spec.min = Number(check, "min");
    spec.max = Number(check, "max");
    spec.above = Number(check, "above");
    spec.below = Number(check, "below");
    const Node* multiple = check.Find("multiple_of");
    if (multiple && multiple->IsNumber()) spec.multiple_of = multiple->text;
    for (const Node& type : check.List("json_type")) {
      const auto known = std::ranges::find(kJsonTypes, type.text, &JsonTypeWord::word);
      if (known != kJsonTypes.end()) spec.json_types |= known->bits;
    }
    spec.unique_on = Fields(check, "unique_on");
    spec.within = DurationOr(check, "within", 0);
    spec.all_of = Checks(check, "all_of");
    spec.any_of = Checks(check, "any_of");
    if (const Node* negated = check.Find("not")) spec.negated.push_back(Check(*negated));
    spec.expression = Optional(check, "cel");
    return spec;
  }

  const Lists& lists_;
  NameTables& names_;
};

// How expressions read a field of that format.
rules::ExpressionType TypeOf(const DictionaryField* field) {
  if (!field) return rules::ExpressionType::kString;
  if (field->format == "integer") return rules::ExpressionType::kInt;
  if (field->format == "decimal") return rules::ExpressionType::kDouble;
  const bool time = field->format == "date" || field->format == "datetime";
  return time ? rules::ExpressionType::kTimestamp : rules::ExpressionType::kString;
}

}  // namespace

std::string_view FormatName(rules::Format format) {
  return kFormats[static_cast<std::size_t>(format)];
}

rules::ContractSpec ContractSpecOf(const World& world, const Document& contract, const Lists& lists,
                                   NameTables& names) {
  const Node& root = contract.root;
  rules::ContractSpec spec;
  spec.id = root.Text("id");
  spec.version = static_cast<std::uint32_t>(root.Find("version")->number);
  for (const Node::Member& field : root.Map("fields")) {
    spec.fields.push_back({names.fields.Of(field.key), field.value.True("required"), field.key,
                           TypeOf(world.Field(field.key))});
  }
  spec.extra_fields = EnumOf(root.Text("extra_fields"), kExtraFields, rules::ExtraFields::kDrop);
  spec.dictionary_fields = static_cast<base::FieldId>(names.fields.size());
  const Node* pilot = world.gateway() ? &world.gateway()->root : nullptr;
  const Node* quality = pilot ? pilot->FindPath({"observe", "quality"}) : nullptr;
  spec.observe = root.Text("mode") == "observe" || (pilot && pilot->Text("mode") == "observe") ||
                 (quality && quality->truth);
  ContractMaker maker(lists, names);
  auto& ids = names.rules[contract.id];
  ids.clear();
  for (const Node& rule : root.List("rules")) {
    spec.rules.push_back(maker.Rule(rule));
    ids.push_back(spec.rules.back().id);
  }
  return spec;
}

void CheckCompiles(const World& world, const Lists& lists, Findings& findings) {
  NameTables names;
  EnterNames(world, names);
  if (names.fields.size() > base::kFieldsMax) return;  // reported; the ids would not be fields
  for (const Document* contract : world.Of("Contract")) {
    if (findings.errors_in(contract->file) != 0) continue;
    std::vector<rules::SpecFault> faults;
    const auto compiled =
        rules::Contract::Compile(ContractSpecOf(world, *contract, lists, names), &faults);
    for (const rules::SpecFault& fault : faults) ReportFault(*contract, fault, findings);
    if (!compiled && faults.empty()) {
      findings.Add(1312, contract->file, contract->root.at, {compiled.error().detail});
    }
  }
  if (findings.errors() != 0) return;
  const auto compiled = policies::PolicySet::Compile(PolicySetSpecOf(world, lists, names));
  if (!compiled) findings.Add(1313, "policies", {}, {compiled.error().detail});
}

}  // namespace octroi::gateway::config
