#include "rules/expression_values.h"

#include <charconv>
#include <chrono>
#include <cmath>

#include "base/text.h"
#include "rules/compiled.h"
#include "rules/formats.h"

namespace octroi::rules {
namespace {

using base::Value;

Cell WholeIf(bool known, std::int64_t whole) { return known ? Whole(whole) : Unknown(); }
Cell TimeIf(bool known, std::int64_t time) {
  return WholeIf(known && time >= kTimeMillisMin && time <= kTimeMillisMax, time);
}
Cell SpanIf(bool known, std::int64_t span) {
  return WholeIf(known && span >= -kSpanMillisMax && span <= kSpanMillisMax, span);
}
Cell MaybeWhole(const std::optional<std::int64_t>& whole) {
  return whole ? Whole(*whole) : Unknown();
}

std::optional<std::int64_t> IntOf(std::string_view text) {
  if (text.starts_with('+') && text.size() > 1 && IsDigit(text[1])) text.remove_prefix(1);
  std::int64_t whole = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, whole);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return whole;
}

std::optional<double> DoubleOf(std::string_view text) {
  const bool minus = text.starts_with('-');
  if (text.starts_with('+') || minus) text.remove_prefix(1);
  if (text.empty() || !(IsDigit(text[0]) || text[0] == '.')) return std::nullopt;
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return minus ? -number : number;
}

std::optional<std::int64_t> BoolOf(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "true", "T", "TRUE", "True"}) {
    if (text == yes) return 1;
  }
  for (const std::string_view no : {"0", "f", "false", "F", "FALSE", "False"}) {
    if (text == no) return 0;
  }
  return std::nullopt;
}

// "1.5h" at the start of `text`, taken off. What is finer than a millisecond is none.
std::optional<base::Millis> TakePart(std::string_view& text) {
  constexpr std::pair<std::string_view, base::Millis> kUnits[] = {
      {"ms", 1}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}};
  constexpr std::size_t kDigitsMax = 15;
  std::int64_t digits = 0;
  std::int64_t scale = 1;
  std::size_t count = 0;
  bool fraction = false;
  for (; !text.empty() && (IsDigit(text[0]) || (text[0] == '.' && !fraction));
       text.remove_prefix(1)) {
    if (text[0] == '.') {
      fraction = true;
      continue;
    }
    if (++count > kDigitsMax) return std::nullopt;
    digits = digits * 10 + (text[0] - '0');
    if (fraction) scale *= 10;
  }
  for (const auto& [unit, millis] : kUnits) {
    if (count == 0 || !text.starts_with(unit)) continue;
    text.remove_prefix(unit.size());
    std::int64_t product = 0;
    if (__builtin_mul_overflow(digits, millis, &product) || product % scale != 0)
      return std::nullopt;
    return product / scale;
  }
  return std::nullopt;
}

std::chrono::year_month_day DayOf(std::int64_t time) {
  return std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(time)));
}

std::int64_t FloorDivide(std::int64_t left, std::int64_t right) {
  return left / right - (left % right < 0 ? 1 : 0);
}

}  // namespace

Cell FieldOf(const Value& value, ExpressionType type) {
  if (!value.present() || IsComposite(value)) return Unknown();
  switch (type) {
    case ExpressionType::kBool:
      return WholeIf(value.type == base::JsonType::kBool, value.text == "true");
    case ExpressionType::kInt:
      return IsInteger(value.text) && value.type != base::JsonType::kBool
                 ? MaybeWhole(IntOf(value.text))
                 : Unknown();
    case ExpressionType::kDouble: {
      const auto number = NumberOf(value);
      return number ? Number(*number) : Unknown();
    }
    case ExpressionType::kString:
      return {true, 0, 0, value.text};
    case ExpressionType::kTimestamp:
      return MaybeWhole(base::ParseRfc3339(value.text, true));
    case ExpressionType::kDuration:
      return MaybeWhole(SpanOf(value.text));
  }
  return Unknown();
}

std::partial_ordering Order(std::int64_t whole, double number) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (std::isnan(number)) return std::partial_ordering::unordered;
  if (number >= kTwoTo63) return std::partial_ordering::less;
  if (number < -kTwoTo63) return std::partial_ordering::greater;
  const auto cut = static_cast<std::int64_t>(number);
  if (whole != cut) return whole <=> cut;
  return 0.0 <=> number - static_cast<double>(cut);
}

