// What PolicySet::Compile makes of a spec and Decide reads. Private to this module.
#pragma once

#include <cstdint>
#include <vector>

#include "policies/decide.h"

namespace octroi::policies {

// One purpose that a destination serves, with the policies that apply to the two.
struct ServedPurpose {
  std::uint16_t purpose = 0;
  std::vector<std::uint32_t> policies;  // in file order; sources are compared at the decision
};

struct ReceivedContract {
  std::uint16_t contract = 0;
  std::uint32_t categories = 0;  // of all its received fields
};

struct CompiledDestination {
  bool in_force = false;
  bool purposes_in_force = false;  // at least one, and all
  std::vector<ServedPurpose> serves;
  std::vector<ReceivedContract> receives;
};

struct PolicySet::Compiled {
  PolicySetSpec spec;        // value lists of conditions sorted
  bool laws_differ = false;  // some purpose has another basis under some law
  std::vector<CompiledDestination> destinations;
};

}  // namespace octroi::policies
