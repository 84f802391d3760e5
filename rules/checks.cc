#include <algorithm>
#include <charconv>
#include <optional>

#include "rules/compiled.h"
#include "rules/email_kinds.h"
#include "rules/formats.h"
#include "rules/latin.h"

namespace octroi::rules {
namespace {

using base::JsonType;
using base::Value;

bool IsNumber(const Value& value) {
  return value.type == JsonType::kInteger || value.type == JsonType::kDecimal;
}

bool HasType(const Value& value, ValueType type) {
  switch (type) {
    case ValueType::kAny:
      return true;
    case ValueType::kString:
      return value.type == JsonType::kString;
    case ValueType::kNumber:
      return IsNumber(value);
    case ValueType::kInteger:
      return value.type == JsonType::kInteger;
    case ValueType::kBoolean:
      return value.type == JsonType::kBool;
  }
  return false;
}

bool ValueHasFormat(const Value& value, Format format) {
  if (value.type == JsonType::kBool) return false;
  if (format == Format::kDecimal && IsNumber(value)) return true;  // "1e3" is one, too
  return HasFormat(format, value.text);
}

bool HoldsBetween(const Test& test, const Value& left, const Asked& asked) {
  const Value& right = asked.event[test.other];
  if (test.compare == Compare::kSame) return IsSame(left, right);
  if (test.compare != Compare::kLess && test.compare != Compare::kGreater)
    return HoldsInTime(test, left, asked);
  const auto a = NumberOf(left);
  const auto b = NumberOf(right);
  return a && b && (test.compare == Compare::kLess ? *a < *b : *a > *b);
}

bool Matches(const Test& test, std::string_view text, const Asked& asked) {
  if (test.set != kNoSet && asked.sets != nullptr) {
    if (const auto found = asked.sets->Has(test, text)) return *found;
  }
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *test.pattern);
}

bool InRange(const Test& test, const Value& value) {
  const auto number = NumberOf(value);
  if (!number) return false;
  switch (test.kind) {
    case Test::Kind::kMin:
      return *number >= test.limit;
    case Test::Kind::kMax:
      return *number <= test.limit;
    case Test::Kind::kAbove:
      return *number > test.limit;
    default:
      return *number < test.limit;
  }
}

}  // namespace

bool IsComposite(const Value& value) {
  return value.type == JsonType::kArray || value.type == JsonType::kObject;
}

std::optional<double> NumberOf(const Value& value) {
  if (!IsNumber(value) && !(value.type == JsonType::kString && IsDecimal(value.text)))
    return std::nullopt;
  double number = 0;
  const char* end = value.text.data() + value.text.size();
  const auto [stop, error] = std::from_chars(value.text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

bool IsSame(const Value& left, const Value& right) {
  if (left.text == right.text) return true;
  const auto a = NumberOf(left);
  const auto b = NumberOf(right);
  return a && b && *a == *b;
}

bool Holds(const Test& test, const Value& value, const Asked& asked) {
  using Kind = Test::Kind;
  const auto listed = [&] {
    return std::binary_search(test.values.begin(), test.values.end(), value.text, std::less<>());
  };
  switch (test.kind) {
    case Kind::kType:
      return HasType(value, test.type);
    case Kind::kFormat:
      return ValueHasFormat(value, test.format);
    case Kind::kPostalCode:
      return IsPostalCode(
          value.text, test.other == kSubjectField ? test.values[0] : asked.event[test.other].text);
    case Kind::kNotEmail:
      return (KindsOfEmail(value.text) & test.emails) == 0;
    case Kind::kDomain:
      return !IsDomainListed(value.text, *test.list);
    case Kind::kCasing:
      return HasCasing(test.casing, value.text);
    case Kind::kPattern:
      return Matches(test, value.text, asked);
    case Kind::kNotPattern:
      return !Matches(test, value.text, asked);
    case Kind::kMin:
    case Kind::kMax:
    case Kind::kAbove:
    case Kind::kBelow:
      return InRange(test, value);
    case Kind::kMultipleOf:
      return (IsNumber(value) || IsDecimal(value.text)) && IsMultiple(value.text, test.values[0]);
    // No text has more code points than bytes: most are known to fit without counting.
    case Kind::kMinLength:
      return value.text.size() >= test.length && CodePoints(value.text) >= test.length;
    case Kind::kMaxLength:
      return value.text.size() <= test.length || CodePoints(value.text) <= test.length;
    case Kind::kIn:
      return listed();
    case Kind::kNotIn:
      return !listed();
    case Kind::kInList:
      return test.list->Has(value.text);
    case Kind::kNotInList:
      return !test.list->Has(value.text);
    case Kind::kCompare:
      return HoldsBetween(test, value, asked);
    case Kind::kNotFuture:
    case Kind::kMaxAge:
    case Kind::kMinAge:
      return HoldsInTime(test, value, asked);
    default:
      return false;
  }
}

}  // namespace octroi::rules
