// The `Test` files of a config folder, with what they name found in the config.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "gateway/config.h"
#include "policies/consent.h"

namespace octroi::gateway {

struct PolicyCase {
  std::string file;
  int line = 0;
  std::string name_fr, name_en;
  base::Millis at = 0;  // when it is received and decided on
  std::string source;
  std::string event;  // JSON as the source sends it
  bool gpc = false;   // Sec-GPC: 1
  policies::AgeBand age = policies::AgeBand::kUnknown;
  struct Consent {
    std::string purpose, state;  // a state that is derived, too; kWholePerson
    base::Millis since = 0;
    bool by_parent = false, explicit_word = false;  // of a grant
    policies::SharedLimits limits = nullptr;        // likewise
  };
  std::vector<Consent> consents;  // of the person that the event is about
  std::string outcome;            // empty: not asked
  std::vector<std::string> failed_rules;
  struct Delivery {
    std::string destination, outcome, reason;  // reason empty: any
  };
  std::vector<Delivery> deliveries;
  std::vector<std::string> not_judged;  // members of `expect` that this build cannot judge
};

// Of a folder that is ok().
std::vector<PolicyCase> PolicyCases(const ConfigFolder& config);

}  // namespace octroi::gateway
