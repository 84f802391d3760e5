// What a rule asks of an event, with names already resolved to field ids. contract.h says what each
// check means.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/event.h"
#include "rules/value_list.h"

namespace octroi::rules {

// clang-format off
enum class Format {
  kNone, kText, kCode, kEmail, kPhoneE164, kIsoCountry, kIsoLanguage, kDate, kDatetime, kSiren, kSiret,
  kUrl, kIp, kUuid, kInteger, kDecimal, kNoPersonalData,
  kIban, kBic, kPaymentCard, kVat, kNir, kSwissAvs, kSwissUid, kPostalCode, kJson, kLanguageTag, kIsoCurrency
};
enum class ValueType { kAny, kString, kNumber, kInteger, kBoolean };
enum class Compare { kNone, kSame, kBefore, kAfter, kNotBefore, kNotAfter, kLess, kGreater };
enum class Casing { kAny, kUpper, kLower, kTitle };
// clang-format on

// JSON types as JSON Schema means them; bits of CheckSpec::json_types. A number without a fraction
// is an integer (1.0 too), null is a type, and so is being absent: this check is always asked.
enum JsonTypeBit : std::uint8_t {
  kAbsentBit = 1,
  kNullBit = 2,
  kBooleanBit = 4,
  kIntegerBit = 8,
  kFractionBit = 16,
  kStringBit = 32,
  kArrayBit = 64,
  kObjectBit = 128
};

// Kinds of e-mail address that a check may refuse; bits (email_kinds.h).
enum EmailKind : std::uint8_t { kPlaceholderEmail = 1, kRoleEmail = 2, kDisposableEmail = 4 };

// The values of the fields `of` add up to that of `total`, give or take `tolerance`.
struct SumSpec {
  std::vector<base::FieldId> of;
  base::FieldId total = 0;
  double tolerance = 0;
};

// The texts of two fields go together: they are one of `pairs`.
struct PairSpec {
  base::FieldId first = 0, second = 0;
  std::vector<std::pair<std::string, std::string>> pairs;
};

// What must hold: everything that is set. unique_on stands alone.
struct CheckSpec {
  using Compare = rules::Compare;

  std::optional<base::FieldId> field;  // for every check on one field
  std::vector<base::FieldId> any_present;
  std::vector<base::FieldId> all_present;
  std::vector<base::FieldId> all_or_none, all_equal, all_different;
  ValueType type = ValueType::kAny;
  std::uint8_t json_types = 0;  // bits of JsonTypeBit; 0: not asked
  Format format = Format::kNone;
  std::string country;                         // of postal-code: always this one
  std::optional<base::FieldId> country_field;  // of postal-code: the one that this field says
  std::uint8_t not_email = 0;                  // bits of EmailKind
  std::optional<std::string> matches;          // RE2, whole value
  std::optional<std::string> not_matches;
  std::vector<std::string> matches_any, matches_all;
  std::optional<std::string> like, not_like;     // SQL: % any text, _ one character, \ before them
  std::optional<double> min, max, above, below;  // inclusive, inclusive, exclusive, exclusive
  std::optional<std::string> multiple_of;        // a JSON number above 0, as written
  std::optional<std::uint32_t> min_length, max_length;  // in Unicode code points
  Casing casing = Casing::kAny;
  std::vector<std::string> in, not_in;  // literal values, numbers by their text
  std::shared_ptr<const ValueList> in_list, not_in_list;
  std::shared_ptr<const ValueList> domain_not_in_list;  // of an e-mail address
  std::optional<base::Millis> not_future;               // what clocks may differ by
  std::optional<base::Millis> max_age, min_age;         // against the time of receipt
  std::vector<base::FieldId> unique_on;                 // kSubjectField stands for the person
  base::Millis within = 0;                              // of unique_on
  std::optional<base::Millis> event_age_below;
  Compare compare = Compare::kNone;
  base::FieldId other = 0;  // of compare: `field` <compare> `other`
  std::optional<SumSpec> sum;
  std::optional<PairSpec> pair;
  std::vector<CheckSpec> all_of, any_of;
  std::vector<CheckSpec> negated;         // `not`: each of them must not hold
  std::optional<std::string> expression;  // expression.h
};
inline constexpr base::FieldId kSubjectField = 0xffff;
inline constexpr std::size_t kCheckDepthMax = 4;  // of all_of, any_of and not in each other

// All that is set must hold, or the rule is not evaluated. A field that is missing holds nothing
// here: it is in no list, and outside none either. unique_on has no place here.
struct WhenSpec : CheckSpec {
  std::optional<base::FieldId> present;
};

}  // namespace octroi::rules
