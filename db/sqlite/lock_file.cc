#include "store_sqlite/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace octroi::store_sqlite {
namespace {

constexpr std::string_view kWhere = "store.open";

base::Error Unavailable(std::string what) {
  const int reason = errno;
  return base::Error{base::ErrorCode::kUnavailable, kWhere,
                     std::move(what) + ": " + std::generic_category().message(reason)};
}

}  // namespace

base::Result<LockFile> LockFile::Take(const std::string& database) {
  const std::string path = database + ".lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return Unavailable("cannot make `" + path + "`");
  LockFile lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return Unavailable("cannot lock `" + path + "`");
  return base::Error{
      base::ErrorCode::kUnavailable, kWhere,
      "another process has `" + database +
          "` open for writing: stop the other gateway, or give this one its own folder"};
}

LockFile::LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LockFile::~LockFile() {
  if (fd_ >= 0) close(fd_);
}

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
