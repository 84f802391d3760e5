// What `octroi simulate`, `tap`, `top` and `replay` print for people, made from the JSON that
// `--json` prints.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/config.h"

namespace octroi::gateway {

std::string SimulatedHeadText(const std::string& json, Language language);
std::string SimulatedItemText(const std::string& json, Language language);
std::string SimulatedSumsText(const std::string& json, Language language);

std::string TapHeadText(Language language);
std::string TapLineText(const std::string& json, Language language);  // a decision, or the totals
// The outlook, progress (without a newline), or the end of a replay.
std::string ReplayLineText(const std::string& json, Language language);
std::string ReplayQuestion(const std::string& outlook, const std::string& destination,
                           Language language);

}  // namespace octroi::gateway
