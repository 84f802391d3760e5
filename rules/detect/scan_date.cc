// Dates, which are of birth where a word says so.
#include <algorithm>
#include <array>

#include "rules/detect/scan.h"
#include "rules/latin.h"

namespace octroi::rules {
namespace {

struct Part {
  std::size_t size = 0;
  int number = 0;
};

Part NumberAt(std::string_view text, std::size_t at, std::size_t most) {
  Part part;
  while (at + part.size < text.size() && part.size < most && IsDigit(text[at + part.size]))
    part.number = part.number * 10 + (text[at + part.size++] - '0');
  return part;
}

// By their first letters, which no two months share in either language but for "mar" and "jui".
constexpr std::string_view kMonths[] = {"janv", "january", "jan",  "fevr", "fév",  "feb",  "mars",
                                        "mar",  "avr",     "apr",  "mai",  "may",  "juin", "jun",
                                        "juil", "jul",     "aout", "août", "aug",  "sep",  "oct",
                                        "nov",  "dec",     "déc",  "fev",  "janu", "févr"};

// Bytes of the name of a month, with its dot; 0: it is none.
std::size_t MonthAt(std::string_view text, std::size_t at) {
  const auto starts = [&](std::string_view month) {
    return at + month.size() <= text.size() &&
           std::equal(month.begin(), month.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                      [](char a, char b) { return Upper(a) == Upper(b); });
  };
  if (std::ranges::none_of(kMonths, starts)) return 0;
  std::size_t end = at;
  while (end < text.size() && end - at < 12 && (IsWordAt(text, end) || (text[end] & 0xc0) == 0x80))
    ++end;
  return end - at + (end < text.size() && text[end] == '.' ? 1 : 0);
}

bool IsYear(const Part& part) {
  return part.size == 2 || (part.size == 4 && part.number >= 1880 && part.number <= 2100);
}
bool IsDayOrMonth(const Part& part) {
  return part.size > 0 && part.number >= 1 && part.number <= 31;
}

std::size_t Numeric(std::string_view text, std::size_t at) {
  const Part first = NumberAt(text, at, 4);
  const char separator = at + first.size < text.size() ? text[at + first.size] : ' ';
  if (first.size == 0 || std::string_view("/.- ").find(separator) == std::string_view::npos)
    return 0;
  at += first.size + 1;
  const Part second = NumberAt(text, at, 2);
  at += second.size;
  if (!IsDayOrMonth(second) || at >= text.size() || text[at] != separator) return 0;
  const Part third = NumberAt(text, ++at, 4);
  at += third.size;
  if (first.size == 4) return IsYear(first) && IsDayOrMonth(third) ? at : 0;
  return IsDayOrMonth(first) && IsYear(third) ? at : 0;
}

// "12 mars 1985", "1er mai 1985", "12th of March 1985", "March 12, 1985".
std::size_t Named(std::string_view text, std::size_t at) {
  const auto skip = [&](std::string_view bytes) {
    for (int most = 2; most > 0 && at < text.size() && bytes.find(text[at]) != bytes.npos; --most)
      ++at;
  };
  const Part day = NumberAt(text, at, 2);
  at += day.size;
  if (day.size > 0) {
    for (const std::string_view ending : {"er", "st", "nd", "rd", "th"}) {
      if (text.substr(at).starts_with(ending)) at += ending.size();
    }
    skip(" -");
    if (text.substr(at).starts_with("of ")) at += 3;
  }
  const std::size_t month = MonthAt(text, at);
  if (month == 0) return 0;
  at += month;
  skip(" -");
  if (day.size == 0) {
    const Part after = NumberAt(text, at, 2);
    if (!IsDayOrMonth(after)) return 0;
    at += after.size;
    skip(", ");
  }
  const Part year = NumberAt(text, at, 4);
  return year.size == 4 && IsYear(year) ? at + year.size : 0;
}

}  // namespace

void TextScan::BirthDate(std::size_t begin) {
  if (!Wants(PersonalData::kBirthDate)) return;
  std::size_t end = Numeric(text, begin);
  if (end == 0) end = Named(text, begin);
  if (end != 0 && !IsWordAt(text, end))
    Add(PersonalData::kBirthDate, begin, end, Confidence::kNone, false);
}

}  // namespace octroi::rules
