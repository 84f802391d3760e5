// What a rotation of the pseudonym key means to a config: to whom tokens go, and for how long both.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "gateway/config.h"

namespace octroi::gateway::config {

struct RotationFacts {
  base::Millis keep_old_for = 0;          // the longest of all Pseudonyms; 0: none says
  std::vector<std::string> told, untold;  // destinations that get pseudonyms; with previous_tokens

  static RotationFacts Of(const ConfigFolder& config);
};

}  // namespace octroi::gateway::config
