// The part of text.h that reads and writes times and durations.
#include <array>
#include <cstddef>
#include <limits>

#include "base/text.h"

namespace octroi::base {
namespace {

constexpr Millis kSecond = 1000;
constexpr Millis kMinute = 60 * kSecond;
constexpr Millis kHour = 60 * kMinute;
constexpr Millis kDay = 24 * kHour;
constexpr Millis kEarliest = -62'135'596'800'000;  // 0001-01-01T00:00:00.000Z
constexpr Millis kLatest = 253'402'300'799'999;    // 9999-12-31T23:59:59.999Z

// Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible
// low-level date algorithms"), and back.
constexpr std::int64_t DaysFromCivil(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

struct Civil {
  std::int64_t year;
  std::int64_t month;
  std::int64_t day;
};

constexpr Civil CivilFromDays(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  const std::int64_t month = shifted + (shifted < 10 ? 3 : -9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * shifted + 2) / 5 + 1};
}

constexpr int DaysIn(int year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Reads from the front; after the first mismatch ok() stays false.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}
  int Digits(std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (i >= rest_.size() || rest_[i] < '0' || rest_[i] > '9') return Fail();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  char OneOf(std::string_view allowed) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) {
      Fail();
      return 0;
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  bool At(char c) const { return !rest_.empty() && rest_.front() == c; }
  bool AtDigit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  int Fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<std::int64_t> ReadDate(Cursor& in) {
  const int year = in.Digits(4);
  in.OneOf("-");
  const int month = in.Digits(2);
  in.OneOf("-");
  const int day = in.Digits(2);
  if (!in.ok() || year < 1 || month < 1 || month > 12 || day < 1 || day > DaysIn(year, month)) {
    return std::nullopt;
  }
  return DaysFromCivil(year, month, day);
}

Millis ReadFraction(Cursor& in) {
  if (!in.At('.')) return 0;
  in.OneOf(".");
  Millis millis = in.Digits(1) * 100;  // at least one digit
  for (int scale = 10; in.ok() && in.AtDigit(); scale /= 10) millis += in.Digits(1) * scale;
  return millis;
}

// What must be subtracted to reach UTC.
std::optional<Millis> ReadZone(Cursor& in) {
  const char sign = in.OneOf("Zz+-");
  if (sign == 'Z' || sign == 'z') return 0;
  const int hours = in.Digits(2);
  in.OneOf(":");
  const int minutes = in.Digits(2);
  if (!in.ok() || hours > 23 || minutes > 59) return std::nullopt;
  const Millis offset = hours * kHour + minutes * kMinute;
  return sign == '-' ? -offset : offset;
}

void AppendPadded(std::int64_t value, std::size_t width, std::string& out) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out.append(digits);
}

}  // namespace

std::optional<Millis> ParseRfc3339(std::string_view text, bool date_allowed) {
  Cursor in(text);
  const std::optional<std::int64_t> days = ReadDate(in);
  if (!days) return std::nullopt;
  if (in.done()) return date_allowed ? std::optional(*days * kDay) : std::nullopt;
  in.OneOf("Tt ");
  const int hour = in.Digits(2);
  in.OneOf(":");
  const int minute = in.Digits(2);
  in.OneOf(":");
  const int second = in.Digits(2);
  const Millis fraction = ReadFraction(in);
  const std::optional<Millis> zone = ReadZone(in);
  if (!zone || !in.done() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const bool leap = second == 60;
  const Millis time = *days * kDay + hour * kHour + minute * kMinute +
                      (leap ? 59 : second) * kSecond + fraction - *zone;
  if (time < kEarliest || time > kLatest) return std::nullopt;
  const Millis of_day = ((time % kDay) + kDay) % kDay;
  if (leap && of_day / kMinute != 24 * 60 - 1) return std::nullopt;  // only the last minute has one
  return time;
}

std::string FormatRfc3339(Millis time) {
  std::string out;
  out.reserve(24);
  AppendRfc3339(time, out);
  return out;
}

void AppendRfc3339(Millis time, std::string& out) {
  time = time < kEarliest ? kEarliest : time > kLatest ? kLatest : time;
  const Millis of_day = ((time % kDay) + kDay) % kDay;
  const Civil date = CivilFromDays((time - of_day) / kDay);
  AppendPadded(date.year, 4, out);
  out.push_back('-');
  AppendPadded(date.month, 2, out);
  out.push_back('-');
  AppendPadded(date.day, 2, out);
  out.push_back('T');
  AppendPadded(of_day / kHour, 2, out);
  out.push_back(':');
  AppendPadded(of_day / kMinute % 60, 2, out);
  out.push_back(':');
  AppendPadded(of_day / kSecond % 60, 2, out);
  out.push_back('.');
  AppendPadded(of_day % kSecond, 3, out);
  out.push_back('Z');
}

std::optional<Millis> After(Millis from, std::string_view duration) {
  if (from < kEarliest || from > kLatest || !duration.starts_with('P')) return std::nullopt;
  Cursor in(duration.substr(1));
  int months = 0, days = 0;
  for (std::string_view units = "YMWD"; in.ok() && !in.done();) {  // each at most once, in order
    int count = in.Digits(1);
    for (int digits = 1; in.AtDigit() && digits < 4; ++digits) count = count * 10 + in.Digits(1);
    const char unit = in.OneOf(units);
    if (!in.ok()) return std::nullopt;
    if (unit == 'Y' || unit == 'M') months += count * (unit == 'Y' ? 12 : 1);
    if (unit == 'W' || unit == 'D') days += count * (unit == 'W' ? 7 : 1);
    units.remove_prefix(units.find(unit) + 1);
  }
  if (!in.done() || months + days == 0) return std::nullopt;
  const Millis of_day = ((from % kDay) + kDay) % kDay;
  Civil date = CivilFromDays((from - of_day) / kDay);
  const std::int64_t month = date.year * 12 + date.month - 1 + months;
  const int year = static_cast<int>(month / 12), month_of_year = static_cast<int>(month % 12) + 1;
  if (year > 9999) return std::nullopt;
  const int day = std::min(static_cast<int>(date.day), DaysIn(year, month_of_year));
  const Millis then = (DaysFromCivil(year, month_of_year, day) + days) * kDay + of_day;
  return then > kLatest ? std::nullopt : std::optional(then);
}

std::optional<Millis> ParseDuration(std::string_view text) {
  struct Unit {
    std::string_view name;
    Millis millis;
  };
  static constexpr Unit kUnits[] = {
      {"ms", 1},
      {"s", kSecond},
      {"min", kMinute},
      {"h", kHour},
      {"day", kDay},
      {"days", kDay},
      {"week", 7 * kDay},
      {"weeks", 7 * kDay},
      {"month", 30 * kDay},
      {"months", 30 * kDay},
      {"year", 365 * kDay},
      {"years", 365 * kDay},
  };
  const std::size_t space = text.find(' ');
  if (space == 0 || space > 12) return std::nullopt;  // 12 digits cannot overflow before the unit
  Millis count = 0;
  for (const char c : text.substr(0, space)) {
    if (c < '0' || c > '9') return std::nullopt;
    count = count * 10 + (c - '0');
  }
  for (const Unit& unit : kUnits) {
    if (text.substr(space + 1) != unit.name) continue;
    if (count > std::numeric_limits<Millis>::max() / unit.millis) return std::nullopt;
    return count * unit.millis;
  }
  return std::nullopt;
}

}  // namespace octroi::base
