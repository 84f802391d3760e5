// A config value as the JSON that it stands for: events and messages written in YAML.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "gateway/config/node.h"

namespace octroi::gateway::config {

// Members in file order, numbers as they are written where JSON can write them so.
nlohmann::ordered_json JsonOf(const Node& node);

}  // namespace octroi::gateway::config
