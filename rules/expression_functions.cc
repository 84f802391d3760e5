// Names of an expression: fields, functions, lists.
#include <algorithm>
#include <utility>

#include "rules/expression_compile.h"

namespace octroi::rules {
namespace {

using Type = ExpressionType;

constexpr std::int64_t kPatternMemoryBytesMax = 1 << 20;
constexpr std::size_t kListMax = 1000;  // longer ones are Lists

struct Convert {
  std::string_view name;
  Type from;
  Op op;
  Type to;
};
// From a type to itself nothing is done.
constexpr Convert kConversions[] = {
    {"int", Type::kDouble, Op::kIntOfDouble, Type::kInt},
    {"int", Type::kString, Op::kIntOfString, Type::kInt},
    {"int", Type::kTimestamp, Op::kIntOfTime, Type::kInt},
    {"double", Type::kInt, Op::kDoubleOfInt, Type::kDouble},
    {"double", Type::kString, Op::kDoubleOfString, Type::kDouble},
    {"bool", Type::kString, Op::kBoolOfString, Type::kBool},
    {"timestamp", Type::kString, Op::kTimeOfString, Type::kTimestamp},
    {"timestamp", Type::kInt, Op::kTimeOfInt, Type::kTimestamp},
    {"duration", Type::kString, Op::kSpanOfString, Type::kDuration},
};
struct Call {
  std::string_view name;
  Type of;
  bool takes_string;
  Op op;
  Type gives;
};
constexpr Call kMethods[] = {
    {"size", Type::kString, false, Op::kSize, Type::kInt},
    {"startsWith", Type::kString, true, Op::kStartsWith, Type::kBool},
    {"endsWith", Type::kString, true, Op::kEndsWith, Type::kBool},
    {"contains", Type::kString, true, Op::kContains, Type::kBool},
    {"getFullYear", Type::kTimestamp, false, Op::kYear, Type::kInt},
    {"getMonth", Type::kTimestamp, false, Op::kMonth, Type::kInt},
    {"getDate", Type::kTimestamp, false, Op::kDayOfMonth, Type::kInt},
    {"getDayOfWeek", Type::kTimestamp, false, Op::kDayOfWeek, Type::kInt},
    {"getHours", Type::kTimestamp, false, Op::kHours, Type::kInt},
};

}  // namespace

bool ExpressionCompiler::Named(Type& type) {
  const Token name = now_;
  if (!Advance()) return false;
  const std::string text(name.text);
  if (text == "true" || text == "false") {
    Emit(Op::kInt, 0).place = Keep(program_.ints, std::int64_t{text == "true"});
    type = Type::kBool;
    return true;
  }
  if (text == "received") {
    Emit(Op::kReceived, 0);
    type = Type::kTimestamp;
    return true;
  }
  if (text == "event") {
    if (!Expect(".")) return false;
    const Token field = now_;
    if (field.kind != TokenKind::kName) return Unexpected();
    return Advance() && Field(field, Op::kField, type);
  }
  if (!now_.Is("(")) {
    const bool known = std::ranges::find(fields_, name.text, &FieldSpec::name) != fields_.end();
    return known ? Fault(name, Code::kUnexpected, {text + " (event." + text + ")"})
                 : Fault(name, Code::kNotInSubset, {text});
  }
  if (!Advance()) return false;
  if (text == "has") return Has(type);
  if (text == "size" || text == "matches") {
    if (!Conditional(type)) return false;
    if (text == "matches" && !Expect(",")) return false;
    return Method(name, type);
  }
  return Conversion(name, type);
}

bool ExpressionCompiler::Field(const Token& name, Op op, Type& type) {
  const auto field = std::ranges::find(fields_, name.text, &FieldSpec::name);
  if (field == fields_.end()) return Fault(name, Code::kNoField, {std::string(name.text)});
  Step& step = Emit(op, 0);
  step.place = field->id;
  step.type = field->type;
  type = op == Op::kHas ? Type::kBool : field->type;
  if (std::ranges::find(program_.fields, field->id) == program_.fields.end())
    program_.fields.push_back(field->id);
  return true;
}

// has(event.f): whether it is there, not what it is.
bool ExpressionCompiler::Has(Type& type) {
  if (!now_.IsWord("event")) return Unexpected();
  if (!Advance() || !Expect(".")) return false;
  const Token field = now_;
  if (field.kind != TokenKind::kName) return Unexpected();
  return Advance() && Field(field, Op::kHas, type) && Expect(")");
}

// duration("24h") and timestamp("…") of a literal are constants.
bool ExpressionCompiler::Constant(const Token& name, const Token& text, Type& type) {
  const bool time = name.text == "timestamp";
  const auto value = time ? TimeOf(text.value) : SpanOf(text.value);
  if (!value) return Fault(text, Code::kLiteral, {std::string(text.text)});
  program_.strings.pop_back();
  program_.steps.back().op = Op::kInt;
  program_.steps.back().place = Keep(program_.ints, *value);
  type = time ? Type::kTimestamp : Type::kDuration;
  return true;
}

bool ExpressionCompiler::Conversion(const Token& name, Type& type) {
  const bool known =
      std::ranges::any_of(kConversions, [&](const Convert& one) { return one.name == name.text; });
  if (!known) return Fault(name, Code::kNotInSubset, {std::string(name.text) + "()"});
  const Token text = now_;
  const std::size_t before = program_.steps.size();
  if (!Conditional(type) || !Expect(")")) return false;
  const bool literal = text.kind == TokenKind::kString && program_.steps.size() == before + 1 &&
                       program_.steps.back().op == Op::kString;
  if (literal && (name.text == "duration" || name.text == "timestamp"))
    return Constant(name, text, type);
  if (NameOf(type) == name.text) return true;
  const auto* const convert = std::ranges::find_if(
      kConversions, [&](const Convert& one) { return one.name == name.text && one.from == type; });
  if (convert == std::end(kConversions)) return Types(name, type);
  Emit(convert->op, 1);
  type = convert->to;
  return true;
}

// Whom it is called on is on the stack; what is left to read are its arguments and ')'.
bool ExpressionCompiler::Method(const Token& name, Type& type) {
  if (name.text == "matches") {
    if (type != Type::kString) return Types(name, type);
    type = Type::kBool;
    return Pattern(name) && Expect(")");
  }
  const auto* const call =
      std::ranges::find_if(kMethods, [&](const Call& one) { return one.name == name.text; });
  if (call == std::end(kMethods))
    return Fault(name, Code::kNotInSubset, {std::string(name.text) + "()"});
  if (type != call->of) return Types(name, type);
  if (call->takes_string) {
    Type argument{};
    if (!Conditional(argument)) return false;
    if (argument != Type::kString) return Types(name, type, argument);
  }
  Emit(call->op, call->takes_string ? 2 : 1);
  type = call->gives;
  return Expect(")");
}

bool ExpressionCompiler::Pattern(const Token& name) {
  if (now_.kind != TokenKind::kString)
    return Fault(now_, Code::kNotALiteral, {std::string(name.text)});
  RE2::Options options;
  options.set_log_errors(false);  // it would print to stderr
  options.set_max_mem(kPatternMemoryBytesMax);
  auto pattern = std::make_unique<RE2>(now_.value, options);
  if (!pattern->ok()) return Fault(now_, Code::kLiteral, {pattern->error()});
  Emit(Op::kMatches, 1).place = Keep(program_.patterns, std::move(pattern));
  return Advance();
}

// One literal of a list.
bool ExpressionCompiler::Element(Type type, std::size_t list) {
  const bool minus = now_.Is("-");
  const Token first = now_;
  if (minus && !Advance()) return false;
  const double sign = minus ? -1 : 1;
  if (now_.kind == TokenKind::kInt && type == Type::kInt) {
    if (!minus && now_.magnitude > INT64_MAX)
      return Fault(now_, Code::kLiteral, {std::string(now_.text)});
    program_.int_lists[list].push_back(
        static_cast<std::int64_t>(minus ? ~now_.magnitude + 1 : now_.magnitude));
  } else if (now_.kind == TokenKind::kDouble && type == Type::kDouble) {
    program_.double_lists[list].push_back(sign * now_.number);
  } else if (now_.kind == TokenKind::kString && type == Type::kString && !minus) {
    program_.string_lists[list].push_back(now_.value);
  } else {
    return Fault(first, Code::kNotALiteral, {"in [" + std::string(NameOf(type)) + ", …]"});
  }
  return Advance();
}

bool ExpressionCompiler::InList(const Token& sign, Type type) {
  if (!now_.Is("[")) return Fault(now_, Code::kNotALiteral, {"in"});
  if (type != Type::kInt && type != Type::kDouble && type != Type::kString)
    return Types(sign, type);
  const std::size_t list = program_.int_lists.size();
  program_.int_lists.emplace_back();
  program_.double_lists.emplace_back();
  program_.string_lists.emplace_back();
  if (!Advance()) return false;
  for (std::size_t count = 0; !now_.Is("]"); ++count) {
    if (count == kListMax) return Fault(now_, Code::kTooLarge, {std::to_string(kListMax)});
    if ((count > 0 && !Expect(",")) || !Element(type, list)) return false;
  }
  std::ranges::sort(program_.int_lists[list]);
  std::ranges::sort(program_.double_lists[list]);
  std::ranges::sort(program_.string_lists[list]);
  const Op op = type == Type::kInt      ? Op::kInInts
                : type == Type::kDouble ? Op::kInDoubles
                                        : Op::kInStrings;
  Emit(op, 1).place = static_cast<std::uint16_t>(list);
  return Advance();
}

}  // namespace octroi::rules
