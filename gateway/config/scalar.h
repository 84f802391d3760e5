// Scalars of the YAML 1.2 core schema. Only plain ones have a type; `no`, `yes`, `on` are strings.
#pragma once

#include <string>

#include "gateway/config/node.h"

namespace octroi::gateway::config {

Node PlainScalar(const std::string& text);
Node QuotedScalar(const std::string& text);
bool HasControlCharacter(std::string_view text);  // other than tab and line feed

}  // namespace octroi::gateway::config
