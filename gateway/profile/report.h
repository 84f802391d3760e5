// What `octroi profile` says, as JSON (docs/FORMATS.md, Profiles). Values of cells stand in it only
// if they are asked for: without that it names rows, columns and reasons, shapes with every letter
// and digit taken out, of numbers that repeat the rounded quartiles, and of columns whose name may
// be a value (names.h) the place.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/profile/sample_file.h"
#include "profiles/proposals.h"
#include "profiles/suspects.h"

namespace octroi::gateway::profile {

struct Shown {
  bool values = false;
  std::string_view place = "column ";  // of a column without a name, before its number
  std::size_t suspects = 10'000;       // the first ones; all are counted
};

// Of each column what it is called: its name, or "column 3".
std::vector<std::string> ShownNames(const FileSample& sample, const Shown& shown);

nlohmann::ordered_json ReportJson(const FileSample& sample, const profiles::Findings& findings,
                                  const std::vector<profiles::Proposal>& proposals,
                                  const Shown& shown);

}  // namespace octroi::gateway::profile
