// Files that the command line hands over or gets: read whole, and written whole or not at all.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace octroi::gateway {

// Nothing: no regular file, not readable, or larger than `most` bytes.
std::optional<std::string> ReadWholeFile(const std::string& path, std::size_t most);
// Who reads it sees the old file or the new one. Makes the folder (0700) if it is not there. False:
// it is as it was.
bool WriteWholeFile(const std::string& path, std::string_view bytes);

}  // namespace octroi::gateway
