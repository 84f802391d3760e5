// The fields that conditions ask about, each with a value for every answer. Internal to policies.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.h"
#include "policies/decision_cases.h"

namespace octroi::policies {

// Conditions of the policies that apply to a purpose at a destination.
std::vector<const ConditionSpec*> ConditionsOf(const PolicySetSpec& spec, std::uint16_t purpose,
                                               std::uint16_t destination);
bool AsksValueOf(const ConditionSpec& condition, base::FieldId field);
bool AppliesTo(const PolicySpec& policy, std::uint16_t purpose, std::uint16_t destination);

// Goes through all combinations; the reader that Decide reads one from.
class CaseFields final : public base::FieldReader {
 public:
  // Keeps the conditions' literals only. `never_there`: absent in every combination.
  CaseFields(const std::vector<const ConditionSpec*>& conditions,
             const std::vector<base::FieldId>& never_there);

  std::uint64_t count() const { return count_; }
  void First();
  bool Next();  // false: that was the last; First again
  std::vector<CaseField> Current() const;
  bool surprised() const { return surprised_; }  // a field was read that no condition names

  bool IsAbsent(base::FieldId field) const;  // one that no condition names is not
  const base::Value& Field(base::FieldId field) const override;

 private:
  struct Dimension {
    base::FieldId field = 0;
    std::vector<base::Value> values;
    std::vector<std::unique_ptr<const std::string>> texts;
    std::size_t own_texts = 0;  // of `values`: so many are not of a list, and come first
    std::size_t at = 0;
  };
  static void AddTexts(base::FieldId field, const std::vector<const ConditionSpec*>& conditions,
                       Dimension& dimension);

  std::vector<Dimension> dimensions_;
  std::uint64_t count_ = 1;
  mutable bool surprised_ = false;
};

}  // namespace octroi::policies
