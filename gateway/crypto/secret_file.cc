#include "crypto/secret_file.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace octroi::crypto {
namespace {

constexpr std::size_t kFileBytesMax = 64 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

base::Error Unreadable(const std::string& path, std::string_view why) {
  return {base::ErrorCode::kUnavailable, "crypto.secret_file",
          "`" + path + "` " + std::string(why)};
}

// Only the owner may have any right to it.
base::Status CheckPrivate(const std::string& path, int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return Unreadable(path, "cannot be examined");
  if (!S_ISREG(info.st_mode)) return Unreadable(path, "is not a regular file");
  if ((info.st_mode & 077) != 0) {
    return Unreadable(path, "holds a secret and others may use it; run `chmod 0400 " + path + "`");
  }
  if (static_cast<std::size_t>(info.st_size) > kFileBytesMax) {
    return Unreadable(path, "is too long for a secret (64 KiB at most)");
  }
  return base::Ok();
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(fd, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return true;
}

bool SyncFolderOf(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const Descriptor folder(
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder.fd() >= 0 && ::fsync(folder.fd()) == 0;
}

}  // namespace

void WipedString::Wipe() {
  OPENSSL_cleanse(text_.data(), text_.capacity());
  text_.clear();
}

base::Result<WipedString> ReadSecretFile(const std::string& path) {
  // O_NONBLOCK: a pipe in the file's place must not stop the program.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.fd() < 0) {
    return Unreadable(path, std::string("cannot be read: ") + std::strerror(errno));
  }
  if (auto checked = CheckPrivate(path, file.fd()); !checked) return checked.error();
  std::string text(kFileBytesMax, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.fd(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Unreadable(path, std::string("cannot be read: ") + std::strerror(errno));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return WipedString(std::move(text));
}

base::Status WriteSecretFile(const std::string& path, std::string_view text) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400));
  if (file.fd() < 0) {
    const bool exists = errno == EEXIST;
    const std::string why = exists ? "exists already; a key is never written over"
                                   : std::string("cannot be created: ") + std::strerror(errno);
    return base::Error{exists ? base::ErrorCode::kInvalid : base::ErrorCode::kUnavailable,
                       "crypto.secret_file", "`" + path + "` " + why};
  }
  // The umask may have taken the owner's own right away.
  if (::fchmod(file.fd(), 0400) == 0 && WriteAll(file.fd(), text) && ::fsync(file.fd()) == 0 &&
      SyncFolderOf(path)) {
    return base::Ok();
  }
  const std::string why = std::strerror(errno);
  ::unlink(path.c_str());
  return Unreadable(path, "could not be written: " + why);
}

base::Status ReplaceSecretFile(const std::string& path, std::string_view text) {
  const std::string fresh = path + ".new";
  ::unlink(fresh.c_str());  // of an attempt that ended midway: nobody reads it
  if (auto written = WriteSecretFile(fresh, text); !written) return written;
  struct stat was {};
  // It stays the gateway's own, whoever changes it.
  const bool same =
      ::stat(path.c_str(), &was) == 0 &&
      (was.st_uid == ::geteuid() || ::chown(fresh.c_str(), was.st_uid, was.st_gid) == 0);
  if (same && ::rename(fresh.c_str(), path.c_str()) == 0 && SyncFolderOf(path)) return base::Ok();
  const std::string why = std::strerror(errno);
  ::unlink(fresh.c_str());
  return Unreadable(path, "could not be replaced: " + why);
}

base::Millis SecretFileChanged(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return 0;
  return base::Millis{file.st_mtim.tv_sec} * 1000 + file.st_mtim.tv_nsec / 1'000'000;
}

}  // namespace octroi::crypto
