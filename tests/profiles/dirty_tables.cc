#include "profiles/dirty_tables.h"

#include <cstdio>
#include <cstdlib>

#include "base/disk.h"
#include "gateway/import/import_file.h"

namespace octroi::profiles {

Table ReadTable(const std::string& path) {
  base::SystemDisk disk;
  gateway::import::Fault fault;
  const auto file = gateway::import::ImportFile::Open(disk, path, {}, fault);
  if (!file) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), file.error().detail.c_str());
    std::exit(1);
  }
  Sampler sampler((*file)->header());
  gateway::import::CsvRecord record;
  std::vector<std::string_view> cells;
  for (;;) {
    const auto more = (*file)->records().Next(record);
    if (!more || !*more) break;
    cells.clear();
    for (std::size_t i = 0; i < record.size(); ++i) cells.push_back(record[i]);
    sampler.Add(record.line, cells);
  }
  return sampler.Finish();
}

bool IsError(const DirtyTable& table, std::size_t row, std::size_t column) {
  return table.dirty.columns[column].At(row) != table.clean.columns[column].At(row);
}

Detection Compare(const DirtyTable& table, const std::vector<Suspect>& suspects) {
  Detection found;
  for (std::size_t column = 0; column < table.dirty.columns.size(); ++column)
    for (std::size_t row = 0; row < table.dirty.rows(); ++row)
      found.errors += IsError(table, row, column) ? 1 : 0;
  for (const Suspect& cell : suspects) {
    ++found.suspects;
    found.hits += IsError(table, cell.row, cell.column) ? 1 : 0;
  }
  return found;
}

}  // namespace octroi::profiles
