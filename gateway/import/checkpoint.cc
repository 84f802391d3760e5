#include "gateway/import/checkpoint.h"

#include <filesystem>
#include <nlohmann/json.hpp>

namespace octroi::gateway::import {
namespace {

using base::Error;
using base::ErrorCode;
using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr std::uint64_t kBytesMax = 1024 * 1024;

std::string Folder(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

Json JsonOf(const Checkpoint& one) {
  const Counts& counts = one.counts;
  Json json{{"version", kVersion},
            {"source", one.source},
            {"digest", one.digest},
            {"reading", one.reading},
            {"origin", one.origin},
            {"records", counts.records},
            {"accepted", counts.accepted},
            {"quarantined", counts.quarantined},
            {"merged", counts.merged},
            {"rejected", counts.rejected},
            {"unreadable", counts.unreadable},
            {"report_bytes", one.report_bytes},
            {"stopped", one.stopped},
            {"complete", one.complete}};
  if (one.next) {
    json["next"] = {{"first", one.next->first},
                    {"last", one.next->last},
                    {"events", one.next->events},
                    {"since", one.next->since}};
  }
  return json;
}

Checkpoint Of(const Json& json) {
  Checkpoint one;
  one.source = json.at("source");
  one.digest = json.at("digest");
  one.reading = json.at("reading");
  one.origin = json.at("origin");
  one.counts = {json.at("records"), json.at("accepted"), json.at("quarantined"),
                json.at("merged"),  json.at("rejected"), json.at("unreadable")};
  one.report_bytes = json.at("report_bytes");
  one.stopped = json.at("stopped");
  one.complete = json.at("complete");
  if (json.contains("next")) {
    const Json& next = json["next"];
    one.next = {next.at("first"), next.at("last"), next.at("events"), next.at("since")};
  }
  return one;
}

}  // namespace

base::Result<std::optional<Checkpoint>> LoadCheckpoint(base::Disk& disk, const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::optional<Checkpoint>();
  auto file = disk.Open(path, base::OpenMode::kRead);
  if (!file) return file.error();
  const auto size = (*file)->Size();
  if (!size) return size.error();
  std::string text(std::min(*size, kBytesMax), '\0');
  const auto got = (*file)->ReadAt(0, text);
  if (!got) return got.error();
  try {
    const Json json = Json::parse(text);
    if (json.at("version") == kVersion) return std::optional(Of(json));
  } catch (const Json::exception&) {  // said below
  }
  return Error{ErrorCode::kInvalid, "import.checkpoint", "import.state_damaged"};
}

base::Status Save(base::Disk& disk, const std::string& path, const Checkpoint& checkpoint) {
  const std::string draft = path + ".new", text = JsonOf(checkpoint).dump() + "\n";
  std::error_code error;
  if (std::filesystem::exists(draft, error)) {
    if (auto removed = disk.Remove(draft); !removed) return removed;
  }
  auto file = disk.Open(draft, base::OpenMode::kCreateNew);
  if (!file) return file.error();
  if (auto written = (*file)->WriteAt(0, text); !written) return written;
  if (auto synced = (*file)->SyncData(); !synced) return synced;
  if (auto renamed = disk.Rename(draft, path); !renamed) return renamed;
  return disk.SyncFolder(Folder(path));
}

}  // namespace octroi::gateway::import
