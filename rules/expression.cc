#include "rules/expression.h"

#include <utility>

#include "rules/expression_compile.h"
#include "rules/expression_program.h"

namespace octroi::rules {

std::string_view NameOf(ExpressionType type) {
  constexpr std::string_view kNames[] = {"bool",   "int",       "double",
                                         "string", "timestamp", "duration"};
  return kNames[static_cast<std::size_t>(type)];
}

std::string ExpressionFault::Text() const {
  std::string text = "line " + std::to_string(line) + ", column " + std::to_string(column) + ": ";
  const std::string first = pieces.empty() ? "" : "`" + pieces[0] + "`";
  switch (code) {
    case kUnexpected:
      return text + first + " was not expected here";
    case kUnfinished:
      return text + first + " is missing";
    case kNoField:
      return text + "the contract lists no field " + first;
    case kNotInSubset:
      return text + first + " is not part of the subset";
    case kTypes:
      return text + first + " does not take " + pieces[1];
    case kNotBool:
      return text + "it is a " + first + ", not a bool";
    case kLiteral:
      return text + first + " is no such literal";
    case kTooLarge:
      return text + "larger than the limit, " + first;
    case kNotALiteral:
      return text + first + " needs a literal";
  }
  return text;
}

std::unique_ptr<const Expression> Expression::Compile(std::string_view text,
                                                      std::span<const FieldSpec> fields,
                                                      ExpressionFault& fault) {
  if (text.size() > kExpressionBytesMax) {
    fault = {ExpressionFault::kTooLarge, 1, 1, {std::to_string(kExpressionBytesMax)}};
    return nullptr;
  }
  auto program = std::make_unique<ExpressionProgram>();
  if (!ExpressionCompiler(text, fields, *program, fault).Compile()) return nullptr;
  return std::unique_ptr<const Expression>(new Expression(std::move(program)));
}

Expression::Expression(std::unique_ptr<ExpressionProgram> program) : program_(std::move(program)) {}
Expression::~Expression() = default;

std::span<const base::FieldId> Expression::fields() const { return program_->fields; }
std::size_t Expression::steps() const { return program_->steps.size(); }

}  // namespace octroi::rules
