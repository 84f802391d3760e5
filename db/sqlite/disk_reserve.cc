#include "store_sqlite/disk_reserve.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <utility>

namespace octroi::store_sqlite {

DiskReserve::DiskReserve(std::string path, std::uint64_t bytes)
    : path_(std::move(path)), bytes_(bytes), whole_(bytes == 0) {}

bool DiskReserve::Make() {
  if (whole_) return true;
  const int fd = open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  struct stat info {};
  struct statvfs disk {};
  const auto size = static_cast<off_t>(bytes_);
  if (fstat(fd, &info) == 0 && info.st_size == size) {
    whole_ = true;  // of an earlier run
  } else if (fstatvfs(fd, &disk) == 0 && disk.f_bavail * disk.f_frsize >= 2 * bytes_) {
    whole_ = posix_fallocate(fd, 0, size) == 0;
  }
  close(fd);
  if (!whole_) unlink(path_.c_str());
  return whole_;
}

bool DiskReserve::Release() {
  if (bytes_ == 0 || !whole_) return false;
  whole_ = false;
  return unlink(path_.c_str()) == 0;
}

}  // namespace octroi::store_sqlite
