// Which CSV a file is, by a rule that always gives the same answer for the same beginning.
//
//   * a first line `sep=;` (as spreadsheets write it) says the delimiter, if it can be one;
//   * lines end with CR alone where the beginning has CRs and no LF;
//   * otherwise the beginning (64 KiB, without its last, perhaps cut record) is read once for each
//     delimiter , ; TAB | each quote " ' (this one only where a cell begins with it and none with
//     ") and quotes doubled or behind a backslash. Those that see at least two columns in the first
//     record go before those that see one; then the one with the smallest share of records that
//     have a fault or another number of cells than the first; then the one with more columns; then
//     the first in the order above.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/import/csv_reader.h"

namespace octroi::gateway::import {

inline constexpr std::size_t kDialectBytes = 64 * 1024;

// ASCII, and no quote, backslash or line break.
bool CanDelimit(char c);

// `head`: the beginning, UTF-8; `whole`: all there is. `delimiter`: where somebody knows it.
CsvDialect DetectDialect(std::string_view head, bool whole, std::optional<char> delimiter);

}  // namespace octroi::gateway::import
