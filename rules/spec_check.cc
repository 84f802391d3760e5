#include <algorithm>
#include <set>
#include <utility>

#include "base/limits.h"
#include "rules/check_meaning.h"
#include "rules/compiled.h"

namespace octroi::rules {
namespace {

using base::FieldId;

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
    ReadCheck(check_, "check", false, contract_, at_, faults_);
    ReadActions();
    ReadWhen();
  }

 private:
  void Require(bool holds, const char* key, const char* otherwise) {
    if (!holds) faults_.push_back({at_, key, otherwise});
  }

  void RequireListed(FieldId field, const char* key) {
    const bool slot = field >= base::kSlotEventName && field < base::kSlots;
    const bool listed = std::any_of(contract_.fields.begin(), contract_.fields.end(),
                                    [&](const FieldSpec& known) { return known.id == field; });
    Require(slot || listed, key, "a field that the contract does not list");
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
    if (!when.present && AsksNothing(when)) return;
    ReadCheck(when, "when", when.present.has_value(), contract_, at_, faults_);
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
