// Reading a config folder from disk.
#pragma once

#include <string>

#include "gateway/config/findings.h"
#include "gateway/config/world.h"

namespace octroi::gateway::config {

// Every .yaml, .yml and .json of the folder, by path relative to it.
Files ReadFolder(const std::string& folder, Findings& findings);

// Adds the files that lists and destinations name, where they can be read. Those that cannot are
// reported by ReadLists and CheckTemplates.
void ReadNamedFiles(const std::string& folder, const World& world, Files& files);

}  // namespace octroi::gateway::config
