#include "rules/expression_compile.h"

#include <algorithm>
#include <utility>

namespace octroi::rules {
namespace {

using Type = ExpressionType;

constexpr int kNestedMax = 40;  // calls of the reader in each other
constexpr std::uint64_t kIntMagnitude = std::uint64_t{1} << 63;

constexpr std::pair<std::string_view, Relation> kRelations[] = {
    {"==", Relation::kEqual},  {"!=", Relation::kNotEqual},    {"<", Relation::kLess},
    {">", Relation::kGreater}, {"<=", Relation::kLessOrEqual}, {">=", Relation::kGreaterOrEqual}};

struct Arithmetics {
  std::string_view sign;
  Type left, right;
  Op op;
  Type result;
};
constexpr Arithmetics kArithmetics[] = {
    {"+", Type::kInt, Type::kInt, Op::kAddInt, Type::kInt},
    {"-", Type::kInt, Type::kInt, Op::kSubtractInt, Type::kInt},
    {"*", Type::kInt, Type::kInt, Op::kMultiplyInt, Type::kInt},
    {"/", Type::kInt, Type::kInt, Op::kDivideInt, Type::kInt},
    {"%", Type::kInt, Type::kInt, Op::kRemainder, Type::kInt},
    {"+", Type::kDouble, Type::kDouble, Op::kAddDouble, Type::kDouble},
    {"-", Type::kDouble, Type::kDouble, Op::kSubtractDouble, Type::kDouble},
    {"*", Type::kDouble, Type::kDouble, Op::kMultiplyDouble, Type::kDouble},
    {"/", Type::kDouble, Type::kDouble, Op::kDivideDouble, Type::kDouble},
    {"+", Type::kTimestamp, Type::kDuration, Op::kAddTime, Type::kTimestamp},
    {"+", Type::kDuration, Type::kTimestamp, Op::kAddTime, Type::kTimestamp},
    {"-", Type::kTimestamp, Type::kDuration, Op::kSubtractTime, Type::kTimestamp},
    {"-", Type::kTimestamp, Type::kTimestamp, Op::kTimeBetween, Type::kDuration},
    {"+", Type::kDuration, Type::kDuration, Op::kAddSpan, Type::kDuration},
    {"-", Type::kDuration, Type::kDuration, Op::kSubtractSpan, Type::kDuration},
};

}  // namespace

bool ExpressionCompiler::Fault(const Token& token, Code code, std::vector<std::string> pieces) {
  fault_ = {code, token.line, token.column, std::move(pieces)};
  return false;
}

bool ExpressionCompiler::Types(const Token& sign, Type left) {
  return Fault(sign, Code::kTypes, {std::string(sign.text), std::string(NameOf(left))});
}

bool ExpressionCompiler::Types(const Token& sign, Type left, Type right) {
  return Fault(
      sign, Code::kTypes,
      {std::string(sign.text), std::string(NameOf(left)) + ", " + std::string(NameOf(right))});
}

bool ExpressionCompiler::Unexpected() {
  if (now_.kind == TokenKind::kEnd) return Fault(now_, Code::kUnfinished, {"…"});
  return Fault(now_, Code::kUnexpected, {std::string(now_.text)});
}

bool ExpressionCompiler::Expect(std::string_view sign) {
  if (now_.Is(sign)) return Advance();
  if (now_.kind == TokenKind::kEnd) return Fault(now_, Code::kUnfinished, {std::string(sign)});
  return Unexpected();
}

Step& ExpressionCompiler::Emit(Op op, int takes) {
  stack_ += 1 - takes;
  deepest_ = std::max(deepest_, stack_);
  Step& step = program_.steps.emplace_back();
  step.op = op;
  return step;
}

bool ExpressionCompiler::Compile() {
  Type type{};
  if (!Advance()) return false;
  const Token first = now_;
  if (!Conditional(type)) return false;
  if (now_.kind != TokenKind::kEnd) return Unexpected();
  if (type != Type::kBool) return Fault(first, Code::kNotBool, {std::string(NameOf(type))});
  if (program_.steps.size() > kExpressionStepsMax) {
    return Fault(first, Code::kTooLarge, {std::to_string(kExpressionStepsMax)});
  }
  if (deepest_ <= static_cast<int>(kExpressionStackMax)) return true;
  return Fault(first, Code::kTooLarge, {std::to_string(kExpressionStackMax)});
}

bool ExpressionCompiler::Conditional(Type& type) {
  if (++nested_ > kNestedMax) return Fault(now_, Code::kTooLarge, {std::to_string(kNestedMax)});
  if (!Either(type)) return false;
  if (now_.Is("?")) {
    const Token sign = now_;
    if (type != Type::kBool) return Types(sign, type);
    const std::uint16_t branch = Here();
    Emit(Op::kBranch, 1);
    --stack_;
    Type other{};
    if (!Advance() || !Either(type)) return false;
    const std::uint16_t jump = Here();
    Emit(Op::kJump, 1);
    --stack_;
    program_.steps[branch].to = Here();
    if (!Expect(":") || !Conditional(other)) return false;
    if (type != other) return Types(sign, type, other);
    program_.steps[branch].end = program_.steps[jump].to = Here();
  }
  --nested_;
  return true;
}

bool ExpressionCompiler::Either(Type& type) {
  if (!Both(type)) return false;
  while (now_.Is("||")) {
    const Token sign = now_;
    Type right{};
    const std::uint16_t jump = Here();
    Emit(Op::kIfTrue, 1);
    if (!Advance() || !Both(right)) return false;
    if (type != Type::kBool || right != Type::kBool) return Types(sign, type, right);
    Emit(Op::kOr, 2);
    program_.steps[jump].to = Here();
  }
  return true;
}

bool ExpressionCompiler::Both(Type& type) {
  if (!Comparison(type)) return false;
  while (now_.Is("&&")) {
    const Token sign = now_;
    Type right{};
    const std::uint16_t jump = Here();
    Emit(Op::kIfFalse, 1);
    if (!Advance() || !Comparison(right)) return false;
    if (type != Type::kBool || right != Type::kBool) return Types(sign, type, right);
    Emit(Op::kAnd, 2);
    program_.steps[jump].to = Here();
  }
  return true;
}

bool ExpressionCompiler::Comparison(Type& type) {
  if (!Sum(type)) return false;
  while (true) {
    const Token sign = now_;
    const auto* const relation =
        std::ranges::find_if(kRelations, [&](const auto& known) { return now_.Is(known.first); });
    if (now_.IsWord("in")) {
      if (!Advance() || !InList(sign, type)) return false;
    } else if (relation != std::end(kRelations)) {
      Type right{};
      if (!Advance() || !Sum(right) || !Compare(sign, type, right)) return false;
      program_.steps.back().relation = relation->second;
    } else {
      return true;
    }
    type = Type::kBool;
  }
}

bool ExpressionCompiler::Compare(const Token& sign, Type left, Type right) {
  Op op = Op::kCompareInt;  // booleans and times, too
  if (left == Type::kInt && right == Type::kDouble) {
    op = Op::kCompareIntDouble;
  } else if (left == Type::kDouble && right == Type::kInt) {
    op = Op::kCompareDoubleInt;
  } else if (left != right) {
    return Types(sign, left, right);
  } else if (left == Type::kDouble) {
    op = Op::kCompareDouble;
  } else if (left == Type::kString) {
    op = Op::kCompareString;
  }
  Emit(op, 2);
  return true;
}

bool ExpressionCompiler::Sum(Type& type) {
  if (!Product(type)) return false;
  while (now_.Is("+") || now_.Is("-")) {
    const Token sign = now_;
    const Type left = type;
    Type right{};
    if (!Advance() || !Product(right) || !Arithmetic(sign, left, right, type)) return false;
  }
  return true;
}

bool ExpressionCompiler::Product(Type& type) {
  if (!Unary(type)) return false;
  while (now_.Is("*") || now_.Is("/") || now_.Is("%")) {
    const Token sign = now_;
    const Type left = type;
    Type right{};
    if (!Advance() || !Unary(right) || !Arithmetic(sign, left, right, type)) return false;
  }
  return true;
}

bool ExpressionCompiler::Arithmetic(const Token& sign, Type left, Type right, Type& type) {
  if (left == Type::kString && right == Type::kString && sign.text == "+")
    return Fault(sign, Code::kNotInSubset, {"string + string"});
  const auto* const known = std::ranges::find_if(kArithmetics, [&](const Arithmetics& one) {
    return one.sign == sign.text && one.left == left && one.right == right;
  });
  if (known == std::end(kArithmetics)) return Types(sign, left, right);
  Emit(known->op, 2);
  type = known->result;
  return true;
}

bool ExpressionCompiler::Unary(Type& type) {
  if (!now_.Is("!") && !now_.Is("-")) return Member(type);
  if (++nested_ > kNestedMax) return Fault(now_, Code::kTooLarge, {std::to_string(kNestedMax)});
  const Token sign = now_;
  if (!Advance()) return false;
  if (sign.Is("-") && now_.kind == TokenKind::kInt) {
    Emit(Op::kInt, 0).place = Keep(program_.ints, static_cast<std::int64_t>(~now_.magnitude + 1));
    type = Type::kInt;
    --nested_;
    return Advance();
  }
  if (!Unary(type)) return false;
  if (sign.Is("!") ? type != Type::kBool : type != Type::kInt && type != Type::kDouble)
    return Types(sign, type);
  Emit(sign.Is("!") ? Op::kNot : type == Type::kInt ? Op::kNegateInt : Op::kNegateDouble, 1);
  --nested_;
  return true;
}

bool ExpressionCompiler::Member(Type& type) {
  if (!Primary(type)) return false;
  while (now_.Is(".")) {
    if (!Advance()) return false;
    const Token name = now_;
    if (name.kind != TokenKind::kName) return Unexpected();
    if (!Advance()) return false;
    if (!now_.Is("(")) return Fault(name, Code::kNotInSubset, {"." + std::string(name.text)});
    if (!Advance() || !Method(name, type)) return false;
  }
  if (now_.Is("[")) return Fault(now_, Code::kNotInSubset, {"[]"});
  return true;
}

bool ExpressionCompiler::Primary(Type& type) {
  if (now_.kind == TokenKind::kName) return Named(type);
  if (now_.Is("[")) return Fault(now_, Code::kNotInSubset, {"[] (in)"});
  if (!now_.Is("(")) return Literal(type);
  return Advance() && Conditional(type) && Expect(")");
}

bool ExpressionCompiler::Literal(Type& type) {
  switch (now_.kind) {
    case TokenKind::kInt:
      if (now_.magnitude == kIntMagnitude)
        return Fault(now_, Code::kLiteral, {std::string(now_.text)});
      Emit(Op::kInt, 0).place = Keep(program_.ints, static_cast<std::int64_t>(now_.magnitude));
      type = Type::kInt;
      break;
    case TokenKind::kDouble:
      Emit(Op::kDouble, 0).place = Keep(program_.doubles, now_.number);
      type = Type::kDouble;
      break;
    case TokenKind::kString:
      Emit(Op::kString, 0).place = Keep(program_.strings, now_.value);
      type = Type::kString;
      break;
    default:
      return Unexpected();
  }
  return Advance();
}

}  // namespace octroi::rules
