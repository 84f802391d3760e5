#include <array>
#include <cstdio>
#include <optional>

#include "rules/contract.h"
#include "rules/formats.h"
#include "rules/repairs.h"

namespace octroi::rules {
namespace {

struct Written {
  int number = 0;
  std::size_t digits = 0;
};

// Takes digits off the front; more than `digits_max` is not a part of a date.
std::optional<Written> TakeNumber(std::string_view& rest, std::size_t digits_max) {
  Written part;
  while (part.digits < rest.size() && IsDigit(rest[part.digits])) {
    if (part.digits == digits_max) return std::nullopt;
    part.number = part.number * 10 + (rest[part.digits++] - '0');
  }
  if (part.digits == 0) return std::nullopt;
  rest.remove_prefix(part.digits);
  return part;
}

bool TakeOne(std::string_view& rest, char expected) {
  if (!rest.starts_with(expected)) return false;
  rest.remove_prefix(1);
  return true;
}

// Year first or day first, one separator throughout, four digits of year.
bool TakeDate(std::string_view& rest, std::string& out) {
  const auto first = TakeNumber(rest, 4);
  if (!first || rest.empty()) return false;
  const char separator = rest[0];
  if (separator != '/' && separator != '.' && separator != '-') return false;
  rest.remove_prefix(1);
  const auto month = TakeNumber(rest, 2);
  if (!month || !TakeOne(rest, separator)) return false;
  const auto last = TakeNumber(rest, 4);
  if (!last) return false;
  const bool year_first = first->digits == 4 && last->digits <= 2;
  if (!year_first && !(first->digits <= 2 && last->digits == 4)) return false;
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d",
                year_first ? first->number : last->number, month->number,
                year_first ? last->number : first->number);
  out.append(text.data());
  return HasFormat(Format::kDate, out);
}

bool TakeTime(std::string_view& rest, std::string& out) {
  const auto hour = TakeNumber(rest, 2);
  if (!hour || !TakeOne(rest, ':')) return false;
  const auto minute = TakeNumber(rest, 2);
  if (!minute || minute->digits != 2) return false;
  Written second;
  if (TakeOne(rest, ':')) {
    const auto written = TakeNumber(rest, 2);
    if (!written || written->digits != 2) return false;
    second = *written;
  }
  if (hour->number > 23 || minute->number > 59 || second.number > 59) return false;
  std::array<char, 40>
      text{};  // what three ints could need at most, which is what the compiler counts
  std::snprintf(text.data(), text.size(), "T%02d:%02d:%02d", hour->number, minute->number,
                second.number);
  out.append(text.data());
  return true;
}

}  // namespace

bool DateToIso(std::string_view text, std::string& out) {
  if (!TakeDate(text, out)) return false;
  if (text.empty()) return true;
  return TakeOne(text, ' ') && TakeTime(text, out) && text.empty();
}

}  // namespace octroi::rules
