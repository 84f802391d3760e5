#include "gateway/contract/rule_maker.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "rules/check_spec.h"

namespace octroi::gateway::contract {
namespace {

using Json = nlohmann::ordered_json;

void FieldsOf(const Condition& condition, std::set<std::string>& fields) {
  if (condition.kind == Condition::Kind::kValue) fields.insert(condition.field);
  for (const Condition& part : condition.parts) FieldsOf(part, fields);
}

Json CheckOrNever(const Condition& condition) {
  if (condition.kind == Condition::Kind::kFalse) return {{"cel", "false"}};
  return CheckOf(condition);
}

}  // namespace

void RuleMaker::Make(Condition whole, const std::vector<FormatRule>& formats) {
  std::vector<Condition> parts;
  if (whole.kind == Condition::Kind::kAll) {
    parts = std::move(whole.parts);
  } else if (whole.kind != Condition::Kind::kTrue) {
    parts.push_back(std::move(whole));
  }
  std::vector<std::string> only;  // of each part, the one field that it is about
  for (Condition& part : parts) {
    Demand(part);
    std::set<std::string> fields;
    FieldsOf(part, fields);
    only.push_back(fields.size() == 1 ? *fields.begin() : "");
  }
  for (const ImportedField& field : out_.fields) {
    std::vector<Condition> own;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (only[i] == field.id) own.push_back(std::exchange(parts[i], Condition::True()));
    }
    const Condition all = All(std::move(own));
    if (all.kind != Condition::Kind::kTrue)
      Add({IdOf(field.id, '-') + "-valid", field.id, ""}, CheckOrNever(all));
  }
  for (const Condition& part : parts) {
    if (part.kind != Condition::Kind::kTrue)
      Add({"schema-" + std::to_string(++several_), "", ""}, CheckOrNever(part));
  }
  for (const FormatRule& format : formats) {
    Add({IdOf(format.field, '-') + "-format", format.field, "", "validity", false},
        CheckOrNever(format.condition));
  }
}

// `required` of a contract also refuses null and the empty text: where they are refused anyway,
// what is missing is said as missing.
void RuleMaker::Demand(Condition& part) {
  if (part.kind != Condition::Kind::kValue) return;
  if ((part.types & (rules::kAbsentBit | rules::kNullBit)) != 0) return;
  const bool filled = part.keys.value("min_length", Json(0)).get<double>() >= 1;
  if ((part.types & rules::kStringBit) != 0 && !filled) return;
  required_.insert(part.field);
  part.types |= rules::kAbsentBit;
}

void RuleMaker::Lose(int code, const std::string& what) {
  out_.notes.push_back({"", source_.at, code, {what}, true});
}

void RuleMaker::Add(const RuleHead& head, const Json& check) {
  const std::string what = head.field.empty() ? head.id : head.field;
  if (DepthOf(check) > rules::kCheckDepthMax || PartsOf(check) > kPartsMax) return Lose(1450, what);
  const std::string fr = head.field.empty() ? "L'événement" : "« " + head.field + " »";
  const std::string en = head.field.empty() ? "The event" : "\"" + head.field + "\"";
  const char* const what_fr =
      head.refuses ? " suit le contrat importé." : " a la forme que le contrat importé attend.";
  const char* const what_en = head.refuses ? " follows the imported contract."
                                           : " has the form that the imported contract expects.";
  const Json say = head.say.empty() ? Json{{"fr", fr + what_fr}, {"en", en + what_en}}
                                    : Json{{"fr", head.say}, {"en", head.say}};
  Take({{"id", head.id},
        {"say", say},
        {"dimension", head.dimension},
        {"severity", head.refuses ? "blocking" : "minor"},
        {"check", check},
        {"on_fail", head.refuses ? "quarantine" : "keep"}});
}

void RuleMaker::Take(Json rule) {
  const std::string plain = rule.value("id", "rule");
  if (rules_.size() >= base::kRulesPerContractMax) return Lose(1453, plain);
  std::string id = plain;
  for (int next = 2; !ids_.insert(id).second; ++next) id = plain + "-" + std::to_string(next);
  rule["id"] = id;
  rules_.push_back(std::move(rule));
}

void RuleMaker::Finish(Json& contract) {
  Json fields = Json::object();
  for (const ImportedField& field : out_.fields) {
    Json& own = fields[field.id] = Json::object();
    if (required_.contains(field.id)) own["required"] = true;
    if (critical_.contains(field.id)) own["critical"] = true;
    own.update(field.more);
  }
  contract["fields"] = std::move(fields);
  if (!contract.contains("extra_fields")) contract["extra_fields"] = "drop";
  contract["rules"] = std::move(rules_);
}

}  // namespace octroi::gateway::contract
