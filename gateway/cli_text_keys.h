// What `octroi keys` prints for people: the versions, and what a change will do before it is done.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "gateway/config/rotation.h"

namespace octroi::gateway {

std::string KeysText(const nlohmann::ordered_json& json, Language language);
// `day`: the last one on which both tokens leave; empty: none.
std::string RotationText(const config::RotationFacts& facts, const std::string& day,
                         Language language);
std::string ForgettingText(Language language);
std::string ForgottenText(const std::string& json, Language language);
std::string EndingText(std::string_view state, std::uint32_t version, Language language);

}  // namespace octroi::gateway
