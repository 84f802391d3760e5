#include "gateway/profile/sample_file.h"

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/limits.h"

namespace octroi::gateway::profile {
namespace {

using Json = nlohmann::json;
constexpr std::size_t kEventBytesMax = 1024 * 1024, kNestedMax = 8, kPathsMax = 10'000,
                      kPathBytesMax = 256, kLeavesMax = 1'000;

FileSample Rows(import::ImportFile& file) {
  FileSample sample;
  profiles::Sampler sampler(file.header());
  import::CsvRecord record;
  std::vector<std::string_view> cells;
  for (;;) {
    const auto more = file.records().Next(record);
    if (!more) {
      const std::string_view code = file.records().fault().code;
      sample.stopped = code.empty() ? "file.gzip_damaged" : std::string(code);
    }
    if (!more || !*more) break;
    if (!record.fault.code.empty() || record.size() != file.header().size()) {
      ++sample.unreadable;
      continue;
    }
    cells.clear();
    for (std::size_t i = 0; i < record.size(); ++i) cells.push_back(record[i]);
    sampler.Add(record.line, cells);
  }
  sample.table = sampler.Finish();
  return sample;
}

using Values = std::map<std::string, std::string>;

// The values of one event by their paths. A path is bounded before it is made, and so is how many
// are kept: a key of half a megabyte over 100,000 members is one line.
class Leaves {
 public:
  explicit Leaves(Values& values) : values_(values) {}

  void Take(const Json& value, const std::string& path, std::size_t depth) {
    if (value.is_object()) {
      TakeMembers(value, path, depth);
    } else if (!value.is_array() && !value.is_null()) {
      if (values_.size() == kLeavesMax && !values_.contains(path))
        limited_ = true;
      else
        values_[path] = value.is_string() ? value.get<std::string>() : value.dump();
    }
  }
  bool limited() const { return limited_; }

 private:
  void TakeMembers(const Json& object, const std::string& path, std::size_t depth) {
    for (const auto& [key, member] : object.items()) {
      if (depth == kNestedMax || path.size() + 1 + key.size() > kPathBytesMax)
        limited_ = true;
      else
        Take(member, path.empty() ? key : path + "." + key, depth + 1);
    }
  }

  Values& values_;
  bool limited_ = false;
};

// Every event that can be read, with its line; false: the end, or nothing can be told apart.
template <class Take>
void Each(import::ImportFile& file, FileSample& sample, const Take& take) {
  const auto items = file.Events(nullptr, kEventBytesMax);
  import::Item item;
  for (;;) {
    const auto more = items->Next(item);
    if (!more) sample.stopped = items->fault().code;
    if (!more || !*more) return;
    const Json event = item.fault.code.empty() ? Json::parse(item.event, nullptr, false)
                                               : Json(Json::value_t::discarded);
    if (!event.is_object()) {
      ++sample.unreadable;
      continue;
    }
    Values values;
    Leaves leaves(values);
    leaves.Take(event, "", 0);
    sample.limited = sample.limited || leaves.limited();
    take(item.line, values);
  }
}

}  // namespace

base::Result<FileSample> SampleOf(base::Disk& disk, const std::string& path,
                                  const import::Said& said, import::Fault& fault) {
  auto file = import::ImportFile::Open(disk, path, said, fault);
  if (!file) return file.error();
  if ((*file)->format() == import::Format::kCsv) {
    FileSample sample = Rows(**file);
    if (!said.columns.empty()) sample.names = Names::kSaid;
    return sample;
  }
  // Twice: once for the names, in the order in which they are met.
  FileSample first, sample;
  sample.names = Names::kPaths;
  std::map<std::string, std::size_t> places;
  std::vector<std::string> names;
  Each(**file, first, [&](std::uint64_t, const Values& values) {
    for (const auto& [name, value] : values) {
      if (places.size() == kPathsMax)
        sample.limited = sample.limited || !places.contains(name);
      else if (places.emplace(name, names.size()).second)
        names.push_back(name);
    }
  });
  file = import::ImportFile::Open(disk, path, said, fault);
  if (!file) return file.error();
  profiles::Sampler sampler(names);
  std::vector<std::string_view> cells;
  Each(**file, sample, [&](std::uint64_t line, const Values& values) {
    cells.assign(names.size(), {});
    for (const auto& [name, value] : values)
      if (const auto at = places.find(name); at != places.end()) cells[at->second] = value;
    sampler.Add(line, cells);
  });
  sample.table = sampler.Finish();
  return sample;
}

}  // namespace octroi::gateway::profile
