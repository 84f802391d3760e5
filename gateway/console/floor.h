// What a role that sees sums only is told of a scorecard: no count of a few records, which may be
// a few people, and nothing that such a count can be made of.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace octroi::gateway::console {

inline constexpr std::uint64_t kFewestShown = 10;  // below: "<10"

// Changes `json`, a scorecard or part of one:
//   counts         "<10" from 1 to 9, above in tens, rounded down: a sum of rows less the others
//                  says no more than its row
//   shares         of a thousand records to a tenth of a point, of fewer to a point; of fewer than
//                  ten records "<" what ten would be, of all but fewer than ten ">" its complement
//   what could say more (intervals, changes, budgets) rounded; null beside such a share
// A number that this does not know is null.
void FloorCounts(nlohmann::ordered_json& json);

}  // namespace octroi::gateway::console
