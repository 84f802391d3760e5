// The meaning of one check. Private to the module.
#pragma once

#include <string>
#include <vector>

#include "rules/spec.h"

namespace octroi::rules {

bool AsksNothing(const CheckSpec& check);

// Appends a fault for everything in `check` that means nothing. `place`: "check" or "when";
// `asked`: something is asked beside it.
void ReadCheck(const CheckSpec& check, const std::string& place, bool asked,
               const ContractSpec& contract, std::size_t rule, std::vector<SpecFault>& faults);

}  // namespace octroi::rules
