// The tokens of an expression. Private to the module.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rules/expression.h"

namespace octroi::rules {

enum class TokenKind : std::uint8_t { kName, kInt, kDouble, kString, kSign, kEnd };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;  // as written
  std::uint32_t line = 1, column = 1;
  std::uint64_t magnitude = 0;  // of kInt: at most 2^63, which only '-' before makes a value
  double number = 0;            // of kDouble
  std::string value;            // of kString, without its escapes

  bool Is(std::string_view sign) const { return kind == TokenKind::kSign && text == sign; }
  bool IsWord(std::string_view word) const { return kind == TokenKind::kName && text == word; }
};

// Reads one token after the other. A fault ends the reading: Next says false.
class Lexer {
 public:
  Lexer(std::string_view text, ExpressionFault& fault) : rest_(text), fault_(fault) {}
  bool Next(Token& token);

 private:
  void Skip();
  void Advance(std::size_t bytes);
  bool Number(Token& token);
  bool Text(Token& token);
  bool Raw(Token& token, std::size_t prefix);
  bool Escape(std::string_view& rest, Token& token);
  bool Fault(const Token& token, ExpressionFault::Code code, std::string piece);

  std::string_view rest_;
  std::uint32_t line_ = 1, column_ = 1;
  ExpressionFault& fault_;
};

}  // namespace octroi::rules
