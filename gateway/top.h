// Top: what `octroi top` shows, from what `status` says at two or three moments. Pure.
#pragma once

#include <string>

#include "gateway/config.h"

namespace octroi::gateway {

// `before` and `now`: two answers of `status`, `seconds` apart; `earliest`: the oldest of the last
// minute. JSON: what came and what became of it a second, for each source and destination, what
// waits there and whether its breaker is open; since `earliest`, what was withheld, by reason, and
// p50 and p99 of how long events took: from a request read whole to its durable answer, and from
// receipt to sent. In milliseconds, as the bound of a power of two that holds it (so up to twice as
// long as it was); null: longer than 67 s, or nothing came.
// Empty: one of them is no status (the store is unavailable).
std::string TopFigures(const std::string& earliest, const std::string& before,
                       const std::string& now, double seconds);
std::string TopText(const std::string& figures, Language language, bool color);

}  // namespace octroi::gateway
