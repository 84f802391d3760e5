// Reads an expression and writes its program, in one pass. Private to the module.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rules/expression_lexer.h"
#include "rules/expression_program.h"
#include "rules/spec.h"

namespace octroi::rules {

// A function that yields false has said why in the fault; nothing is read after that.
class ExpressionCompiler {
 public:
  ExpressionCompiler(std::string_view text, std::span<const FieldSpec> fields,
                     ExpressionProgram& program, ExpressionFault& fault)
      : lexer_(text, fault), fields_(fields), program_(program), fault_(fault) {}
  bool Compile();

 private:
  using Type = ExpressionType;
  using Code = ExpressionFault::Code;

  // Each leaves one value on the stack, of `type`.
  bool Conditional(Type& type);
  bool Either(Type& type);  // ||
  bool Both(Type& type);    // &&
  bool Comparison(Type& type);
  bool Sum(Type& type);
  bool Product(Type& type);
  bool Unary(Type& type);
  bool Member(Type& type);
  bool Primary(Type& type);
  bool Literal(Type& type);
  bool Named(Type& type);

  bool Arithmetic(const Token& sign, Type left, Type right, Type& type);
  bool Compare(const Token& sign, Type left, Type right);
  bool InList(const Token& sign, Type type);
  bool Element(Type type, std::size_t list);
  bool Has(Type& type);
  bool Field(const Token& name, Op op, Type& type);
  bool Conversion(const Token& name, Type& type);
  bool Constant(const Token& name, const Token& text, Type& type);
  bool Method(const Token& name, Type& type);
  bool Pattern(const Token& name);

  bool Advance() { return lexer_.Next(now_); }
  bool Expect(std::string_view sign);
  bool Fault(const Token& token, Code code, std::vector<std::string> pieces);
  bool Types(const Token& sign, Type left);
  bool Types(const Token& sign, Type left, Type right);
  bool Unexpected();

  // Writes a step that takes `takes` values and leaves one.
  Step& Emit(Op op, int takes);
  std::uint16_t Here() const { return static_cast<std::uint16_t>(program_.steps.size()); }
  template <class Value>
  static std::uint16_t Keep(std::vector<Value>& table, Value value) {
    table.push_back(std::move(value));
    return static_cast<std::uint16_t>(table.size() - 1);
  }

  Lexer lexer_;
  std::span<const FieldSpec> fields_;
  ExpressionProgram& program_;
  ExpressionFault& fault_;
  Token now_;
  int stack_ = 0, deepest_ = 0, nested_ = 0;
};

}  // namespace octroi::rules
