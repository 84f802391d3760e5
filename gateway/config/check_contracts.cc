#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "base/limits.h"
#include "gateway/config/checks.h"
#include "gateway/config/compile.h"

namespace octroi::gateway::config {
namespace {

// Keys of `check` that say something about `field`.
constexpr std::array<std::string_view, 33> kAboutAField = {
    "format",      "matches",     "type",         "min",
    "max",         "above",       "below",        "min_length",
    "max_length",  "in",          "in_list",      "not_in_list",
    "same_as",     "before",      "after",        "not_before",
    "not_after",   "less_than",   "greater_than", "not_in",
    "not_matches", "matches_any", "matches_all",  "like",
    "not_like",    "casing",      "not_email",    "domain_not_in_list",
    "not_future",  "max_age",     "min_age",      "json_type",
    "multiple_of"};

double NumberAt(const Node& node, std::string_view key, double otherwise) {
  const Node* value = node.Find(key);
  return value && value->IsNumber() ? value->number : otherwise;
}

bool Declares(const Document& contract, std::string_view field) {
  const Node* fields = contract.root.Find("fields");
  return fields && fields->Find(field);
}

// The checks that stand in a check.
std::vector<const Node*> PartsOf(const Node& check) {
  std::vector<const Node*> parts;
  for (const char* key : {"all_of", "any_of"}) {
    for (const Node& part : check.List(key)) parts.push_back(&part);
  }
  if (const Node* negated = check.Find("not")) parts.push_back(negated);
  return parts;
}

// Every field a check names, its expressions and what stands in it left out.
std::vector<const Node*> FieldsOf(const Node& check) {
  std::vector<const Node*> fields;
  const auto add = [&](const Node* field) {
    if (field) fields.push_back(field);
  };
  const auto add_all = [&](const Node& node, std::string_view key) {
    for (const Node& field : node.List(key)) {
      if (key != "unique_on" || field.text != "subject") fields.push_back(&field);
    }
  };
  add(check.FindString("field"));
  add(check.FindString("country_field"));
  for (const std::string_view key : kComparisons) add(check.FindString(key));
  for (const char* key :
       {"any_present", "all_present", "unique_on", "all_or_none", "all_equal", "all_different"}) {
    add_all(check, key);
  }
  if (const Node* sum = check.Find("sum_equals")) {
    add_all(*sum, "of");
    add(sum->FindString("total"));
  }
  if (const Node* pair = check.Find("pair_in")) add_all(*pair, "fields");
  return fields;
}

// Does the check, or one in it, say something about the field?
bool Covers(const Node& check, const std::string& name) {
  const auto fields = FieldsOf(check);
  if (std::ranges::any_of(fields, [&](const Node* field) { return field->text == name; }))
    return true;
  const std::string_view cel = check.Text("cel");
  const std::string in_cel = "event." + name;
  for (std::size_t at = cel.find(in_cel); at != std::string_view::npos;
       at = cel.find(in_cel, at + 1)) {
    const std::size_t end = at + in_cel.size();
    if (end == cel.size() ||
        (!std::isalnum(static_cast<unsigned char>(cel[end])) && cel[end] != '_'))
      return true;
  }
  const auto parts = PartsOf(check);
  return std::ranges::any_of(parts, [&](const Node* part) { return Covers(*part, name); });
}

}  // namespace

void Checker::Contracts() const {
  for (const Document* contract : world_.Of("Contract")) {
    const Node& root = contract->root;
    if (const Node* term = root.FindString("term")) {
      std::vector<std::string> terms;
      for (const Document* dictionary : world_.Of("Dictionary")) {
        for (const Node& one : dictionary->root.List("terms")) terms.emplace_back(one.Text("id"));
      }
      if (std::ranges::find(terms, term->text) == terms.end()) {
        Add(1213, *contract, term->at, {term->text}, DidYouMean(term->text, terms));
      }
    }
    for (const Node::Member& field : root.Map("fields")) {
      IsField(*contract, field.key, field.key_at);
      if (field.value.Find("default")) Add(2110, *contract, field.value.KeyAt("default"));
    }
    const Node* between = root.Find("between");
    if (between) {
      for (const Node& consumer : between->List("consumers")) {
        RefersAll(*contract, consumer.List("uses"), "Destination", 1209);
      }
    }
    std::set<std::string> ids;
    for (const Node& rule : root.List("rules")) {
      const Node* id = rule.FindString("id");
      if (id && !ids.insert(id->text).second)
        Add(1201, *contract, id->at, {id->text, contract->file});
      Rule(*contract, rule);
    }
    Limit(contract->file, root.KeyAt("rules"), root.List("rules").size(),
          base::kRulesPerContractMax, {"règles", "rules"});
    CoveredFields(*contract);
    MutedRules(*contract);
    if (const Node* weights = root.FindPath({"score", "weights"})) {
      double sum = 0;
      for (const Node::Member& weight : weights->members) sum += weight.value.number;
      if (sum != 100) {
        Add(1301, *contract, root.Find("score")->KeyAt("weights"),
            {std::to_string(static_cast<int>(std::clamp(sum, -1e6, 1e6)))});
      }
    }
  }
}

void Checker::CoveredFields(const Document& contract) const {
  for (const Node::Member& field : contract.root.Map("fields")) {
    if (!field.value.True("critical")) continue;
    const auto& rules = contract.root.List("rules");
    const bool covered = std::ranges::any_of(rules, [&](const Node& rule) {
      return rule.Find("check") && Covers(*rule.Find("check"), field.key);
    });
    if (!covered) Add(1303, contract, field.key_at, {field.key});
  }
}

void Checker::Rule(const Document& contract, const Node& rule) const {
  if (const Node* when = rule.Find("when")) {
    Condition(contract, *when, true);
    const Node* present = when->FindString("present");
    if (present && world_.Field(present->text) && !Declares(contract, present->text)) {
      Add(1211, contract, present->at, {present->text, contract.id});
    }
    RuleFields(contract, *when, true);
    for (const Node* part : PartsOf(*when)) RuleCheckKeys(contract, *part);
  }
  const Node* check = rule.Find("check");
  if (!check) return;
  RuleFields(contract, *check, false);
  RuleCheckKeys(contract, *check);
}

// Of a condition, `field` and the lists are looked at by Condition.
void Checker::RuleFields(const Document& contract, const Node& check, bool condition) const {
  for (const Node* field : FieldsOf(check)) {
    const bool looked_at = condition && field == check.FindString("field");
    const bool known = looked_at ? world_.Field(field->text) != nullptr : IsField(contract, field);
    if (known && !Declares(contract, field->text)) {
      Add(1211, contract, field->at, {field->text, contract.id});
    }
  }
  Refers(contract, check.Find("domain_not_in_list"), "List", 1208);
  if (!condition) {
    Refers(contract, check.Find("in_list"), "List", 1208);
    Refers(contract, check.Find("not_in_list"), "List", 1208);
    IsListOfValues(contract, check);
  }
  for (const Node* part : PartsOf(check)) RuleFields(contract, *part, false);
}

void Checker::RuleCheckKeys(const Document& contract, const Node& check) const {
  RuleField(contract, check);
  if (!check.Find("unique_on") != !check.Find("within")) {
    Add(1309, contract, check.KeyAt(check.Find("within") ? "within" : "unique_on"));
  }
  RuleRanges(contract, check);
  if (const Node* pair = check.Find("pair_in")) {
    const auto two = [](const Node& list) { return list.items.size() == 2; };
    const Node* fields = pair->Find("fields");
    const auto& pairs = pair->List("pairs");
    if ((fields && !two(*fields)) || !std::ranges::all_of(pairs, two))
      Add(1420, contract, check.KeyAt("pair_in"));
  }
  for (const Node* part : PartsOf(check)) RuleCheckKeys(contract, *part);
}

// `field` and what is asked of it go together.
void Checker::RuleField(const Document& contract, const Node& check) const {
  if (!check.Find("field")) {
    for (const Node::Member& member : check.members) {
      if (std::ranges::find(kAboutAField, member.key) == kAboutAField.end()) continue;
      Add(1308, contract, member.key_at, {member.key});
      break;
    }
  } else if (!check.Find("cel") && PartsOf(check).empty() &&
             std::ranges::none_of(check.members, [](const Node::Member& member) {
               return std::ranges::find(kAboutAField, member.key) != kAboutAField.end();
             })) {
    Add(1334, contract, check.KeyAt("field"), {"field", check.members.back().key});
  }
}

void Checker::RuleRanges(const Document& contract, const Node& check) const {
  int comparisons = 0;
  for (const Node::Member& member : check.members) {
    const bool compares = std::ranges::find(kComparisons, member.key) != kComparisons.end();
    if (compares && ++comparisons > 1) Add(1310, contract, member.key_at, {member.key});
  }
  if (NumberAt(check, "min", -1e308) > NumberAt(check, "max", 1e308)) {
    Add(1321, contract, check.KeyAt("max"), {"min > max"});
  }
  if (NumberAt(check, "above", -1e308) >= NumberAt(check, "below", 1e308)) {
    Add(1321, contract, check.KeyAt("below"), {"above ≥ below"});
  }
  if (NumberAt(check, "min_length", 0) > NumberAt(check, "max_length", 1e308)) {
    Add(1321, contract, check.KeyAt("max_length"), {"min_length > max_length"});
  }
}

}  // namespace octroi::gateway::config
