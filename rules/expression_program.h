// The flat program that an expression becomes. Private to the module.
//
// Each step takes its operands off the stack and puts one result on it. Types are settled when it
// is compiled; a cell only knows whether it is known. Jumps go forward: every step runs once at
// most.
#pragma once

#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/expression.h"

namespace octroi::rules {

// clang-format off
enum class Op : std::uint8_t {
  kInt, kDouble, kString, kField, kReceived, kHas,  // put one on the stack
  kNot, kNegateInt, kNegateDouble,
  kAnd, kOr, kIfFalse, kIfTrue,        // the If jump to `to`, and leave their operand there
  kBranch, kJump,                      // ?: goes on, or to `to`, or, unknown, to `end`
  kAddInt, kSubtractInt, kMultiplyInt, kDivideInt, kRemainder,
  kAddDouble, kSubtractDouble, kMultiplyDouble, kDivideDouble,
  kAddTime, kSubtractTime, kTimeBetween, kAddSpan, kSubtractSpan,
  kCompareInt, kCompareDouble, kCompareIntDouble, kCompareDoubleInt, kCompareString,
  kInInts, kInDoubles, kInStrings,
  kSize, kMatches, kStartsWith, kEndsWith, kContains,
  kIntOfDouble, kIntOfString, kIntOfTime, kDoubleOfInt, kDoubleOfString, kBoolOfString,
  kTimeOfString, kTimeOfInt, kSpanOfString,
  kYear, kMonth, kDayOfMonth, kDayOfWeek, kHours
};
enum class Relation : std::uint8_t { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };
// clang-format on

struct Step {
  Op op = Op::kInt;
  Relation relation = Relation::kEqual;           // of comparisons
  ExpressionType type = ExpressionType::kString;  // of kField
  std::uint16_t to = 0, end = 0;                  // of jumps: steps
  std::uint16_t place = 0;                        // of a field, or in the tables below
};

struct ExpressionProgram {
  std::vector<Step> steps;
  std::vector<std::int64_t> ints;  // booleans and times, too
  std::vector<double> doubles;
  std::vector<std::string> strings;
  std::vector<std::vector<std::int64_t>> int_lists;  // sorted, as the others
  std::vector<std::vector<double>> double_lists;
  std::vector<std::vector<std::string>> string_lists;
  std::vector<std::unique_ptr<RE2>> patterns;
  std::vector<base::FieldId> fields;
};

// What both the compiler and the program ask of a text.
std::optional<base::Millis> SpanOf(std::string_view text);  // "1h30m", "-2.5s"; whole milliseconds
std::optional<base::Millis> TimeOf(std::string_view text);  // RFC 3339, with its zone
inline constexpr base::Millis kSpanMillisMax = 315'576'000'000'000;  // CEL's: 10,000 years
inline constexpr base::Millis kTimeMillisMin = -62'135'596'800'000;  // 0001-01-01
inline constexpr base::Millis kTimeMillisMax = 253'402'300'799'999;  // 9999-12-31

}  // namespace octroi::rules
