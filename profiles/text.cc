#include "profiles/text.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace octroi::profiles {
namespace {

bool Digit(char c) { return c >= '0' && c <= '9'; }
bool Upper(char c) { return c >= 'A' && c <= 'Z'; }
bool Letter(char c) {
  return Upper(c) || (c >= 'a' && c <= 'z') || static_cast<signed char>(c) < 0;
}
bool Blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
char Lower(char c) { return Upper(c) ? static_cast<char>(c + ('a' - 'A')) : c; }

char KindOf(char c) {
  if (Digit(c)) return '9';
  if (Upper(c)) return 'A';
  if (Letter(c)) return 'a';
  return Blank(c) ? ' ' : c;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && Blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && Blank(text.back())) text.remove_suffix(1);
  return text;
}

constexpr auto kPlaceholders = std::to_array<std::string_view>({
    "n/a",
    "na",
    "n.a.",
    "n.a",
    "#n/a",
    "#n/a n/a",
    "#na",
    "null",
    "(null)",
    "<null>",
    "\\n",
    "nil",
    "none",
    "<none>",
    "nan",
    "-nan",
    "<na>",
    "nat",
    "1.#ind",
    "1.#qnan",
    "-1.#ind",
    "-1.#qnan",
    "undefined",
    "[object object]",
    "#ref!",
    "#value!",
    "#div/0!",
    "#name?",
    "#num!",
    "#null!",
    "unknown",
    "inconnu",
    "inconnue",
    "missing",
    "manquant",
    "not available",
    "not applicable",
    "non disponible",
    "sans objet",
    "s.o.",
    "s/o",
    "n\xc3\xa9"
    "ant",
    "neant",
    "non renseign\xc3\xa9",
    "non renseigne",
    "n.r.",
    "n/r",
    "n.c.",
    "n/c",
    "n.d.",
    "n/d",
    "tbd",
    "?",
    "??",
    "???",
    "-",
    "--",
    "---",
    ".",
    "..",
    "...",
    "_",
});

}  // namespace

std::string ShapeOf(std::string_view value) {
  std::string shape;
  for (const char c : value) {
    const char kind = KindOf(c);
    const bool run = kind == '9' || kind == 'A' || kind == 'a' || kind == ' ';
    if (run && !shape.empty() && shape.back() == kind) continue;
    if (shape.size() == 48) break;
    shape += kind;
  }
  return shape;
}

std::string ExactShapeOf(std::string_view value) {
  std::string shape;
  if (value.size() > 32) return shape;
  shape.reserve(value.size());
  for (const char c : value) shape += KindOf(c);
  return shape;
}

bool IsPlaceholder(std::string_view value) {
  std::string lower;
  for (const char c : Trimmed(value)) lower += Lower(c);
  return !value.empty() &&
         (lower.empty() || std::ranges::find(kPlaceholders, lower) != kPlaceholders.end());
}

std::string Folded(std::string_view value) {
  std::string folded;
  for (const char c : value)
    if (Letter(c) || Digit(c)) folded += Lower(c);
  return folded;
}

std::string DigitsOf(std::string_view value) {
  std::string digits;
  std::ranges::copy_if(value, std::back_inserter(digits), Digit);
  return digits;
}

std::vector<std::string_view> WordsOf(std::string_view value) {
  std::vector<std::string_view> words;
  const auto in_word = [](char c) { return Letter(c) || Digit(c); };
  for (std::size_t at = 0; at < value.size();) {
    std::size_t end = at;
    while (end < value.size() && in_word(value[end])) ++end;
    if (end > at) words.push_back(value.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::size_t Distance(std::string_view a, std::string_view b, std::size_t most) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > most) return most + 1;
  std::vector<std::size_t> before, last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] =
          std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before[j - 2] + 1);
      least = std::min(least, now[j]);
    }
    if (least > most) return most + 1;
    before = last;
    std::swap(last, now);
  }
  return std::min(last[b.size()], most + 1);
}

}  // namespace octroi::profiles
