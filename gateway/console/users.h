// The console's users: a file in the storage folder (docs/FORMATS.md, "The console's users"), which
// only the gateway's own user may read. `octroi console user` writes it, a running gateway reads it
// anew for each request: who is removed is out at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gateway/console/roles.h"

namespace octroi::gateway::console {

inline constexpr std::size_t kUsersMax = 500;
inline constexpr std::size_t kPasswordBytesMin = 12, kPasswordBytesMax = 1024;

struct User {
  std::string name;  // [a-z0-9][a-z0-9._-]{0,31}
  Role role = Role::kNobody;
  std::string password;  // as crypto::HashPassword keeps it
};

std::string UsersPath(const std::string& storage_path);
bool IsUserName(std::string_view name);

class Users {
 public:
  // No file: nobody. kInvalid: a line that is no user (the detail has its number); kUnavailable: it
  // cannot be read, or others than its owner may.
  static base::Result<Users> Read(const std::string& path);
  // Whoever reads it has the old file or the new one. kUnavailable: it is as it was.
  base::Status Write(const std::string& path) const;

  bool empty() const { return users_.empty(); }
  const std::vector<User>& all() const { return users_; }
  const User* Find(std::string_view name) const;  // null: nobody
  bool Put(User user);                            // over one of that name; false: too many
  bool Remove(std::string_view name);             // false: there is none

 private:
  std::vector<User> users_;
};

}  // namespace octroi::gateway::console
