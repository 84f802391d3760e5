// What a contract file says, with names already resolved to field ids. Made by the config loader;
// what it means is said by Contract (contract.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/words.h"
#include "rules/check_spec.h"
#include "rules/expression.h"

namespace octroi::rules {

// clang-format off
enum class Dimension { kCompleteness, kValidity, kUniqueness, kConsistency, kTimeliness, kIdentity };
enum class Severity { kBlocking, kMajor, kMinor };
enum class OnFail { kKeep, kDropField, kQuarantine, kMerge, kReject };  // from mildest to strictest
enum class Repair {
  kTrim, kLowercase, kUppercase, kPhoneToE164, kDateToIso, kCountryToIso, kStripAccents, kRedact
};
// clang-format on
enum class ExtraFields { kAllow, kDrop, kQuarantine };

struct RuleSpec {
  std::string id;                                  // "email-valid"
  base::Reason reason = base::Reason::kUndecided;  // its configured reason: "quality.email_valid"
  Dimension dimension = Dimension::kValidity;
  Severity severity = Severity::kMajor;
  OnFail on_fail = OnFail::kKeep;
  WhenSpec when;
  CheckSpec check;
  std::vector<Repair> repair;  // of check.field, in this order
};

struct FieldSpec {
  base::FieldId id = 0;
  bool required = false;
  std::string name = {};                          // as expressions call it: "order_date"
  ExpressionType type = ExpressionType::kString;  // as expressions read it
};

struct ContractSpec {
  std::string id;  // "lead"
  std::uint32_t version = 1;
  std::vector<FieldSpec> fields;
  ExtraFields extra_fields = ExtraFields::kDrop;
  // How many fields the dictionary has: ids below it that are not in `fields` are the extra ones.
  // The exact number spares every event a look at slots that nothing fills.
  base::FieldId dictionary_fields = base::kFieldsMax;
  std::vector<RuleSpec> rules;
  bool observe = false;  // judge and count, stop nothing
};

// One thing wrong with a spec. `rule` is its place in the file, or kWholeContract; `key` is the
// config key to look at ("check.min", "check.any_of.1.min": the second of them).
struct SpecFault {
  static constexpr std::size_t kWholeContract = SIZE_MAX;
  std::size_t rule = kWholeContract;
  std::string key;
  std::string what;                      // lower case, no full stop
  int code = 0;                          // of the config error that says it in both languages
  std::vector<std::string> pieces = {};  // of that error
};

}  // namespace octroi::rules
