#include "gateway/sender/answer.h"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeParser.h>
#include <Poco/Exception.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace octroi::gateway {

Receipt::Kind KindOf(int status) {
  if (status >= 200 && status < 300) return Receipt::Kind::kDelivered;
  if (status == 408 || status == 425 || status == 429) return Receipt::Kind::kRetry;
  if (status >= 300 && status < 500) return Receipt::Kind::kRefused;
  return Receipt::Kind::kRetry;
}

std::optional<base::Millis> ParseRetryAfter(std::string_view text, base::Millis now) {
  if (text.empty() || text.size() > 64) return std::nullopt;
  if (text.front() >= '0' && text.front() <= '9') {
    std::uint32_t seconds = 0;  // 136 years: the caller caps it anyway
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return base::Millis{seconds} * 1000;
  }
  // IMF-fixdate, the only form a server may write; Poco's parser alone would take anything for a
  // date.
  if (text.size() != std::string_view("Sun, 06 Nov 1994 08:49:37 GMT").size() || text[3] != ',' ||
      !text.ends_with(" GMT")) {
    return std::nullopt;
  }
  Poco::DateTime when;
  int zone = 0;
  try {
    if (!Poco::DateTimeParser::tryParse(Poco::DateTimeFormat::HTTP_FORMAT, std::string(text), when,
                                        zone)) {
      return std::nullopt;
    }
  } catch (const Poco::Exception&) {
    return std::nullopt;
  }
  const base::Millis at = when.timestamp().epochMicroseconds() / 1000 - base::Millis{zone} * 1000;
  return std::max<base::Millis>(0, at - now);
}

}  // namespace octroi::gateway
