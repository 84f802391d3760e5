#include "gateway/whole_file.h"

#include <filesystem>
#include <fstream>

namespace octroi::gateway {

namespace fs = std::filesystem;

std::optional<std::string> ReadWholeFile(const std::string& path, std::size_t most) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) > most || error)
    return std::nullopt;
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  return in.bad() || bytes.size() > most ? std::nullopt : std::optional(std::move(bytes));
}

bool WriteWholeFile(const std::string& path, std::string_view bytes) {
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty() && fs::create_directories(folder, error))
    fs::permissions(folder, fs::perms::owner_all, error);
  const std::string draft = path + ".new";
  {
    std::ofstream out(draft, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) return false;
  }
  fs::rename(draft, path, error);
  return !error;
}

}  // namespace octroi::gateway
