// What the compiler of rules says is wrong, in both languages.
#pragma once

#include <string>

#include "gateway/config/findings.h"
#include "gateway/config/world.h"
#include "rules/spec.h"

namespace octroi::gateway::config {

// `what` of a rules::SpecFault that has no code of its own. What RE2 says of a pattern stays as it
// is.
Say RuleFault(const std::string& what);

// The finding that a fault of a contract becomes, where the fault stands in the file.
void ReportFault(const Document& contract, const rules::SpecFault& fault, Findings& findings);

}  // namespace octroi::gateway::config
