// What `octroi profile` prints for people. Internal to cli*.cc.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "gateway/config.h"

namespace octroi::gateway {

// Of gateway/profile/report.h; at most `limit` suspect cells.
std::string ProfileText(const nlohmann::ordered_json& report, std::size_t limit, Language language);

}  // namespace octroi::gateway
