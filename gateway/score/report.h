// The answers to `octroi score` and `octroi problems`, as JSON (docs/FORMATS.md, "Scores").
#pragma once

#include <string>
#include <string_view>

#include "gateway/score/ask.h"

namespace octroi::gateway::score {

// Usable share, score, coverage, and why they moved against the same weekdays before; by source,
// campaign, contract, field, rule or day.
std::string ScoreReport(std::string_view question, const Parts& parts);

// What makes records unusable: for each, how many records and people, since when, and how many
// records would be usable if it alone were fixed. Most worth first.
std::string ProblemsReport(std::string_view question, const Parts& parts);

}  // namespace octroi::gateway::score
