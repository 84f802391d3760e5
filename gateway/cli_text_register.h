// What `octroi consent state | export | late` print for people, from the JSON of their reports.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "gateway/config.h"

namespace octroi::gateway {

std::string_view StateWord(std::string_view state, Language language);  // "granted" -> "accordé"
std::string ConsentStateText(const nlohmann::ordered_json& report, Language language);
// {"<record id>": ["jurisdiction", ...]}: what the records leave out, to stderr.
std::string MissingText(const nlohmann::ordered_json& missing, Language language);
std::string LateText(const std::string& json, Language language);
std::string TrainingSetsText(const std::string& json, Language language);  // of training.h
std::string TrainingAffectedText(const std::string& json, Language language);

}  // namespace octroi::gateway
