// Refuses a second writing process: an exclusive flock on a file beside the database, for as long
// as the object lives. The kernel lets go when the process dies, so nothing is ever stale. Not for
// NFS.
#pragma once

#include <string>

#include "base/result.h"

namespace octroi::store_sqlite {

class LockFile {
 public:
  // kUnavailable: another process holds it, or the file cannot be made.
  static base::Result<LockFile> Take(const std::string& database);
  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_;
};

// Makes an empty file that only its owner can read, unless there is one, and makes its name
// durable.
base::Status CreatePrivate(const std::string& path);

}  // namespace octroi::store_sqlite
