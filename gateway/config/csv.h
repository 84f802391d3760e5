// RFC 4180, as lists need it: one column, by its header.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace octroi::gateway::config {

inline constexpr std::size_t kListFileBytesMax = 64 * 1024 * 1024;

// Values of `column`, in order; of the first column if it is empty. Quotes, doubled quotes, line
// breaks inside quotes, LF and CRLF. kInvalid, with the line: no such column, an open quote, text
// after a quote, a line of another length than the header.
base::Result<std::vector<std::string>> CsvColumn(std::string_view bytes, std::string_view column);

}  // namespace octroi::gateway::config
