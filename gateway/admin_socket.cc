#include "gateway/admin_socket.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "base/thread_name.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kLineBytesMax = 4096;
constexpr int kPatienceMs = 2'000;  // with who asks
// With the gateway, once it is reached: an audit of a day takes its time; a gateway that dies hangs
// up.
constexpr int kAnswerMs = 600'000;

bool AddressOf(const std::string& path, sockaddr_un& address) {
  address = {};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return true;
}

bool Readable(int fd, int timeout_ms) {
  pollfd wait{fd, POLLIN, 0};
  return poll(&wait, 1, timeout_ms) == 1;
}

bool SameUser(int connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == geteuid() || peer.uid == 0;
}

void SendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string ReadUntilEnd(int fd, std::size_t most, bool one_line, int patience_ms) {
  std::string text;
  char chunk[4096];
  while (text.size() < most && Readable(fd, patience_ms)) {
    const ssize_t size = recv(fd, chunk, sizeof chunk, 0);
    if (size <= 0) break;
    text.append(chunk, static_cast<std::size_t>(size));
    if (one_line && text.find('\n') != std::string::npos) break;
  }
  return text;
}

}  // namespace

std::string AdminSocketPath(const std::string& storage_path) {
  return storage_path + "/octroi.sock";
}

base::Result<std::unique_ptr<AdminSocket>> AdminSocket::Listen(const std::string& path,
                                                               Answer answer) {
  sockaddr_un address{};
  if (!AddressOf(path, address)) {
    return Error{ErrorCode::kInvalid, "admin.listen",
                 "`" + path + "` is too long for a socket; use a shorter storage path"};
  }
  std::unique_ptr<AdminSocket> admin(new AdminSocket());
  admin->path_ = path;
  admin->answer_ = std::move(answer);
  admin->socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  admin->stop_ = eventfd(0, EFD_CLOEXEC);
  unlink(path.c_str());  // of a process that died; the store's lock says there is no other
  const mode_t before = umask(0177);
  const bool bound =
      bind(admin->socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  umask(before);
  if (!bound || listen(admin->socket_, 8) != 0) {
    return Error{ErrorCode::kUnavailable, "admin.listen", "`" + path + "` cannot be listened on"};
  }
  admin->thread_ = std::thread([raw = admin.get()] { raw->Run(); });
  return admin;
}

AdminSocket::~AdminSocket() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    if (write(stop_, &one, sizeof one) == sizeof one) thread_.join();
    unlink(path_.c_str());
  }
  if (socket_ >= 0) close(socket_);
  if (stop_ >= 0) close(stop_);
}

void AdminSocket::Run() {
  base::NameThread("admin");
  for (;;) {
    pollfd wait[2] = {{socket_, POLLIN, 0}, {stop_, POLLIN, 0}};
    if (poll(wait, 2, -1) < 0) continue;
    if (wait[1].revents != 0) return;
    const int connection = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    if (SameUser(connection)) Serve(connection);
    close(connection);
  }
}

void AdminSocket::Serve(int connection) {
  const std::string line = ReadUntilEnd(connection, kLineBytesMax, /*one_line=*/true, kPatienceMs);
  const std::size_t end = line.find('\n');
  if (end != std::string::npos) SendAll(connection, answer_(std::string_view(line).substr(0, end)));
}

base::Result<std::string> AskGateway(const std::string& storage_path, std::string_view line) {
  sockaddr_un address{};
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool reached = AddressOf(AdminSocketPath(storage_path), address) &&
                       connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  std::string answer;
  if (reached) {
    SendAll(fd, std::string(line) + "\n");
    constexpr std::size_t kAnswerBytesMax = 64 * 1024 * 1024;
    answer = ReadUntilEnd(fd, kAnswerBytesMax, /*one_line=*/false, kAnswerMs);
  }
  close(fd);
  if (!answer.empty()) return answer;
  return Error{ErrorCode::kUnavailable, "admin.ask",
               "no gateway answers on `" + storage_path + "`; is `octroi run` running?"};
}

}  // namespace octroi::gateway
