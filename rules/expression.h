// Expression: a condition on one event, in a subset of CEL (Common Expression Language,
// cel-spec langdef), for what the other checks cannot say. docs/FORMATS.md "Expressions" is the
// reference; in short:
//
//   types      bool int double string timestamp duration, and lists of literals right of `in`
//   names      event.<field>, of the type that its format gives it; received, when the event came
//   operators  || && ! == != < <= > >= in + - * / % ?: as in CEL, with its precedence
//   functions  has(event.f)  size  matches (RE2, found anywhere, a literal)  startsWith endsWith
//              contains  int double bool timestamp duration  getFullYear getMonth getDate
//              getDayOfWeek getHours (UTC)
//
// It is typed and compiled once to a flat program over a bounded stack; it has no loops, so that it
// takes one step for each of its instructions at most. What CEL calls an error, and what asks for a
// field that is absent or not of its type, is *unknown*: overflow, a division of whole numbers by
// zero, a time beyond the years 1 to 9999. Unknown || true is true, unknown && false is false.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/event.h"

namespace octroi::rules {

enum class ExpressionType : std::uint8_t { kBool, kInt, kDouble, kString, kTimestamp, kDuration };
std::string_view NameOf(ExpressionType type);  // "bool": CEL's name

enum class Truth : std::uint8_t { kFalse, kTrue, kUnknown };

// Where an expression is wrong. The codes are those of the config errors.
struct ExpressionFault {
  enum Code : int {
    kUnexpected = 1400,   // pieces: what stands there
    kUnfinished = 1401,   // pieces: what is missing
    kNoField = 1402,      // pieces: the field
    kNotInSubset = 1403,  // pieces: the name or construct
    kTypes = 1404,        // pieces: operator or function, the types it was given
    kNotBool = 1405,      // pieces: the type that the whole has
    kLiteral = 1406,      // pieces: what is wrong, from RE2 or as written
    kTooLarge = 1407,     // pieces: which limit
    kNotALiteral = 1408,  // pieces: the function
  };
  Code code = kUnexpected;
  std::uint32_t line = 1, column = 1;  // in the expression's text; columns in code points
  std::vector<std::string> pieces;
  std::string Text() const;  // "line 1, column 7: `x` was not expected", without a full stop
};

// Limits: of a text in bytes, of instructions, of values on the stack.
inline constexpr std::size_t kExpressionBytesMax = 4000;
inline constexpr std::size_t kExpressionStepsMax = 512;
inline constexpr std::size_t kExpressionStackMax = 48;

struct FieldSpec;
struct ExpressionProgram;  // private to the module

// Immutable; safe from any thread.
class Expression {
 public:
  // Nothing: `fault` says where and why. `fields` are those it may name.
  static std::unique_ptr<const Expression> Compile(std::string_view text,
                                                   std::span<const FieldSpec> fields,
                                                   ExpressionFault& fault);
  ~Expression();

  // Never fails, allocates nothing.
  Truth Holds(const base::Event& event, base::Millis received) const;

  std::span<const base::FieldId> fields() const;  // that it reads, each once
  std::size_t steps() const;                      // at most

 private:
  explicit Expression(std::unique_ptr<ExpressionProgram> program);
  std::unique_ptr<ExpressionProgram> program_;
};

}  // namespace octroi::rules
