// How the command line lays text out. Internal to cli_text*.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "gateway/config.h"

namespace octroi::gateway {

std::string Right(const std::string& text, std::size_t width);  // in code points
std::string Left(const std::string& text, std::size_t width);
// As the language writes it: "91,2", "91.2".
std::string Decimal(double value, int digits, Language language);
std::string OutcomeWord(std::string_view outcome, Language language);  // "sent" -> "Transmis"
std::string Joined(const nlohmann::ordered_json& list);                // "a, b"
std::string ErrorText(const nlohmann::ordered_json& json, Language language);  // {"error": code}

}  // namespace octroi::gateway
