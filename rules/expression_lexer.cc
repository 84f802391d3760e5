#include "rules/expression_lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "rules/formats.h"

namespace octroi::rules {
namespace {

using Code = ExpressionFault::Code;

bool IsNameByte(char byte) { return IsAlpha(byte) || IsDigit(byte) || byte == '_'; }

constexpr std::array<std::string_view, 6> kTwoSigns = {"||", "&&", "==", "!=", "<=", ">="};
constexpr std::string_view kOneSigns = "!<>+-*/%?:.,()[]";

// The code point of `digits` to that base. Nothing that is one: -1.
std::int64_t CodePoint(std::string_view digits, int base) {
  std::uint32_t code = 0;
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), code, base);
  const bool whole = error == std::errc{} && stop == digits.data() + digits.size();
  if (!whole || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return -1;
  return code;
}

}  // namespace

void Lexer::Advance(std::size_t bytes) {
  for (const char byte : rest_.substr(0, bytes)) {
    if (byte == '\n') {
      ++line_;
      column_ = 1;
    } else if ((static_cast<unsigned char>(byte) & 0xc0) != 0x80) {
      ++column_;
    }
  }
  rest_.remove_prefix(bytes);
}

// White space, and comments to the end of the line.
void Lexer::Skip() {
  while (true) {
    Advance(std::min(rest_.find_first_not_of(" \t\r\n\f"), rest_.size()));
    if (!rest_.starts_with("//")) return;
    Advance(std::min(rest_.find('\n'), rest_.size()));
  }
}

bool Lexer::Fault(const Token& token, Code code, std::string piece) {
  fault_ = {code, token.line, token.column, {std::move(piece)}};
  return false;
}

bool Lexer::Next(Token& token) {
  Skip();
  token = Token{};
  token.line = line_;
  token.column = column_;
  if (rest_.empty()) return true;
  const char first = rest_[0];
  const char second = rest_.size() > 1 ? rest_[1] : '\0';
  if (IsDigit(first) || (first == '.' && IsDigit(second))) return Number(token);
  if (first == '"' || first == '\'') return Text(token);
  if ((first == 'r' || first == 'R') && (second == '"' || second == '\'')) return Raw(token, 1);
  if ((first == 'b' || first == 'B') && (second == '"' || second == '\''))
    return Fault(token, Code::kNotInSubset, "b\"\"");
  std::size_t size = 0;
  if (IsAlpha(first) || first == '_') {
    token.kind = TokenKind::kName;
    size = static_cast<std::size_t>(std::find_if_not(rest_.begin(), rest_.end(), IsNameByte) -
                                    rest_.begin());
  } else {
    token.kind = TokenKind::kSign;
    const bool two = std::ranges::find(kTwoSigns, rest_.substr(0, 2)) != kTwoSigns.end();
    size = two ? 2 : std::max<std::size_t>(base::Utf8At(rest_, 0).size, 1);
    if (!two && kOneSigns.find(first) == std::string_view::npos)
      return Fault(token, Code::kUnexpected, std::string(rest_.substr(0, size)));
  }
  token.text = rest_.substr(0, size);
  Advance(size);
  return true;
}

bool Lexer::Number(Token& token) {
  const bool hex = rest_.starts_with("0x") || rest_.starts_with("0X");
  std::size_t size = hex ? 2 : 0;
  bool whole = true;
  const auto digits = [&] {
    while (size < rest_.size() && (hex ? IsHex(rest_[size]) : IsDigit(rest_[size]))) ++size;
  };
  digits();
  if (!hex && size + 1 < rest_.size() && rest_[size] == '.' && IsDigit(rest_[size + 1])) {
    whole = false;
    ++size;
    digits();
  }
  if (!hex && size < rest_.size() && (rest_[size] == 'e' || rest_[size] == 'E')) {
    whole = false;
    ++size;
    if (size < rest_.size() && (rest_[size] == '+' || rest_[size] == '-')) ++size;
    digits();
  }
  token.text = rest_.substr(0, size);
  if (size < rest_.size() && (rest_[size] == 'u' || rest_[size] == 'U'))
    return Fault(token, Code::kNotInSubset, "uint");
  const char* begin = token.text.data() + (hex ? 2 : 0);
  const char* end = token.text.data() + size;
  std::from_chars_result read{};
  if (whole) {
    token.kind = TokenKind::kInt;
    read = std::from_chars(begin, end, token.magnitude, hex ? 16 : 10);
    if (token.magnitude > std::uint64_t{1} << 63) read.ec = std::errc::result_out_of_range;
  } else {
    token.kind = TokenKind::kDouble;
    read = std::from_chars(begin, end, token.number);
  }
  const bool next_is_name = size < rest_.size() && IsNameByte(rest_[size]);
  if (read.ec != std::errc{} || read.ptr != end || next_is_name)
    return Fault(token, Code::kLiteral, std::string(token.text));
  Advance(size);
  return true;
}

bool Lexer::Raw(Token& token, std::size_t prefix) {
  const std::size_t end = rest_.find(rest_[prefix], prefix + 1);
  const std::size_t line_end = rest_.find('\n');
  if (end == std::string_view::npos || line_end < end)
    return Fault(token, Code::kUnfinished, std::string(1, rest_[prefix]));
  token.kind = TokenKind::kString;
  token.text = rest_.substr(0, end + 1);
  token.value = rest_.substr(prefix + 1, end - prefix - 1);
  Advance(end + 1);
  return true;
}

bool Lexer::Text(Token& token) {
  const char quote = rest_[0];
  if (rest_.starts_with(std::string(3, quote)))
    return Fault(token, Code::kNotInSubset, std::string(3, quote));
  token.kind = TokenKind::kString;
  std::string_view rest = rest_.substr(1);
  while (!rest.empty() && rest[0] != quote && rest[0] != '\n') {
    const char byte = rest[0];
    rest.remove_prefix(1);
    if (byte != '\\') {
      token.value.push_back(byte);
    } else if (!Escape(rest, token)) {
      return Fault(token, Code::kLiteral, "\\");
    }
  }
  if (!rest.starts_with(quote)) return Fault(token, Code::kUnfinished, std::string(1, quote));
  token.text = rest_.substr(0, rest_.size() - (rest.size() - 1));
  Advance(token.text.size());
  return true;
}

bool Lexer::Escape(std::string_view& rest, Token& token) {
  constexpr std::string_view kLetters = "abfnrtv\\?\"'`";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\?\"'`";
  if (rest.empty()) return false;
  const char letter = rest[0];
  const std::size_t plain = kLetters.find(letter);
  if (plain != std::string_view::npos) {
    token.value.push_back(kMeanings[plain]);
    rest.remove_prefix(1);
    return true;
  }
  const bool octal = letter >= '0' && letter <= '3';
  const std::size_t digits = letter == 'x' || letter == 'X' ? 2
                             : letter == 'u'                ? 4
                             : letter == 'U'                ? 8
                             : octal                        ? 3
                                                            : 0;
  const std::size_t skip = octal ? 0 : 1;
  if (digits == 0 || rest.size() < skip + digits) return false;
  const std::int64_t code = CodePoint(rest.substr(skip, digits), octal ? 8 : 16);
  if (code < 0) return false;
  std::array<char, 4> bytes{};
  char* end = bytes.data();
  base::AppendUtf8(static_cast<char32_t>(code), end);
  token.value.append(bytes.data(), end);
  rest.remove_prefix(skip + digits);
  return true;
}

}  // namespace octroi::rules
