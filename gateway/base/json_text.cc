#include "base/json_text.h"

#include <charconv>
#include <cmath>
#include <cstring>

#include "base/utf8.h"

namespace octroi::base {
namespace {

constexpr std::size_t kDigitsAlwaysInRange = 15;  // 10^15 < 2^53
constexpr std::size_t kDigitsAlwaysFinite = 300;  // 10^300 < the largest double

ParseFault Invalid(std::string_view rule, std::size_t offset) {
  return {Reason::kJsonInvalid, rule, offset};
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::size_t DigitsAt(std::string_view text, std::size_t at) {
  const std::size_t start = at;
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at - start;
}

NumberKind IntegerInRange(std::string_view digits) {
  if (digits.size() <= kDigitsAlwaysInRange) return NumberKind::kInteger;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || value > kJsonIntegerMax) return NumberKind::kIntegerRange;
  return NumberKind::kInteger;
}

// Too small for a double reads as zero everywhere, which is finite; too large does not.
NumberKind FiniteDecimal(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{})
    return std::isfinite(value) ? NumberKind::kDecimal : NumberKind::kNotFinite;
  const std::size_t exponent = text.find_first_of("eE");
  const bool tiny = exponent != std::string_view::npos && text[exponent + 1] == '-';
  return tiny ? NumberKind::kDecimal : NumberKind::kNotFinite;
}

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The four digits after \u; negative if they are not there.
std::int32_t HexUnit(std::string_view body, std::size_t at) {
  if (at + 4 > body.size()) return -1;
  std::int32_t unit = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = HexValue(body[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

char SimpleEscape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return 0;
  }
}

// `at` is the backslash of a \u escape, and moves behind it (and its partner, for a pair).
ParseFault UnescapeUnicode(std::string_view body, std::size_t& at, char*& out) {
  const std::int32_t first = HexUnit(body, at + 2);
  if (first < 0) return Invalid("escape", at);
  if (first == 0) return Invalid("nul", at);
  auto code = static_cast<char32_t>(first);
  std::size_t size = 6;
  if (code >= 0xd800 && code <= 0xdfff) {
    const bool partner = code < 0xdc00 && body.substr(at + 6, 2) == "\\u";
    const std::int32_t second = partner ? HexUnit(body, at + 8) : -1;
    if (second < 0xdc00 || second > 0xdfff) return Invalid("surrogate", at);
    code = 0x10000 + ((code - 0xd800) << 10) + (static_cast<char32_t>(second) - 0xdc00);
    size = 12;
  }
  AppendUtf8(code, out);
  at += size;
  return {};
}

}  // namespace

NumberKind ClassifyNumber(std::string_view text) {
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = DigitsAt(text, sign);
  if (whole == 0 || (whole > 1 && text[sign] == '0')) return NumberKind::kMalformed;
  std::size_t at = sign + whole;
  if (at == text.size()) return IntegerInRange(text.substr(sign));
  if (text[at] == '.') {
    const std::size_t fraction = DigitsAt(text, at + 1);
    if (fraction == 0) return NumberKind::kMalformed;
    at += 1 + fraction;
    if (at == text.size() && whole <= kDigitsAlwaysFinite) return NumberKind::kDecimal;
  }
  if (at < text.size()) {
    if (text[at] != 'e' && text[at] != 'E') return NumberKind::kMalformed;
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent = DigitsAt(text, at);
    if (exponent == 0 || at + exponent != text.size()) return NumberKind::kMalformed;
  }
  return FiniteDecimal(text);
}

ParseFault Unescape(std::string_view body, char*& out) {
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t found = body.find('\\', at);
    const std::size_t plain = (found == std::string_view::npos ? body.size() : found) - at;
    std::memcpy(out, body.data() + at, plain);
    out += plain;
    at += plain;
    if (at == body.size()) break;
    if (at + 1 == body.size()) return Invalid("escape", at);
    if (body[at + 1] == 'u') {
      const ParseFault fault = UnescapeUnicode(body, at, out);
      if (fault.reason != Reason::kUndecided) return fault;
      continue;
    }
    const char simple = SimpleEscape(body[at + 1]);
    if (simple == 0) return Invalid("escape", at);
    *out++ = simple;
    at += 2;
  }
  return {};
}

ParseFault FindTextFault(std::string_view json) {
  bool in_string = false;
  std::size_t opened = 0;
  for (std::size_t at = 0; at < json.size();) {
    const Utf8Char c = Utf8At(json, at);
    if (c.size == 0) return Invalid("utf8", at);
    if (in_string && c.code < 0x20) return Invalid("control_character", at);
    if (c.code == '"') {
      in_string = !in_string;
      opened = at;
    } else if (c.code == '\\' && in_string && at + 1 < json.size() &&
               (json[at + 1] == '"' || json[at + 1] == '\\')) {
      ++at;  // the escaped character is plain ASCII
    }
    at += c.size;
  }
  return in_string ? Invalid("unclosed_string", opened) : Invalid("syntax", 0);
}

}  // namespace octroi::base
