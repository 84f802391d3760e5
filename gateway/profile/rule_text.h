// RuleText: a proposed rule as a contract writes it. Internal to gateway/profile.
#pragma once

#include <string>

#include "profiles/proposals.h"

namespace octroi::gateway::profile {

struct RuleWords {
  std::string field, other;  // of the contract
  std::string id = {};
};

// Lines of YAML, each ending in a line break; the dash of the rule stands behind `indent` blanks.
std::string RuleText(const profiles::Proposal& proposal, const RuleWords& words,
                     std::size_t indent);

}  // namespace octroi::gateway::profile
