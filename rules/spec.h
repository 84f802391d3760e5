// What a contract file says, with names already resolved to field ids. Made by the config loader;
// what it means is said by Contract (contract.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/event.h"
#include "base/limits.h"
#include "base/words.h"
#include "rules/value_list.h"

namespace octroi::rules {

// clang-format off
enum class Dimension { kCompleteness, kValidity, kUniqueness, kConsistency, kTimeliness, kIdentity };
enum class Severity { kBlocking, kMajor, kMinor };
enum class OnFail { kKeep, kDropField, kQuarantine, kMerge, kReject };  // from mildest to strictest
enum class Format {
  kNone, kText, kCode, kEmail, kPhoneE164, kIsoCountry, kIsoLanguage, kDate, kDatetime, kSiren, kSiret,
  kUrl, kIp, kUuid, kInteger, kDecimal, kNoPersonalData
};
enum class ValueType { kAny, kString, kNumber, kInteger, kBoolean };
enum class Repair {
  kTrim, kLowercase, kUppercase, kPhoneToE164, kDateToIso, kCountryToIso, kStripAccents, kRedact
};
// clang-format on
enum class ExtraFields { kAllow, kDrop, kQuarantine };

enum class Compare { kNone, kSame, kBefore, kAfter, kNotBefore, kNotAfter, kLess, kGreater };

// What must hold: everything that is set. unique_on stands alone. contract.h says what each means.
struct CheckSpec {
  using Compare = rules::Compare;

  std::optional<base::FieldId> field;  // for every check on one field
  std::vector<base::FieldId> any_present;
  std::vector<base::FieldId> all_present;
  ValueType type = ValueType::kAny;
  Format format = Format::kNone;
  std::optional<std::string> matches;            // RE2, whole value
  std::optional<double> min, max, above, below;  // inclusive, inclusive, exclusive, exclusive
  std::optional<std::uint32_t> min_length, max_length;  // in Unicode code points
  std::vector<std::string> in;                          // literal values, numbers by their text
  std::shared_ptr<const ValueList> in_list, not_in_list;
  std::vector<base::FieldId> unique_on;  // kSubjectField stands for the person
  base::Millis within = 0;               // of unique_on
  std::optional<base::Millis> event_age_below;
  Compare compare = Compare::kNone;
  base::FieldId other = 0;  // of compare: `field` <compare> `other`
};
inline constexpr base::FieldId kSubjectField = 0xffff;

// All that are set must hold, or the rule is not evaluated. A field that is missing is in no list,
// and outside none either: `in`, `in_list` and `not_in_list` do not hold for it.
struct WhenSpec {
  std::optional<base::FieldId> present;
  std::optional<base::FieldId> field;
  std::vector<std::string> in;
  std::shared_ptr<const ValueList> in_list, not_in_list;  // of `field`
};

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
// config key to look at ("check.min").
struct SpecFault {
  static constexpr std::size_t kWholeContract = SIZE_MAX;
  std::size_t rule = kWholeContract;
  std::string_view key;  // a literal
  std::string what;      // lower case, no full stop
};

}  // namespace octroi::rules
