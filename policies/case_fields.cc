#include "policies/case_fields.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace octroi::policies {
namespace {

bool Names(const std::vector<std::uint16_t>& places, std::uint16_t place) {
  return places.empty() || std::ranges::find(places, place) != places.end();
}

// Which lists and literals of a field a text is in: texts that agree in it get the same answers.
std::vector<bool> MembershipOf(std::string_view text,
                               const std::vector<const ConditionSpec*>& conditions) {
  std::vector<bool> in;
  for (const ConditionSpec* one : conditions) {
    if (one->in_list) {
      in.push_back(one->in_list->Has(text));
    } else if (one->not_in_list) {
      in.push_back(one->not_in_list->Has(text));
    } else {
      in.push_back(std::ranges::find(one->in, text) != one->in.end());
    }
  }
  return in;
}

}  // namespace

bool AsksValueOf(const ConditionSpec& condition, base::FieldId field) {
  return condition.field == field ||
         std::ranges::find(condition.person, field) != condition.person.end();
}

bool AppliesTo(const PolicySpec& policy, std::uint16_t purpose, std::uint16_t destination) {
  return Names(policy.purposes, purpose) && Names(policy.destinations, destination);
}

std::vector<const ConditionSpec*> ConditionsOf(const PolicySetSpec& spec, std::uint16_t purpose,
                                               std::uint16_t destination) {
  std::vector<const ConditionSpec*> conditions;
  for (const PolicySpec& policy : spec.policies) {
    if (!AppliesTo(policy, purpose, destination)) continue;
    for (const ConditionSpec& one : policy.allow_when) conditions.push_back(&one);
    for (const OtherwiseSpec& line : policy.otherwise) {
      for (const ConditionSpec& one : line.when) conditions.push_back(&one);
    }
  }
  return conditions;
}

CaseFields::CaseFields(const std::vector<const ConditionSpec*>& conditions,
                       const std::vector<base::FieldId>& never_there) {
  std::set<base::FieldId> asked;
  for (const ConditionSpec* one : conditions) {
    if (one->present) asked.insert(*one->present);
    if (one->field) asked.insert(*one->field);
    asked.insert(one->person.begin(), one->person.end());
  }
  for (const base::FieldId field : asked) {
    Dimension dimension;
    dimension.field = field;
    if (std::ranges::find(never_there, field) == never_there.end()) {
      AddTexts(field, conditions, dimension);
      dimension.values.push_back({base::JsonType::kArray, "[]", {}});
    }
    dimension.values.emplace_back();  // absent
    count_ *= dimension.values.size();
    dimensions_.push_back(std::move(dimension));
  }
}

void CaseFields::AddTexts(base::FieldId field, const std::vector<const ConditionSpec*>& conditions,
                          Dimension& dimension) {
  std::vector<const ConditionSpec*> about;
  std::set<std::string_view> literals, listed;
  for (const ConditionSpec* one : conditions) {
    if (!AsksValueOf(*one, field)) continue;
    about.push_back(one);
    literals.insert(one->in.begin(), one->in.end());
    for (const auto& list : {one->in_list, one->not_in_list}) {
      if (!list) continue;
      const auto values = list->Values();
      listed.insert(values.begin(), values.end());
    }
  }
  std::string outside = "octroi";  // in none of them
  while (literals.contains(outside) || listed.contains(outside)) outside += "-x";
  literals.insert(outside);
  std::set<std::vector<bool>> seen;
  const auto add = [&](std::string_view text) {
    if (!seen.insert(MembershipOf(text, about)).second) return;
    std::string raw;
    base::AppendJsonString(text, raw);
    dimension.texts.push_back(std::make_unique<const std::string>(std::move(raw)));
    dimension.texts.push_back(std::make_unique<const std::string>(text));
    dimension.values.push_back({base::JsonType::kString,
                                *dimension.texts[dimension.texts.size() - 2],
                                *dimension.texts.back()});
  };
  for (const std::string_view text : literals) add(text);
  dimension.own_texts = dimension.values.size();
  for (const std::string_view text : listed) add(text);
}

void CaseFields::First() {
  for (Dimension& dimension : dimensions_) dimension.at = 0;
}

bool CaseFields::Next() {
  for (Dimension& dimension : dimensions_) {
    if (++dimension.at < dimension.values.size()) return true;
    dimension.at = 0;
  }
  return false;
}

std::vector<CaseField> CaseFields::Current() const {
  std::vector<CaseField> fields;
  for (const Dimension& dimension : dimensions_) {
    const base::Value& value = dimension.values[dimension.at];
    const bool listed =
        value.type == base::JsonType::kString && dimension.at >= dimension.own_texts;
    fields.push_back({dimension.field, value.type, std::string(value.text), listed});
  }
  return fields;
}

bool CaseFields::IsAbsent(base::FieldId field) const {
  return std::ranges::any_of(dimensions_, [&](const Dimension& dimension) {
    return dimension.field == field && !dimension.values[dimension.at].present();
  });
}

const base::Value& CaseFields::Field(base::FieldId field) const {
  static const base::Value absent;
  for (const Dimension& dimension : dimensions_) {
    if (dimension.field == field) return dimension.values[dimension.at];
  }
  surprised_ = true;
  return absent;
}

}  // namespace octroi::policies
