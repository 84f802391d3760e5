// How much memory this process may use: what the machine has, or less where a control group says so
// (cgroups v1 and v2, its own group and every one above it).
#pragma once

#include <cstdint>
#include <string>

namespace octroi::base {

// Bytes. `root`: where /proc and /sys are looked for; tests have their own. What cannot be read
// does not limit.
std::uint64_t MemoryLimit(const std::string& root = "");

}  // namespace octroi::base
