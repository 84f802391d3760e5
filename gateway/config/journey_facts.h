// JourneyFacts: the journeys of the dictionary (counts_when.journey), as one config has them.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "gateway/config.h"

namespace octroi::gateway::config {

inline constexpr base::Millis kJourneyWithin = 90 * 86'400'000LL;  // where the term says nothing

struct JourneyFacts {
  std::string term, title;
  std::vector<std::string> events;  // in their order
  base::Millis within = 0;
  std::string purpose;  // id, for which people are followed; empty: nobody may be
  std::string file;
  int line = 0;

  // In the order of the files.
  static std::vector<JourneyFacts> Of(const ConfigFolder& config, Language language);
};

}  // namespace octroi::gateway::config
