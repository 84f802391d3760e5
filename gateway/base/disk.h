// The disk, injected, so that a test can fail any operation and a simulation can lose what was not
// synced.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace octroi::base {

// One open file. Not thread-safe; closed by the destructor.
class File {
 public:
  virtual ~File() = default;
  virtual Status WriteAt(std::uint64_t offset,
                         std::string_view bytes) = 0;  // all bytes, or an error
  virtual Result<std::size_t> ReadAt(std::uint64_t offset,
                                     std::span<char> into) const = 0;  // short at the end
  virtual Status SyncData() = 0;  // fdatasync. After an error the file must not be written again.
  // Room for so many bytes from the beginning, which read as zeros; the blocks are ours, but the
  // file system still has to mark each as written. kInvalid: it cannot do that.
  virtual Status Allocate(std::uint64_t size) = 0;
  virtual Status Truncate(std::uint64_t size) = 0;
  virtual Result<std::uint64_t> Size() const = 0;
};

enum class OpenMode { kRead, kReadWrite, kCreateNew };  // kCreateNew: 0600, fails if it exists

class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) = 0;
  virtual Result<std::vector<std::string>> List(const std::string& folder) = 0;  // names, sorted
  virtual Status MakeFolder(const std::string& path) = 0;  // 0700, parents too; fine if there
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Remove(const std::string& path) = 0;
  virtual Status SyncFolder(
      const std::string& path) = 0;  // makes created, renamed, removed names durable
  virtual Result<std::uint64_t> FreeBytes(const std::string& folder) = 0;  // for new files
};

class SystemDisk final : public Disk {
 public:
  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  Result<std::vector<std::string>> List(const std::string& folder) override;
  Status MakeFolder(const std::string& path) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status SyncFolder(const std::string& path) override;
  Result<std::uint64_t> FreeBytes(const std::string& folder) override;
};

}  // namespace octroi::base
