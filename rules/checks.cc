#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.h"
#include "rules/compiled.h"
#include "rules/formats.h"
#include "rules/latin.h"

namespace octroi::rules {
namespace {

using base::JsonType;
using base::Value;

bool IsNumber(const Value& value) {
  return value.type == JsonType::kInteger || value.type == JsonType::kDecimal;
}

// What has no single text: every check on it fails.
bool IsComposite(const Value& value) {
  return value.type == JsonType::kArray || value.type == JsonType::kObject;
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

// A JSON number, or a string written as a decimal, as a source that comes from CSV has them.
std::optional<double> NumberOf(const Value& value) {
  if (!IsNumber(value) && !(value.type == JsonType::kString && IsDecimal(value.text)))
    return std::nullopt;
  double number = 0;
  const char* end = value.text.data() + value.text.size();
  const auto [stop, error] = std::from_chars(value.text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

bool ValueHasFormat(const Value& value, Format format) {
  if (value.type == JsonType::kBool) return false;
  if (format == Format::kDecimal && IsNumber(value)) return true;  // "1e3" is one, too
  return HasFormat(format, value.text);
}

bool Same(const Value& left, const Value& right) {
  if (left.text == right.text) return true;
  const auto a = NumberOf(left);
  const auto b = NumberOf(right);
  return a && b && *a == *b;
}

bool HoldsInTime(Compare compare, const Value& left, const Value& right) {
  const auto a = base::ParseRfc3339(left.text, true);
  const auto b = base::ParseRfc3339(right.text, true);
  if (!a || !b) return false;
  switch (compare) {
    case Compare::kBefore:
      return *a < *b;
    case Compare::kAfter:
      return *a > *b;
    case Compare::kNotBefore:
      return *a >= *b;
    case Compare::kNotAfter:
      return *a <= *b;
    default:
      return false;
  }
}

bool HoldsBetween(Compare compare, const Value& left, const Value& right) {
  if (!right.present()) return true;
  if (IsComposite(right)) return false;
  if (compare == Compare::kSame) return Same(left, right);
  if (compare != Compare::kLess && compare != Compare::kGreater)
    return HoldsInTime(compare, left, right);
  const auto a = NumberOf(left);
  const auto b = NumberOf(right);
  return a && b && (compare == Compare::kLess ? *a < *b : *a > *b);
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

bool Holds(const Test& test, const Value& value, const base::Event& event) {
  using Kind = Test::Kind;
  if (IsComposite(value)) return false;
  switch (test.kind) {
    case Kind::kType:
      return HasType(value, test.type);
    case Kind::kFormat:
      return ValueHasFormat(value, test.format);
    case Kind::kPattern:
      return RE2::FullMatch(re2::StringPiece(value.text.data(), value.text.size()), *test.pattern);
    case Kind::kMin:
    case Kind::kMax:
    case Kind::kAbove:
    case Kind::kBelow:
      return InRange(test, value);
    // No text has more code points than bytes: most are known to fit without counting.
    case Kind::kMinLength:
      return value.text.size() >= test.length && CodePoints(value.text) >= test.length;
    case Kind::kMaxLength:
      return value.text.size() <= test.length || CodePoints(value.text) <= test.length;
    case Kind::kIn:
      return std::binary_search(test.values.begin(), test.values.end(), value.text, std::less<>());
    case Kind::kInList:
      return test.list->Has(value.text);
    case Kind::kNotInList:
      return !test.list->Has(value.text);
    case Kind::kCompare:
      return HoldsBetween(test.compare, value, event[test.other]);
    default:
      return false;
  }
}

}  // namespace octroi::rules
