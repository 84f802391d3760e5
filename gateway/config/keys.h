// Writing files that must not exist yet.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace octroi::gateway::config {

// Created by this call, with this mode from the first moment on, and synced. kUnavailable
// otherwise.
base::Status WriteNew(const std::string& path, std::string_view text, mode_t mode);
base::Error CannotWrite(const std::string& path);

}  // namespace octroi::gateway::config
