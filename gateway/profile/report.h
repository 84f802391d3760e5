// What `octroi profile` says, as JSON (docs/FORMATS.md, Profiles). Values of cells stand in it only
// if they are asked for: without that it names rows, columns and reasons, shapes with every letter
// and digit taken out, and of numbers the quartiles.
#pragma once

#include <nlohmann/json.hpp>

#include "gateway/profile/sample_file.h"
#include "profiles/proposals.h"
#include "profiles/suspects.h"

namespace octroi::gateway::profile {

struct Shown {
  bool values = false;
  std::size_t suspects = 10'000;  // the first ones; all are counted
};

nlohmann::ordered_json ReportJson(const FileSample& sample, const profiles::Findings& findings,
                                  const std::vector<profiles::Proposal>& proposals,
                                  const Shown& shown);

}  // namespace octroi::gateway::profile
