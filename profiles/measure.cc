// Numbers as people and programs write them, and their units.
#include <algorithm>
#include <array>
#include <charconv>

#include "profiles/text.h"

namespace octroi::profiles {
namespace {

bool Digit(char c) { return c >= '0' && c <= '9'; }
bool Blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && Blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && Blank(text.back())) text.remove_suffix(1);
  return text;
}

constexpr auto kUnits = std::to_array<std::string_view>({
    "%",        "\xe2\x82\xac",
    "$",        "\xc2\xa3",
    "chf",      "eur",
    "euro",     "euros",
    "usd",      "gbp",
    "dollar",   "dollars",
    "franc",    "francs",
    "fr",       "kg",
    "g",        "gr",
    "mg",       "t",
    "kilo",     "kilos",
    "gramme",   "grammes",
    "gram",     "grams",
    "tonne",    "tonnes",
    "lb",       "lbs",
    "pound",    "pounds",
    "oz",       "ounce",
    "ounces",   "once",
    "onces",    "l",
    "ml",       "cl",
    "dl",       "litre",
    "litres",   "liter",
    "liters",   "gallon",
    "gallons",  "gal",
    "pint",     "pints",
    "km",       "m",
    "cm",       "mm",
    "metre",    "metres",
    "meter",    "meters",
    "mile",     "miles",
    "mi",       "ft",
    "feet",     "foot",
    "in",       "inch",
    "inches",   "yd",
    "yard",     "yards",
    "m2",       "ha",
    "h",        "hr",
    "hrs",      "hour",
    "hours",    "heure",
    "heures",   "min",
    "mins",     "minute",
    "minutes",  "s",
    "sec",      "secs",
    "second",   "seconds",
    "seconde",  "secondes",
    "ms",       "d",
    "j",        "day",
    "days",     "jour",
    "jours",    "week",
    "weeks",    "semaine",
    "semaines", "month",
    "months",   "mois",
    "yr",       "yrs",
    "year",     "years",
    "an",       "ans",
    "kb",       "mb",
    "gb",       "tb",
    "ko",       "mo",
    "go",       "w",
    "kw",       "kwh",
    "v",        "a",
    "hz",       "khz",
    "mhz",      "ghz",
    "px",       "pt",
    "k",        "kcal",
    "cal",      "kj",
});

bool Grouped(std::string_view text, std::size_t at) {
  const std::string_view group = text.substr(at + 1, 3);
  return (text[at] == ' ' || text[at] == '\'') && group.size() == 3 &&
         std::ranges::all_of(group, Digit) && (at + 4 == text.size() || !Digit(text[at + 4]));
}

std::size_t ExponentBytes(std::string_view text) {
  std::size_t at = 1;
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  const std::size_t digits = at;
  while (at < text.size() && Digit(text[at])) ++at;
  return at == digits ? 0 : at;
}

// Digits in groups of three, a point or comma, more digits, an exponent: how much of `text` that
// is; `plain` as a program writes it.
std::size_t NumberBytes(std::string_view text, std::string& plain) {
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) {
    if (text[at] == '-') plain += '-';
    ++at;
  }
  const std::size_t first = at;
  for (; at < text.size(); ++at) {
    if (Digit(text[at]))
      plain += text[at];
    else if (at == first || !Grouped(text, at))
      break;
  }
  if (at == first) return 0;
  if (at + 1 < text.size() && (text[at] == '.' || text[at] == ',') && Digit(text[at + 1])) {
    plain += '.';
    for (++at; at < text.size() && Digit(text[at]); ++at) plain += text[at];
  }
  const std::size_t exponent = ExponentBytes(text.substr(at));
  plain += text.substr(at, exponent);
  return at + exponent;
}

}  // namespace

std::optional<Measure> MeasureOf(std::string_view value) {
  const std::string_view text = Trimmed(value);
  std::string plain;
  const std::size_t bytes = NumberBytes(text, plain);
  if (bytes == 0) return std::nullopt;
  Measure found;
  found.unit = Trimmed(text.substr(bytes));
  if (found.unit.size() > 24 || std::ranges::any_of(found.unit, Digit)) return std::nullopt;
  const auto [end, error] =
      std::from_chars(plain.data(), plain.data() + plain.size(), found.number);
  if (error != std::errc() || end != plain.data() + plain.size()) return std::nullopt;
  return found;
}

bool IsUnit(std::string_view unit) {
  std::string word;
  for (const char c : unit.substr(0, std::min(unit.find(' '), unit.size())))
    if (c != '.') word += Lower(c);
  return std::ranges::find(kUnits, word) != kUnits.end();
}

}  // namespace octroi::profiles
