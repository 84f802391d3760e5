#include "base/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace octroi::base {
namespace {

constexpr std::string_view kWhere = "lock.take";

Error Unavailable(std::string what) {
  const int reason = errno;
  return Error{ErrorCode::kUnavailable, kWhere,
               std::move(what) + ": " + std::generic_category().message(reason)};
}

}  // namespace

Result<LockFile> LockFile::Take(const std::string& what) {
  const std::string path = what + ".lock";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return Unavailable("cannot make `" + path + "`");
  LockFile lock(fd);
  if (flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return Unavailable("cannot lock `" + path + "`");
  return Error{ErrorCode::kUnavailable, kWhere,
               "another process has `" + what +
                   "` open for writing: stop the other gateway, or give this one its own folder"};
}

LockFile::LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

LockFile::~LockFile() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace octroi::base
