#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/limits.h"
#include "rules/compiled.h"

namespace octroi::rules {
namespace {

using base::FieldId;

bool HasValueCheck(const CheckSpec& check) {
  return check.type != ValueType::kAny || check.format != Format::kNone || check.matches ||
         check.min || check.max || check.above || check.below || check.min_length ||
         check.max_length || !check.in.empty() || check.in_list || check.not_in_list ||
         check.compare != Compare::kNone;
}

bool HasEventCheck(const CheckSpec& check) {
  return !check.any_present.empty() || !check.all_present.empty() || check.event_age_below;
}

// Reads one rule; says what is wrong with it under its number.
class RuleReader {
 public:
  RuleReader(const ContractSpec& contract, std::size_t at, std::vector<SpecFault>& faults)
      : contract_(contract),
        rule_(contract.rules[at]),
        check_(rule_.check),
        at_(at),
        faults_(faults) {}

  void Read() {
    Require(rule_.reason != base::Reason::kUndecided, "id", "the rule has no reason key");
    ReadFields();
    ReadSubject();
    ReadRanges();
    ReadUnique();
    ReadActions();
    ReadWhen();
  }

 private:
  void Require(bool holds, std::string_view key, const char* otherwise) {
    if (!holds) faults_.push_back({at_, key, otherwise});
  }

  void RequireListed(FieldId field, std::string_view key) {
    const bool slot = field >= base::kSlotEventName && field < base::kSlots;
    const bool listed = std::any_of(contract_.fields.begin(), contract_.fields.end(),
                                    [&](const FieldSpec& known) { return known.id == field; });
    Require(slot || listed, key, "a field that the contract does not list");
  }

  void ReadFields() {
    if (check_.field) RequireListed(*check_.field, "check.field");
    for (const FieldId field : check_.any_present) RequireListed(field, "check.any_present");
    for (const FieldId field : check_.all_present) RequireListed(field, "check.all_present");
    for (const FieldId field : check_.unique_on) {
      if (field != kSubjectField) RequireListed(field, "check.unique_on");
    }
    if (check_.compare != Compare::kNone) RequireListed(check_.other, "check.compare");
  }

  void ReadSubject() {
    const bool of_value = HasValueCheck(check_);
    const bool anything = of_value || HasEventCheck(check_) || !check_.unique_on.empty();
    Require(anything, "check", "it checks nothing");
    Require(check_.field || !of_value, "check.field", "a check on a value needs `field`");
    Require(!check_.field || of_value || !anything, "check.field", "nothing is asked of `field`");
    Require(check_.compare == Compare::kNone || check_.field != check_.other, "check.compare",
            "a field is compared with itself");
  }

  void ReadRanges() {
    const std::pair<std::string_view, std::optional<double>> limits[] = {
        {"check.min", check_.min},
        {"check.max", check_.max},
        {"check.above", check_.above},
        {"check.below", check_.below}};
    for (const auto& [key, limit] : limits)
      Require(!limit || std::isfinite(*limit), key, "not a finite number");
    Require(!(check_.min && check_.above), "check.above",
            "`min` and `above` say the same side twice");
    Require(!(check_.max && check_.below), "check.below",
            "`max` and `below` say the same side twice");
    const auto low = check_.min ? check_.min : check_.above;
    const auto high = check_.max ? check_.max : check_.below;
    const bool touching = check_.min && check_.max;
    Require(!low || !high || *low < *high || (touching && *low == *high),
            check_.max ? "check.max" : "check.below", "no number is in this range");
    Require(!check_.min_length || !check_.max_length || *check_.min_length <= *check_.max_length,
            "check.max_length", "no text has such a length");
    Require(!check_.event_age_below || *check_.event_age_below > 0, "check.event_age_below",
            "not a time span");
  }

  void ReadUnique() {
    const bool unique = !check_.unique_on.empty();
    Require(!unique || check_.within > 0, "check.within",
            "`unique_on` needs `within`, a time span");
    Require(unique || check_.within == 0, "check.within", "`within` belongs to `unique_on`");
    Require(!unique || !(HasValueCheck(check_) || HasEventCheck(check_) || check_.field),
            "check.unique_on", "`unique_on` stands alone in its check");
  }

  void ReadActions() {
    Require(rule_.on_fail != OnFail::kMerge || !check_.unique_on.empty(), "on_fail",
            "`merge` needs `unique_on`: into what else would it be merged");
    Require(rule_.on_fail != OnFail::kDropField || check_.field, "on_fail",
            "`drop-field` needs `check.field`");
    Require(rule_.repair.empty() || check_.field, "repair", "`repair` needs `check.field`");
    const std::set<Repair> repairs(rule_.repair.begin(), rule_.repair.end());
    Require(repairs.size() == rule_.repair.size(), "repair", "the same repair twice");
    Require(!(repairs.contains(Repair::kLowercase) && repairs.contains(Repair::kUppercase)),
            "repair", "`lowercase` and `uppercase` undo each other");
  }

  void ReadWhen() {
    const WhenSpec& when = rule_.when;
    if (when.present) RequireListed(*when.present, "when.present");
    if (when.field) RequireListed(*when.field, "when.field");
    const bool of_value = !when.in.empty() || when.in_list || when.not_in_list;
    Require(when.field || !of_value, "when.field", "a list in `when` needs `field`");
    Require(!when.field || of_value, "when.field", "nothing is asked of `field`");
  }

  const ContractSpec& contract_;
  const RuleSpec& rule_;
  const CheckSpec& check_;
  std::size_t at_;
  std::vector<SpecFault>& faults_;
};

}  // namespace

void CheckMeaning(const ContractSpec& spec, std::vector<SpecFault>& faults) {
  constexpr std::size_t kWhole = SpecFault::kWholeContract;
  if (spec.id.empty()) faults.push_back({kWhole, "id", "the contract has no id"});
  std::set<FieldId> fields;
  for (const FieldSpec& field : spec.fields) {
    if (field.id >= base::kFieldsMax)
      faults.push_back({kWhole, "fields", "not a dictionary field"});
    if (!fields.insert(field.id).second)
      faults.push_back({kWhole, "fields", "the same field twice"});
  }
  if (spec.dictionary_fields > base::kFieldsMax)
    faults.push_back({kWhole, "fields", "too many dictionary fields"});
  if (spec.rules.size() > base::kRulesPerContractMax) {
    faults.push_back(
        {kWhole, "rules", "more than " + std::to_string(base::kRulesPerContractMax) + " rules"});
  }
  std::set<std::string_view> ids;
  std::set<base::Reason> reasons;
  for (std::size_t at = 0; at < spec.rules.size(); ++at) {
    const RuleSpec& rule = spec.rules[at];
    if (rule.id.empty()) faults.push_back({at, "id", "the rule has no id"});
    if (!ids.insert(rule.id).second)
      faults.push_back({at, "id", "an earlier rule has the same id"});
    if (!reasons.insert(rule.reason).second && rule.reason != base::Reason::kUndecided) {
      faults.push_back({at, "id", "an earlier rule has the same reason key"});
    }
    RuleReader(spec, at, faults).Read();
  }
}

}  // namespace octroi::rules
