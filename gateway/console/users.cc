#include "gateway/console/users.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "gateway/whole_file.h"

namespace octroi::gateway::console {
namespace {

using base::ErrorCode;

constexpr std::string_view kHead = "octroi-console-users-v1";
constexpr std::size_t kFileBytesMax = 256 * 1024, kNameBytesMax = 32;

base::Error Wrong(ErrorCode code, const std::string& path, const std::string& why) {
  return {code, "console.users", "`" + path + "` " + why};
}

std::string_view Word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

// "camille dpo $scrypt$..."
std::optional<User> UserOf(std::string_view line) {
  User user;
  user.name = Word(line);
  const auto role = RoleNamed(Word(line));
  user.password = Word(line);
  if (!IsUserName(user.name) || !role || user.password.empty() || !line.empty())
    return std::nullopt;
  user.role = *role;
  return user;
}

}  // namespace

std::string UsersPath(const std::string& storage_path) { return storage_path + "/console.users"; }

bool IsUserName(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kNameBytesMax && plain(name.front()) &&
         std::ranges::all_of(name,
                             [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

base::Result<Users> Users::Read(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Users();
    return Wrong(ErrorCode::kUnavailable, path, "cannot be examined");
  }
  if ((info.st_mode & 077) != 0)
    return Wrong(ErrorCode::kUnavailable, path, "may be read by others; run `chmod 0600` on it");
  const auto text = ReadWholeFile(path, kFileBytesMax);
  if (!text) return Wrong(ErrorCode::kUnavailable, path, "cannot be read");
  Users users;
  std::string_view rest = *text;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto user = number == 1 ? std::nullopt : UserOf(line);
    const bool good = number == 1 ? line == kHead : user && users.Find(user->name) == nullptr;
    if (!good || (user && !users.Put(*user)))
      return Wrong(ErrorCode::kInvalid, path, "line " + std::to_string(number) + " is no user");
  }
  return users;
}

base::Status Users::Write(const std::string& path) const {
  std::string text = std::string(kHead) + "\n";
  for (const User& user : users_)
    text += user.name + " " + std::string(Name(user.role)) + " " + user.password + "\n";
  const mode_t before = umask(0077);
  const bool wrote = WriteWholeFile(path, text);
  umask(before);
  if (!wrote) return Wrong(ErrorCode::kUnavailable, path, "cannot be written");
  return base::Ok();
}

const User* Users::Find(std::string_view name) const {
  const auto found = std::ranges::find(users_, name, &User::name);
  return found == users_.end() ? nullptr : &*found;
}

bool Users::Put(User user) {
  const auto found = std::ranges::find(users_, user.name, &User::name);
  if (found == users_.end() && users_.size() >= kUsersMax) return false;
  if (found == users_.end()) {
    users_.push_back(std::move(user));
  } else {
    *found = std::move(user);
  }
  return true;
}

bool Users::Remove(std::string_view name) {
  return std::erase_if(users_, [&](const User& user) { return user.name == name; }) != 0;
}

}  // namespace octroi::gateway::console
