// A file through gzip and back, a piece at a time.
#pragma once

#include <functional>
#include <string_view>

#include "base/disk.h"

namespace octroi::gateway {

// The first `size` bytes of `from`, compressed, into `to`, which is empty; the same bytes for the
// same input. Not synced. Errors: of the disk; kUnavailable: no memory.
base::Status GzipFile(const base::File& from, std::uint64_t size, base::File& to);

// Calls `visit` with what is inside, piece by piece. kInvalid: not a whole gzip file.
base::Status GunzipFile(const base::File& from, const std::function<void(std::string_view)>& visit);

}  // namespace octroi::gateway
