#include <algorithm>
#include <array>
#include <set>

#include "base/limits.h"
#include "gateway/config/checks.h"
#include "gateway/config/compile.h"

namespace octroi::gateway::config {
namespace {

// Keys of `check` that say something about `field`.
constexpr std::array<std::string_view, 19> kAboutAField = {
    "format",     "matches",    "type",      "min",       "max",         "above",   "below",
    "min_length", "max_length", "in",        "in_list",   "not_in_list", "same_as", "before",
    "after",      "not_before", "not_after", "less_than", "greater_than"};

double NumberAt(const Node& node, std::string_view key, double otherwise) {
  const Node* value = node.Find(key);
  return value && value->IsNumber() ? value->number : otherwise;
}

bool Declares(const Document& contract, std::string_view field) {
  const Node* fields = contract.root.Find("fields");
  return fields && fields->Find(field);
}

// Every field a check names.
std::vector<const Node*> FieldsOf(const Node& check) {
  std::vector<const Node*> fields;
  if (const Node* field = check.FindString("field")) fields.push_back(field);
  for (const std::string_view key : kComparisons) {
    if (const Node* other = check.FindString(key)) fields.push_back(other);
  }
  for (const char* key : {"any_present", "all_present", "unique_on"}) {
    for (const Node& field : check.List(key)) {
      if (std::string_view(key) != "unique_on" || field.text != "subject") fields.push_back(&field);
    }
  }
  return fields;
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
  std::set<std::string> covered;
  for (const Node& rule : contract.root.List("rules")) {
    const Node* check = rule.Find("check");
    if (!check) continue;
    for (const Node* field : FieldsOf(*check)) covered.insert(field->text);
  }
  for (const Node::Member& field : contract.root.Map("fields")) {
    if (field.value.True("critical") && !covered.contains(field.key)) {
      Add(1303, contract, field.key_at, {field.key});
    }
  }
}

void Checker::Rule(const Document& contract, const Node& rule) const {
  if (const Node* when = rule.Find("when")) {
    Condition(contract, *when, true);
    for (const char* key : {"present", "field"}) {
      const Node* field = when->FindString(key);
      if (field && world_.Field(field->text) && !Declares(contract, field->text)) {
        Add(1211, contract, field->at, {field->text, contract.id});
      }
    }
  }
  const Node* check = rule.Find("check");
  if (!check) return;
  RuleFields(contract, *check);
  RuleCheckKeys(contract, *check);
}

void Checker::RuleFields(const Document& contract, const Node& check) const {
  for (const Node* field : FieldsOf(check)) {
    if (IsField(contract, field) && !Declares(contract, field->text)) {
      Add(1211, contract, field->at, {field->text, contract.id});
    }
  }
  Refers(contract, check.Find("in_list"), "List", 1208);
  Refers(contract, check.Find("not_in_list"), "List", 1208);
  IsListOfValues(contract, check);
}

void Checker::RuleCheckKeys(const Document& contract, const Node& check) const {
  if (check.Find("cel")) Add(1905, contract, check.KeyAt("cel"));
  if (!check.Find("field")) {
    for (const Node::Member& member : check.members) {
      if (std::ranges::find(kAboutAField, member.key) == kAboutAField.end()) continue;
      Add(1308, contract, member.key_at, {member.key});
      break;
    }
  } else if (std::ranges::none_of(check.members, [](const Node::Member& member) {
               return std::ranges::find(kAboutAField, member.key) != kAboutAField.end();
             })) {
    Add(1334, contract, check.KeyAt("field"), {"field", check.members.back().key});
  }
  if (!check.Find("unique_on") != !check.Find("within")) {
    Add(1309, contract, check.KeyAt(check.Find("within") ? "within" : "unique_on"));
  }
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
