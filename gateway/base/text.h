// Small text conversions, each in one place: hex, base64url, JSON strings, RFC 3339, readable
// durations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace octroi::base {

std::string Hex(std::string_view bytes);                   // lower case
std::optional<std::string> FromHex(std::string_view hex);  // either case; nothing else
// RFC 4648 section 5, no padding. Write: `out` has room for Base64UrlBytes(bytes.size()).
constexpr std::size_t Base64UrlBytes(std::size_t bytes) { return (bytes * 8 + 5) / 6; }
void AppendBase64Url(std::string_view bytes, std::string& out);
void WriteBase64Url(std::string_view bytes, char* out);
std::optional<std::string> FromBase64(
    std::string_view text);  // standard alphabet, padding as RFC 4648 asks

// Appends `text` as a JSON string with its quotes. `text` is valid UTF-8.
void AppendJsonString(std::string_view text, std::string& out);

// RFC 3339 date-time with a zone (a missing zone is not a time: nullopt), or a date alone (midnight
// UTC) if `date_allowed`. Range 0001..9999; leap seconds read as :59. Milliseconds, further digits
// cut.
std::optional<Millis> ParseRfc3339(std::string_view text, bool date_allowed = false);
std::string FormatRfc3339(Millis time);  // "2026-11-21T09:00:00.123Z"
void AppendRfc3339(Millis time, std::string& out);

// "24 h", "500 ms", "13 months" (docs: a month is 30 days, a year 365). The grammar of every
// duration in config.
std::optional<Millis> ParseDuration(std::string_view text);

// `from` and a duration of ISO 8601 later, in UTC: "P13M", "P1Y6M", "P2W", "P10D". Months and years
// are the calendar's: to the same day number, or else the last day of the month. Nothing finer than
// a day, nothing of zero length; at most 9999-12-31.
std::optional<Millis> After(Millis from, std::string_view duration);

// RFC 6901 escaping of one reference token, appended with its leading '/'.
void AppendPointerToken(std::string_view token, std::string& out);

}  // namespace octroi::base
