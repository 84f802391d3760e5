#include "gateway/score/terms.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "gateway/campaign.h"
#include "gateway/config/findings.h"
#include "gateway/config/node_json.h"
#include "gateway/config/world.h"
#include "rules/expression.h"

namespace octroi::gateway::score {
namespace {

using config::Document;
using config::Node;

constexpr const char* kDimensionNames[] = {"completeness", "validity",   "uniqueness",
                                           "consistency",  "timeliness", "identity"};
constexpr base::Millis kDayMs = 86'400'000;

// What a rule does, without how it is said.
std::string WhatOf(const Node& rule) {
  std::string what;
  for (const char* key : {"dimension", "severity", "when", "check", "repair"}) {
    what += "|";
    if (const Node* part = rule.Find(key)) what += config::JsonOf(*part).dump();
  }
  return what;
}

// All that a check looks at, and those in it; some more than once.
void Collect(const rules::CheckSpec& check, const rules::ContractSpec& contract,
             std::vector<base::FieldId>& into) {
  if (check.field) into.push_back(*check.field);
  if (check.compare != rules::Compare::kNone) into.push_back(check.other);
  if (check.country_field) into.push_back(*check.country_field);
  for (const auto* list : {&check.any_present, &check.all_present, &check.all_or_none,
                           &check.all_equal, &check.all_different, &check.unique_on})
    into.insert(into.end(), list->begin(), list->end());
  if (check.sum) {
    into.insert(into.end(), check.sum->of.begin(), check.sum->of.end());
    into.push_back(check.sum->total);
  }
  if (check.pair) into.insert(into.end(), {check.pair->first, check.pair->second});
  if (check.expression) {
    rules::ExpressionFault fault;
    const auto made = rules::Expression::Compile(*check.expression, contract.fields, fault);
    if (made) into.insert(into.end(), made->fields().begin(), made->fields().end());
  }
  for (const auto* parts : {&check.all_of, &check.any_of, &check.negated}) {
    for (const rules::CheckSpec& part : *parts) Collect(part, contract, into);
  }
}

std::vector<std::string> FieldsOf(const rules::CheckSpec& check,
                                  const rules::ContractSpec& contract, const Plan& plan) {
  std::vector<base::FieldId> looked_at;
  Collect(check, contract, looked_at);
  std::vector<std::string> fields;
  for (const base::FieldId field : looked_at) {
    if (field >= plan.fields.size()) continue;  // the person
    if (std::ranges::find(fields, plan.fields[field]) == fields.end())
      fields.push_back(plan.fields[field]);
  }
  return fields;
}

const Node* RuleNode(const Document* contract, std::string_view id) {
  if (contract == nullptr) return nullptr;
  for (const Node& rule : contract->root.List("rules")) {
    if (rule.Text("id") == id) return &rule;
  }
  return nullptr;
}

RuleTerms RuleOf(const rules::RuleSpec& spec, const rules::ContractSpec& whole,
                 const Document* contract, const Plan& plan, base::Millis now) {
  RuleTerms rule;
  rule.id = spec.id;
  rule.fields = FieldsOf(spec.check, whole, plan);
  const Node* node = RuleNode(contract, spec.id);
  if (node == nullptr) return rule;
  rule.what = WhatOf(*node);
  rule.file = contract->file;
  rule.line = node->at.line;
  if (const Node* say = node->Find("say")) {
    rule.say_fr = say->Text("fr");
    rule.say_en = say->Text("en");
  }
  const Node* score = node->Find("score");
  const Node* counted = score == nullptr ? nullptr : score->Find("counted");
  if (counted == nullptr || score->True("counted")) return rule;
  const base::Millis until = config::DayOf(*score, "until") + kDayMs;
  if (until <= now) return rule;
  rule.left_out_until = until;
  rule.left_out_why = score->Text("why");
  return rule;
}

void TakeWeights(const Node& root, scores::Weights& weights) {
  const Node* given = root.FindPath({"score", "weights"});
  if (given == nullptr) return;
  weights.fill(0);
  for (const Node::Member& one : given->members) {
    const auto at = std::ranges::find(kDimensionNames, one.key);
    if (at != std::end(kDimensionNames))
      weights[static_cast<std::size_t>(at - std::begin(kDimensionNames))] =
          static_cast<std::uint8_t>(std::clamp(one.value.number, 0.0, 100.0));
  }
}

// "97 %"
std::optional<ContractTerms::Objective> ObjectiveOf(const Node& root) {
  const Node* given = root.Find("objective");
  if (given == nullptr) return std::nullopt;
  const double usable = std::strtod(std::string(given->Text("usable")).c_str(), nullptr);
  const auto window = base::ParseDuration(given->Text("window"));
  if (!window || *window <= 0 || usable < 0 || usable > 100) return std::nullopt;
  return ContractTerms::Objective{static_cast<scores::Micro>(std::llround(usable * scores::kPoint)),
                                  *window};
}

// A critical field is covered by a blocking or major rule that looks at it (ux.md C.3).
void CountCritical(const Node& root, const rules::ContractSpec& spec, ContractTerms& into) {
  std::set<std::string> watched;
  for (std::size_t i = 0; i < spec.rules.size(); ++i) {
    if (spec.rules[i].severity == rules::Severity::kMinor || into.rules[i].left_out_until != 0)
      continue;
    watched.insert(into.rules[i].fields.begin(), into.rules[i].fields.end());
  }
  for (const Node::Member& field : root.Map("fields")) {
    if (!field.value.True("critical")) continue;
    ++into.critical;
    into.covered += watched.contains(field.key) || field.value.True("required") ? 1 : 0;
  }
}

Contact ContactOf(const Node* node) {
  if (node == nullptr) return {};
  return {std::string(node->Text("team")), std::string(node->Text("contact"))};
}

// `key`: what an entry names; without it, required fields.
std::vector<Mute> MutesOf(const Node& root, const char* key, base::Millis now) {
  std::vector<Mute> mutes;
  for (const Node& one : root.List("muted")) {
    const base::Millis until = config::DayOf(one, "until") + kDayMs;
    if (until > now)
      mutes.push_back({std::string(one.Text(key)), until, std::string(one.Text("why"))});
  }
  return mutes;
}

ContractTerms ContractOf(const ContractPlan& contract, const config::World& world, const Plan& plan,
                         base::Millis now) {
  ContractTerms made;
  if (!contract.contract) return made;
  const rules::ContractSpec& spec = contract.contract->spec();
  made.name = contract.name;
  made.id = spec.id;
  const Document* document = world.Find("Contract", contract.name);
  for (const rules::RuleSpec& rule : spec.rules) {
    made.rules.push_back(RuleOf(rule, spec, document, plan, now));
    made.terms.rules.push_back(
        {rule.dimension, rule.severity, made.rules.back().left_out_until == 0});
  }
  for (const rules::FieldSpec& field : spec.fields) {
    if (field.required && field.id < plan.fields.size())
      made.required.push_back(plan.fields[field.id]);
  }
  std::ranges::sort(made.required);
  for (const std::string& field : made.required) made.required_what += "required " + field + "|";
  made.terms.requires_fields = !made.required.empty();
  if (document == nullptr) return made;
  TakeWeights(document->root, made.terms.weights);
  made.objective = ObjectiveOf(document->root);
  made.producer = ContactOf(document->root.FindPath({"between", "producer"}));
  made.muted = MutesOf(document->root, "rule", now);
  CountCritical(document->root, spec, made);
  return made;
}

// Campaigns have names where a rule holds the field that names them against a list.
void NameCampaigns(const Plan& plan, const crypto::HmacKey& key, PlanTerms& into) {
  std::set<base::FieldId> fields;
  for (const SourcePlan& source : plan.sources) {
    if (source.campaign) fields.insert(*source.campaign);
  }
  std::string scratch;
  for (const ContractPlan& contract : plan.contracts) {
    if (!contract.contract) continue;
    for (const rules::RuleSpec& rule : contract.contract->spec().rules) {
      if (!rule.check.field || !fields.contains(*rule.check.field)) continue;
      const auto name = [&](const std::string& value) {
        if (!value.empty()) into.campaigns[CampaignHash(key, value, scratch)] = value;
      };
      std::ranges::for_each(rule.check.in, name);
      if (rule.check.in_list) std::ranges::for_each(rule.check.in_list->values(), name);
    }
  }
}

}  // namespace

const Mute* MuteOf(const std::vector<Mute>& mutes, std::string_view what) {
  const auto found = std::ranges::find(mutes, what, &Mute::what);
  return found == mutes.end() ? nullptr : &*found;
}

PlanTerms TermsOf(const PastConfig& past, base::Millis now, const crypto::HmacKey& key) {
  config::Findings findings;
  const config::World world = config::World::Read(past.config.files, findings);
  PlanTerms terms;
  for (const SourcePlan& source : past.plan->sources) {
    terms.sources.push_back(source.id);
    SourceTerms& of = terms.source_terms.emplace_back();
    const Document* document = world.Find("Source", source.id);
    if (document == nullptr) continue;
    of = {ContactOf(document->root.Find("owner")), MutesOf(document->root, "reason", now)};
  }
  for (const ContractPlan& contract : past.plan->contracts)
    terms.contracts.push_back(ContractOf(contract, world, *past.plan, now));
  NameCampaigns(*past.plan, key, terms);
  return terms;
}

}  // namespace octroi::gateway::score
