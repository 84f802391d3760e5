#include "base/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace octroi::base {
namespace {

// A wrong name or permission fails again; a full or broken disk may be mended.
ErrorCode CodeOf(int number) {
  switch (number) {
    case ENOENT:
    case EEXIST:
    case ENOTDIR:
    case EISDIR:
    case ENOTEMPTY:
    case EACCES:
    case EPERM:
    case EINVAL:
    case ENAMETOOLONG:
    case ELOOP:
      return ErrorCode::kInvalid;
    default:
      return ErrorCode::kUnavailable;
  }
}

Error Failure(std::string_view where, const std::string& path, int number) {
  return Error{CodeOf(number), where, "`" + path + "`: " + std::generic_category().message(number)};
}

template <class Call>
auto Retried(Call call) {
  decltype(call()) result;
  do {
    result = call();
  } while (result < 0 && errno == EINTR);
  return result;
}

class SystemFile final : public File {
 public:
  SystemFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  ~SystemFile() override { close(descriptor_); }
  SystemFile(const SystemFile&) = delete;
  SystemFile& operator=(const SystemFile&) = delete;

  Status WriteAt(std::uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t wrote = Retried([&] {
        return pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      });
      if (wrote < 0) return Failure("disk.write", path_, errno);
      if (wrote == 0) return Failure("disk.write", path_, EIO);
      offset += static_cast<std::uint64_t>(wrote);
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    return Ok();
  }

  Result<std::size_t> ReadAt(std::uint64_t offset, std::span<char> into) const override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t read = Retried([&] {
        return pread(descriptor_, into.data() + done, into.size() - done,
                     static_cast<off_t>(offset + done));
      });
      if (read < 0) return Failure("disk.read", path_, errno);
      if (read == 0) break;
      done += static_cast<std::size_t>(read);
    }
    return done;
  }

  Status SyncData() override {
    if (Retried([&] { return fdatasync(descriptor_); }) == 0) return Ok();
    Error error = Failure("disk.sync", path_, errno);
    error.code = ErrorCode::kInDoubt;  // the kernel may have dropped the pages, or written them
    return error;
  }

  Status Allocate(std::uint64_t size) override {
    const int result =
        Retried([&] { return fallocate(descriptor_, 0, 0, static_cast<off_t>(size)); });
    if (result == 0) return Ok();
    Error error = Failure("disk.allocate", path_, errno);
    if (errno == EOPNOTSUPP) error.code = ErrorCode::kInvalid;
    return error;
  }

  Status Truncate(std::uint64_t size) override {
    const int result = Retried([&] { return ftruncate(descriptor_, static_cast<off_t>(size)); });
    return result == 0 ? Ok() : Failure("disk.truncate", path_, errno);
  }

  Result<std::uint64_t> Size() const override {
    struct stat info {};
    if (fstat(descriptor_, &info) != 0) return Failure("disk.size", path_, errno);
    return static_cast<std::uint64_t>(info.st_size);
  }

 private:
  const int descriptor_;
  const std::string path_;
};

int Flags(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY | O_CLOEXEC;
    case OpenMode::kReadWrite:
      return O_RDWR | O_CLOEXEC;
    case OpenMode::kCreateNew:
      return O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
  }
  return O_RDONLY | O_CLOEXEC;
}

bool IsFolder(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

}  // namespace

Result<std::unique_ptr<File>> SystemDisk::Open(const std::string& path, OpenMode mode) {
  const int descriptor = Retried([&] { return open(path.c_str(), Flags(mode), 0600); });
  if (descriptor < 0) return Failure("disk.open", path, errno);
  std::unique_ptr<File> file = std::make_unique<SystemFile>(descriptor, path);
  return file;
}

Result<std::vector<std::string>> SystemDisk::List(const std::string& folder) {
  DIR* const stream = opendir(folder.c_str());
  if (stream == nullptr) return Failure("disk.list", folder, errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
    errno = 0;
  }
  const int failed = errno;
  closedir(stream);
  if (failed != 0) return Failure("disk.list", folder, failed);
  std::sort(names.begin(), names.end());
  return names;
}

Status SystemDisk::MakeFolder(const std::string& path) {
  for (std::size_t end = 1; end <= path.size(); ++end) {
    if (end < path.size() && path[end] != '/') continue;
    const std::string prefix = path.substr(0, end);
    if (mkdir(prefix.c_str(), 0700) == 0) continue;
    const int failed = errno;
    if (!IsFolder(prefix)) return Failure("disk.make_folder", prefix, failed);
  }
  return path.empty() ? Status(Failure("disk.make_folder", path, ENOENT)) : Ok();
}

Status SystemDisk::Rename(const std::string& from, const std::string& to) {
  if (rename(from.c_str(), to.c_str()) == 0) return Ok();
  return Failure("disk.rename", from, errno);
}

Status SystemDisk::Remove(const std::string& path) {
  if (unlink(path.c_str()) == 0) return Ok();
  return Failure("disk.remove", path, errno);
}

Status SystemDisk::SyncFolder(const std::string& path) {
  const int descriptor =
      Retried([&] { return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0) return Failure("disk.sync_folder", path, errno);
  const int result = Retried([&] { return fsync(descriptor); });
  const int failed = errno;
  close(descriptor);
  if (result == 0) return Ok();
  Error error = Failure("disk.sync_folder", path, failed);
  error.code = ErrorCode::kInDoubt;
  return error;
}

Result<std::uint64_t> SystemDisk::FreeBytes(const std::string& folder) {
  struct statvfs info {};
  if (statvfs(folder.c_str(), &info) != 0) return Failure("disk.free", folder, errno);
  return std::uint64_t{info.f_bavail} * info.f_frsize;
}

}  // namespace octroi::base
