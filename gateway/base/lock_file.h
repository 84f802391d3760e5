// Refuses a second writing process: an exclusive flock on a file of its own, for as long as the
// object lives. The kernel lets go when the process dies, so nothing is ever stale. Not for NFS.
#pragma once

#include <string>

#include "base/result.h"

namespace octroi::base {

class LockFile {
 public:
  // Locks `what`.lock, which it makes if need be. kUnavailable: another process holds it, or the
  // file cannot be made.
  static Result<LockFile> Take(const std::string& what);
  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace octroi::base
