// A config of the size that a company has: 30 destinations of 3 purposes each, 20 purposes, 60
// fields, 5 contracts, 4 sources, 12 policies; half of the purposes ask for consent at collection
// too, four are advertising. Made from the demonstration's files.
#pragma once

#include <map>
#include <string>

namespace octroi::testing {

std::map<std::string, std::string> RealisticFolder();

}  // namespace octroi::testing
