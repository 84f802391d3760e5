#include "gateway/config/keys.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <set>

#include "base/text.h"
#include "crypto/key_ring.h"
#include "gateway/config.h"
#include "gateway/config/checks.h"

namespace octroi::gateway {
namespace config {
namespace {

namespace fs = std::filesystem;

std::string FreshSecret() {
  std::array<std::uint8_t, 24> bytes{};
  crypto::RandomBytes(bytes);
  std::string text;
  base::AppendBase64Url({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, text);
  return text;
}

std::set<std::string> SecretPaths(const ConfigFolder& config) {
  Findings ignored;
  const World world = World::Read(config.files, ignored);
  std::set<std::string> paths;
  const auto add = [&](const Node* authenticate) {
    const Node* from = authenticate ? authenticate->FindPath({"secret", "from"}) : nullptr;
    if (from && from->text.starts_with("file:"))
      paths.insert(ResolvePath(config.folder, from->text));
  };
  for (const Document* source : world.Of("Source")) add(source->root.Find("authenticate"));
  for (const Document* destination : world.Of("Destination")) {
    add(destination->root.FindPath({"deliver", "authenticate"}));
  }
  return paths;
}

class KeyMaker {
 public:
  // Says whether the file is to be made, and makes its folder.
  static bool Missing(const std::string& path) {
    if (path.empty() || fs::exists(fs::symlink_status(path))) return false;
    const fs::path folder = fs::path(path).parent_path();
    if (fs::create_directories(folder)) fs::permissions(folder, fs::perms::owner_all);
    return true;
  }
  base::Status Root(const std::string& path, std::string_view purpose) {
    if (!Missing(path)) return base::Ok();
    created_.push_back(path);
    return crypto::CreateKeyFile(path, purpose);
  }
  // Raw, so that whoever sets up the other side can read what to present.
  base::Status Secret(const std::string& path) {
    if (!Missing(path)) return base::Ok();
    created_.push_back(path);
    return WriteNew(path, crypto::SecretFileText(FreshSecret(), false) + "\n", 0400);
  }
  std::vector<std::string> Take() && { return std::move(created_); }

 private:
  std::vector<std::string> created_;
};

}  // namespace

base::Error CannotWrite(const std::string& path) {
  return {base::ErrorCode::kUnavailable, "config.write", "cannot write `" + path + "`"};
}

base::Status WriteNew(const std::string& path, std::string_view text, mode_t mode) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return CannotWrite(path);
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written <= 0) break;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  const bool good = text.empty() && ::fsync(file) == 0;
  ::close(file);
  if (!good) return CannotWrite(path);
  return base::Ok();
}

}  // namespace config

base::Result<std::vector<std::string>> CreateMissingKeys(const ConfigFolder& config) {
  try {
    config::KeyMaker maker;
    base::Status status = maker.Root(config.settings.pseudonym_root, crypto::kPseudonymPurpose);
    if (status) status = maker.Root(config.settings.storage_root, crypto::kStoragePurpose);
    for (const std::string& path : config::SecretPaths(config)) {
      if (status) status = maker.Secret(path);
    }
    if (!status) return status.error();
    return std::move(maker).Take();
  } catch (const std::filesystem::filesystem_error& error) {
    return config::CannotWrite(error.path1().string());
  }
}

}  // namespace octroi::gateway
