// What an HTTP status means for a batch, and how long `Retry-After` asks to wait.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.h"
#include "gateway/sender.h"

namespace octroi::gateway {

// The table of sender.h. A status outside 200..599 is not an answer: kRetry.
Receipt::Kind KindOf(int status);

// Seconds or an HTTP-date (RFC 9110, 10.2.3); a date in the past is 0; anything else is nothing.
std::optional<base::Millis> ParseRetryAfter(std::string_view text, base::Millis now);

}  // namespace octroi::gateway
