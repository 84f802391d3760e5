// What `octroi import` and `octroi csv` print. Internal to cli*.cc.
#pragma once

#include <cstdint>
#include <string>

#include "gateway/config.h"
#include "gateway/import/checkpoint.h"
#include "gateway/import/import_file.h"

namespace octroi::gateway {

struct Arguments;

// What the command line says of a file; false: not understood.
bool ReadSaid(const Arguments& args, import::Said& said);

struct ImportProgress {
  std::uint64_t records = 0;        // of the whole file
  std::uint64_t here = 0;           // of them by this run
  std::uint64_t bytes = 0, of = 0;  // read, and to be read
  double seconds = 0;               // since it began
};
std::string ImportProgressText(const ImportProgress& progress, Language language);

std::string ImportReportJson(const import::Checkpoint& done, const import::ImportFile& file,
                             const std::string& report, bool resumed);
std::string ImportReportText(const std::string& json, Language language);

}  // namespace octroi::gateway
