#include "store_sqlite/private_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace octroi::store_sqlite {
namespace {

base::Error Unavailable(std::string what) {
  const int reason = errno;
  return base::Error{base::ErrorCode::kUnavailable, "store.open",
                     std::move(what) + ": " + std::generic_category().message(reason)};
}

}  // namespace

base::Status CreatePrivate(const std::string& path) {
  // O_EXCL: a database that is there is never opened here, because closing any descriptor of it
  // would let go of SQLite's own (POSIX) locks.
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return errno == EEXIST ? base::Ok() : base::Status(Unavailable("cannot make `" + path + "`"));
  close(fd);
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const int folder =
      open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return Unavailable("cannot open the folder of `" + path + "`");
  const bool synced = fsync(folder) == 0;
  base::Status status =
      synced ? base::Ok() : base::Status(Unavailable("cannot sync the folder of `" + path + "`"));
  close(folder);
  return status;
}

}  // namespace octroi::store_sqlite