bool Holds(Relation relation, std::partial_ordering order) {
  switch (relation) {
    case Relation::kEqual:
      return std::is_eq(order);
    case Relation::kNotEqual:
      return std::is_neq(order);
    case Relation::kLess:
      return std::is_lt(order);
    case Relation::kLessOrEqual:
      return std::is_lteq(order);
    case Relation::kGreater:
      return std::is_gt(order);
    case Relation::kGreaterOrEqual:
      return std::is_gteq(order);
  }
  return false;
}

Cell OfInts(Op op, std::int64_t left, std::int64_t right) {
  std::int64_t result = 0;
  switch (op) {
    case Op::kAddInt:
      return __builtin_add_overflow(left, right, &result) ? Unknown() : Whole(result);
    case Op::kSubtractInt:
      return __builtin_sub_overflow(left, right, &result) ? Unknown() : Whole(result);
    case Op::kMultiplyInt:
      return __builtin_mul_overflow(left, right, &result) ? Unknown() : Whole(result);
    case Op::kDivideInt:
    case Op::kRemainder:
      if (right == 0 || (left == INT64_MIN && right == -1)) return Unknown();
      return Whole(op == Op::kDivideInt ? left / right : left % right);
    case Op::kAddTime:  // both are far from the ends of 64 bits
      return TimeIf(true, left + right);
    case Op::kSubtractTime:
      return TimeIf(true, left - right);
    case Op::kTimeBetween:
    case Op::kSubtractSpan:
      return SpanIf(true, left - right);
    default:
      return SpanIf(true, left + right);
  }
}

Cell OfDoubles(Op op, double left, double right) {
  switch (op) {
    case Op::kAddDouble:
      return Number(left + right);
    case Op::kSubtractDouble:
      return Number(left - right);
    case Op::kMultiplyDouble:
      return Number(left * right);
    default:
      return Number(left / right);
  }
}

Cell OfTime(Op op, std::int64_t time) {
  switch (op) {
    case Op::kYear:
      return Whole(static_cast<int>(DayOf(time).year()));
    case Op::kMonth:  // CEL counts from 0
      return Whole(static_cast<unsigned>(DayOf(time).month()) - 1);
    case Op::kDayOfMonth:
      return Whole(static_cast<unsigned>(DayOf(time).day()));
    case Op::kDayOfWeek:
      return Whole(std::chrono::weekday(std::chrono::sys_days(DayOf(time))).c_encoding());
    default:
      return Whole(FloorDivide(time, 3'600'000) - FloorDivide(time, 86'400'000) * 24);
  }
}

Cell Converted(Op op, const Cell& cell) {
  switch (op) {
    case Op::kIntOfDouble: {
      constexpr double kTwoTo63 = 9223372036854775808.0;
      const bool fits = cell.number > -kTwoTo63 && cell.number < kTwoTo63;
      return WholeIf(fits, fits ? static_cast<std::int64_t>(cell.number) : 0);
    }
    case Op::kIntOfString:
      return MaybeWhole(IntOf(cell.text));
    case Op::kIntOfTime:
      return Whole(FloorDivide(cell.whole, 1000));
    case Op::kDoubleOfInt:
      return Number(static_cast<double>(cell.whole));
    case Op::kDoubleOfString: {
      const auto number = DoubleOf(cell.text);
      return number ? Number(*number) : Unknown();
    }
    case Op::kBoolOfString:
      return MaybeWhole(BoolOf(cell.text));
    case Op::kTimeOfString:
      return MaybeWhole(TimeOf(cell.text));
    case Op::kTimeOfInt: {
      std::int64_t time = 0;
      const bool fits = !__builtin_mul_overflow(cell.whole, 1000, &time);
      return TimeIf(fits, time);
    }
    default:
      return MaybeWhole(SpanOf(cell.text));
  }
}

std::optional<base::Millis> TimeOf(std::string_view text) { return base::ParseRfc3339(text); }

std::optional<base::Millis> SpanOf(std::string_view text) {
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  base::Millis span = 0;
  while (!text.empty()) {
    const auto part = TakePart(text);
    if (!part || *part > kSpanMillisMax) return std::nullopt;
    span += *part;
    if (span > kSpanMillisMax) return std::nullopt;
  }
  return minus ? -span : span;
}

}  // namespace octroi::rules
