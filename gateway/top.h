// Top: what `octroi top` shows, from what `status` says at two or three moments. Pure.
#pragma once

#include <string>

#include "gateway/config.h"

namespace octroi::gateway {

// `before` and `now`: two answers of `status`, `seconds` apart; `earliest`: the oldest of the last
// minute. JSON: what came and what became of it a second, for each source and destination, what
// waits there and whether its breaker is open, and what was withheld since `earliest`, by reason.
// Empty: one of them is no status (the store is unavailable).
std::string TopFigures(const std::string& earliest, const std::string& before,
                       const std::string& now, double seconds);
std::string TopText(const std::string& figures, Language language, bool color);

}  // namespace octroi::gateway
