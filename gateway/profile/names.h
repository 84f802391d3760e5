// What a report calls the columns. A first row taken for a header holds somebody's data, and so do
// the keys of a map by person: a name that may be a value is not said, its place is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/profile/sample_file.h"

namespace octroi::gateway::profile {

// Whether what stands as a name reads like a value: an address or number that a Detector finds or a
// format knows, digits and no letter, four digits or more but for a year, a number with a unit.
bool ReadsLikeAValue(std::string_view name);

// Of each column whether its name is hidden. Of a table with a header all are, if one of them reads
// like a value or stands among the values of its own column: the row is no header then. Of events
// those are that read like a value in any part, and those that fewer than 20 rows and fewer than
// half of them have: keys of a map. Names that the caller said are never hidden.
std::vector<bool> HiddenNames(const FileSample& sample);

}  // namespace octroi::gateway::profile
