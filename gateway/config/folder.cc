// The bytes of a config folder: from disk, to and from an archive.
#include "gateway/config/folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/bytes.h"
#include "crypto/hmac.h"
#include "gateway/config/checks.h"
#include "gateway/config/csv.h"
#include "gateway/config/schema.h"
#include "gateway/config/yaml_reader.h"

namespace octroi::gateway {
namespace config {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kArchiveFormat = "octroi/config/v1";

bool IsConfig(const fs::path& path) {
  const std::string end = path.extension().string();
  return end == ".yaml" || end == ".yml" || end == ".json";
}

// False: cannot be read, or larger than `most`.
bool ReadFile(const fs::path& path, std::size_t most, std::string& bytes) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) > most || error) return false;
  std::ifstream in(path, std::ios::binary);
  bytes.assign(std::istreambuf_iterator<char>(in), {});
  return !in.bad() && in.is_open() && bytes.size() <= most;
}

void ReadConfigFile(const std::string& folder, const std::string& name, Files& files,
                    Findings& findings) {
  std::string bytes;
  if (ReadFile(fs::path(folder) / name, kConfigFileBytesMax, bytes)) {
    files[name] = std::move(bytes);
  } else {
    findings.Add(1002, name, {}, {name});
  }
}

// Folders of kinds are read with what is below them; a folder we do not know only at its top, so
// that a mistyped "contract/" is noticed and a data folder is not walked through.
void ReadSubfolder(const std::string& folder, const fs::path& sub, Files& files,
                   Findings& findings) {
  const bool known = KindOfFolder(sub.filename().string()) != nullptr;
  std::error_code error;
  fs::recursive_directory_iterator it(sub, error), end;
  for (; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored) && (!known || it->path().filename().string().starts_with('.'))) {
      it.disable_recursion_pending();
    }
    if (it->is_directory(ignored) || !IsConfig(it->path())) continue;
    ReadConfigFile(folder, it->path().lexically_relative(folder).string(), files, findings);
  }
  if (error) findings.Add(1001, "", {}, {sub.filename().string()});
}

// What stands beside config without being config.
bool IsIgnored(const std::string& name) {
  return name.starts_with('.') || name == "schema" || name == "keys" || name == "templates" ||
         name == "data";
}

}  // namespace

Files ReadFolder(const std::string& folder, Findings& findings) {
  Files files;
  std::error_code error;
  fs::directory_iterator it(folder, error), end;
  for (; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code ignored;
    if (IsIgnored(name)) continue;
    if (it->is_directory(ignored)) {
      ReadSubfolder(folder, it->path(), files, findings);
    } else if (IsConfig(it->path())) {
      ReadConfigFile(folder, name, files, findings);
    }
  }
  if (error) findings.Add(1001, "", {}, {folder});
  return files;
}

void ReadNamedFiles(const std::string& folder, const World& world, Files& files) {
  const auto read = [&](const Node* file, std::size_t most) {
    if (!file || !file->IsString() || !IsInside(file->text) || files.contains(file->text)) return;
    std::string bytes;
    if (ReadFile(fs::path(folder) / file->text, most, bytes)) files[file->text] = std::move(bytes);
  };
  for (const Document* list : world.Of("List")) {
    read(list->root.FindPath({"from", "file"}), kListFileBytesMax);
  }
  for (const Document* destination : world.Of("Destination")) {
    read(TemplatePath(*destination), kConfigFileBytesMax);
  }
}

}  // namespace config

bool ConfigFolder::ok() const {
  return std::ranges::none_of(findings, [](const ConfigFinding& finding) {
    return finding.level == ConfigFinding::Level::kError;
  });
}

std::string ConfigFolder::Archive() const {
  std::string archive;
  base::ByteWriter writer(archive);
  writer.Sized(config::kArchiveFormat);
  for (const auto& [path, bytes] : files) {
    writer.Sized(path);
    writer.Sized(bytes);
  }
  return archive;
}

std::string ConfigFolder::Digest() const {
  return std::string(crypto::AsBytes(crypto::Sha256(Archive())));
}

base::Result<std::map<std::string, std::string>> ReadArchive(std::string_view archive) {
  const base::Error wrong{base::ErrorCode::kInvalid, "config.archive",
                          "not an archive of a config"};
  base::ByteReader reader(archive);
  if (reader.Sized() != config::kArchiveFormat) return wrong;
  std::map<std::string, std::string> files;
  std::string last;
  while (reader.ok() && !reader.done()) {
    std::string path(reader.Sized());
    if (!files.empty() && path <= last) return wrong;  // sorted, so each once
    files[path] = std::string(reader.Sized());
    last = std::move(path);
  }
  if (!reader.ok()) return wrong;
  return files;
}

}  // namespace octroi::gateway
