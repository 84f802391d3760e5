// SampleOf: what `octroi profile` looks at of a file, read as `octroi csv` and `octroi import` read
// it. Of NDJSON and JSON arrays a column is the path of a value ("customer.email"), of at most 256
// bytes; the first 1,000 of an event are looked at, lists are not looked into, and events that are
// no JSON count as unreadable, like rows that are none.
#pragma once

#include <cstdint>
#include <string>

#include "base/disk.h"
#include "base/result.h"
#include "gateway/import/import_file.h"
#include "profiles/table.h"

namespace octroi::gateway::profile {

// Where the names of columns come from, which says how far they can be somebody's data.
enum class Names : std::uint8_t { kSaid, kHeader, kPaths };

struct FileSample {
  profiles::Table table;
  Names names = Names::kHeader;
  bool limited = false;  // an event had longer, deeper or more paths than are looked at
  std::uint64_t unreadable = 0;
  std::string stopped;  // a code of import/words.h: what follows could not be told apart
};

// Errors: as ImportFile::Open.
base::Result<FileSample> SampleOf(base::Disk& disk, const std::string& path,
                                  const import::Said& said, import::Fault& fault);

}  // namespace octroi::gateway::profile
