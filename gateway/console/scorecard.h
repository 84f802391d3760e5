// What the scorecard and the flow screens show, from the same reports that `octroi score`,
// `octroi problems` and `octroi top` print.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "gateway/console/roles.h"
#include "gateway/score/ask.h"

namespace octroi::gateway::console {

using Quality =
    std::function<std::string(std::string_view verb, std::string_view question, score::Kept& kept)>;

inline constexpr std::size_t kSourcesShown = 50, kCampaignsShown = 20;  // of a source; the largest

// {"score", "problems", "sources": [{..., "problem", "campaigns": [...]}]} of [since, until), or
// {"error"}; for marketing without what may be of a few people (floor.h). docs/FORMATS.md, "The
// console".
nlohmann::ordered_json ScorecardOf(const Quality& quality, base::Millis since, base::Millis until,
                                   Role role);

// Figures of the last minute, as `octroi top` makes them, of statuses taken as they are asked for.
// Of one thread.
class Flow {
 public:
  // `status`: asked at most once a second. {"status", "figures"} or {"error"}.
  nlohmann::ordered_json Look(const std::function<std::string()>& status, std::int64_t nanos);

 private:
  struct Sample {
    std::string status;
    std::int64_t nanos = 0;
  };
  std::deque<Sample> samples_;
};

}  // namespace octroi::gateway::console
