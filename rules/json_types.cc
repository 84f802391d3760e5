// What JSON Schema asks of a value's type, and of a number's steps, exactly.
#include <charconv>
#include <cstdlib>

#include "rules/compiled.h"

namespace octroi::rules {
namespace {

using Wide = unsigned __int128;

// digits * 10^exponent; no zero at the end of the digits, unless it is 0.
struct Decimal {
  Wide digits = 0;
  int exponent = 0;
};

constexpr int kDigitsMax = 36;  // times ten still fits

// Of a JSON number; the sign says nothing here. Nothing: too many digits, or no number.
std::optional<Decimal> DecimalOf(std::string_view text) {
  Decimal decimal;
  int digits = 0;
  bool fraction = false;
  std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  const std::size_t begin = at;
  for (; at < text.size() && (text[at] == '.' || (text[at] >= '0' && text[at] <= '9')); ++at) {
    if (text[at] == '.') {
      if (fraction) return std::nullopt;
      fraction = true;
      continue;
    }
    if (digits > 0 || text[at] != '0') ++digits;
    if (digits > kDigitsMax) return std::nullopt;
    decimal.digits = decimal.digits * 10 + static_cast<unsigned>(text[at] - '0');
    decimal.exponent -= fraction ? 1 : 0;
  }
  if (at == begin) return std::nullopt;
  if (at < text.size()) {
    int power = 0;
    if (text[at] != 'e' && text[at] != 'E') return std::nullopt;
    at += at + 1 < text.size() && text[at + 1] == '+' ? 2 : 1;
    const auto [stop, error] = std::from_chars(text.data() + at, text.data() + text.size(), power);
    if (error != std::errc{} || stop != text.data() + text.size() || std::abs(power) > 1000)
      return std::nullopt;
    decimal.exponent += power;
  }
  for (; decimal.digits != 0 && decimal.digits % 10 == 0; ++decimal.exponent) decimal.digits /= 10;
  return decimal;
}

// a * b modulo m, without what a * b would overflow.
Wide TimesModulo(Wide a, unsigned b, Wide m) {
  Wide sum = 0;
  for (unsigned i = 0; i < b; ++i) {
    sum = sum >= m - a ? sum - (m - a) : sum + a;
  }
  return sum;
}

bool IsWhole(const base::Value& value) {
  if (value.type == base::JsonType::kInteger) return true;
  const auto decimal = DecimalOf(value.text);
  return decimal && (decimal->digits == 0 || decimal->exponent >= 0);
}

std::uint8_t TypeOf(const base::Value& value) {
  switch (value.type) {
    case base::JsonType::kAbsent:
      return kAbsentBit;
    case base::JsonType::kNull:
      return kNullBit;
    case base::JsonType::kBool:
      return kBooleanBit;
    case base::JsonType::kInteger:
    case base::JsonType::kDecimal:
      return IsWhole(value) ? kIntegerBit : kFractionBit;
    case base::JsonType::kString:
      return kStringBit;
    case base::JsonType::kArray:
      return kArrayBit;
    case base::JsonType::kObject:
      return kObjectBit;
  }
  return 0;
}

}  // namespace

bool HasJsonType(const base::Value& value, std::uint8_t types) {
  return (TypeOf(value) & types) != 0;
}

bool IsMultiple(std::string_view number, std::string_view of) {
  const auto value = DecimalOf(number);
  const auto step = DecimalOf(of);
  if (!value || !step || step->digits == 0 || of.starts_with('-')) return false;
  if (value->digits == 0) return true;
  const int shift = value->exponent - step->exponent;
  if (shift < 0) return false;  // its last digit is no zero: 10 does not divide it
  Wide rest = value->digits % step->digits;
  for (int i = 0; i < shift && rest != 0; ++i) rest = TimesModulo(rest, 10, step->digits);
  return rest == 0;
}

}  // namespace octroi::rules
