// SampleOf: what `octroi profile` looks at of a file, read as `octroi csv` and `octroi import` read
// it. Of NDJSON and JSON arrays a column is the path of a value ("customer.email"); lists are not
// looked into, and events that are no JSON count as unreadable, like rows that are none.
#pragma once

#include <cstdint>
#include <string>

#include "base/disk.h"
#include "base/result.h"
#include "gateway/import/import_file.h"
#include "profiles/table.h"

namespace octroi::gateway::profile {

struct FileSample {
  profiles::Table table;
  std::uint64_t unreadable = 0;
  std::string stopped;  // a code of import/words.h: what follows could not be told apart
};

// Errors: as ImportFile::Open.
base::Result<FileSample> SampleOf(base::Disk& disk, const std::string& path,
                                  const import::Said& said, import::Fault& fault);

}  // namespace octroi::gateway::profile
