#include <filesystem>

#include "gateway/config.h"
#include "gateway/config/keys.h"
#include "gateway/config/schema.h"

namespace octroi::gateway {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kStarter = "starter/";

// "#fr " and "#en " begin the comments of one language; the other's are left out.
std::string InLanguage(std::string_view text, Language language) {
  const std::string_view ours = language == Language::kFrench ? "#fr " : "#en ";
  const std::string_view theirs = language == Language::kFrench ? "#en " : "#fr ";
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    std::string line(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
    const std::size_t comment = line.find('#');
    if (comment != std::string::npos) {
      if (line.compare(comment, theirs.size(), theirs) == 0) continue;
      if (line.compare(comment, ours.size(), ours) == 0) line.replace(comment, ours.size(), "# ");
    }
    const std::size_t place = line.find("{language}");
    if (place != std::string::npos)
      line.replace(place, 10, language == Language::kFrench ? "fr" : "en");
    out += line;
  }
  return out;
}

base::Status WriteFolder(const fs::path& root, Language language) {
  for (const config::Embedded& file : config::EmbeddedFiles()) {
    if (!file.path.starts_with(kStarter)) continue;
    const fs::path path = root / file.path.substr(kStarter.size());
    fs::create_directories(path.parent_path());
    if (auto made = config::WriteNew(path, InLanguage(file.bytes, language), 0644); !made)
      return made;
  }
  for (const std::string& kind : SchemaKinds()) {
    const fs::path path = root / "schema" / (kind + ".schema.json");
    fs::create_directories(path.parent_path());
    if (auto made = config::WriteNew(path, *Schema(kind, language), 0644); !made) return made;
  }
  auto keys = CreateMissingKeys(LoadConfig(root.string()));
  if (!keys) return keys.error();
  return base::Ok();
}

}  // namespace

base::Status InitFolder(const std::string& folder, Language language) {
  try {
    const fs::path root(folder);
    if (fs::exists(root) && (!fs::is_directory(root) || !fs::is_empty(root))) {
      return base::Error{base::ErrorCode::kInvalid, "config.init",
                         "`" + folder + "` is not an empty folder"};
    }
    fs::create_directories(root);
    return WriteFolder(root, language);
  } catch (const fs::filesystem_error& error) {
    return config::CannotWrite(error.path1().string());
  }
}

}  // namespace octroi::gateway
