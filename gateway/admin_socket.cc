#include "gateway/admin_socket.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "base/thread_name.h"

namespace octroi::gateway {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t kLineBytesMax = 64 * 1024;
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

// Of who connected; nothing: not our own user, nor root.
std::optional<std::uint32_t> TrustedUid(int connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  if (peer.uid != geteuid() && peer.uid != 0) return std::nullopt;
  return peer.uid;
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

// Non-blocking, so that neither a slow reader nor a stopping gateway is waited for without end.
class AdminSocket::Client final : public Live {
 public:
  Client(int fd, int stop, std::uint32_t uid) : fd_(fd), stop_(stop), uid_(uid) {}

  std::uint32_t uid() const override { return uid_; }

  bool Put(std::string_view line) override {
    std::string bytes(line);
    bytes.push_back('\n');
    std::string_view rest = bytes;
    while (!rest.empty() && !broken_) {
      const ssize_t sent = send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) {
        rest.remove_prefix(static_cast<std::size_t>(sent));
      } else {
        pollfd wait{fd_, POLLOUT, 0};
        broken_ = (errno != EAGAIN && errno != EINTR) || poll(&wait, 1, kReaderMs) != 1;
      }
    }
    return !broken_;
  }

  bool Done(int wait_ms) override {
    if (broken_) return true;
    pollfd wait[2] = {{fd_, POLLIN, 0}, {stop_, POLLIN, 0}};
    if (poll(wait, 2, wait_ms) <= 0) return false;
    if (wait[1].revents != 0) return true;
    char ignored[64];
    return recv(fd_, ignored, sizeof ignored, MSG_DONTWAIT) == 0 ||
           (wait[0].revents & POLLHUP) != 0;
  }

 private:
  static constexpr int kReaderMs = 5'000;
  const int fd_, stop_;
  const std::uint32_t uid_;
  bool broken_ = false;
};

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
    if (wait[1].revents != 0) break;
    const int connection = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    JoinEnded();
    if (const auto uid = TrustedUid(connection)) {
      Take(connection, *uid);
    } else {
      close(connection);
    }
  }
  for (Serving& one : serving_) one.thread.join();
}

void AdminSocket::JoinEnded() {
  for (auto one = serving_.begin(); one != serving_.end();) {
    if (one->ended) {
      one->thread.join();
      one = serving_.erase(one);
    } else {
      ++one;
    }
  }
}

void AdminSocket::Take(int connection, std::uint32_t uid) {
  if (serving_.size() >= kAdminClientsMax) {
    Client(connection, stop_, uid).Put(R"({"error":"overload.admin"})");
    close(connection);
    return;
  }
  Serving& one = serving_.emplace_back();
  one.thread = std::thread([this, &one, connection, uid] {
    Serve(connection, uid);
    close(connection);
    one.ended = true;
  });
}

void AdminSocket::Serve(int connection, std::uint32_t uid) {
  base::NameThread("admin-client");
  const std::string line = ReadUntilEnd(connection, kLineBytesMax, /*one_line=*/true, kPatienceMs);
  const std::size_t end = line.find('\n');
  Client client(connection, stop_, uid);
  if (end == std::string::npos) return void(client.Put(R"({"error":"request.invalid"})"));
  answer_(std::string_view(line).substr(0, end), client);
}

namespace {

volatile std::sig_atomic_t interrupted = 0;

// Connected, with the line sent; -1: nobody is there, errno says why.
int Connect(const std::string& storage_path, std::string_view line) {
  sockaddr_un address{};
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (!AddressOf(AdminSocketPath(storage_path), address) ||
      connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int why = errno;
    close(fd);
    errno = why;
    return -1;
  }
  SendAll(fd, std::string(line) + "\n");
  return fd;
}

Error Nobody(const std::string& storage_path) {
  return Error{ErrorCode::kUnavailable, "admin.ask",
               "no gateway answers on `" + storage_path + "`; is `octroi run` running?"};
}

}  // namespace

base::Result<std::string> AskGateway(const std::string& storage_path, std::string_view line) {
  const int fd = Connect(storage_path, line);
  if (fd < 0) return Nobody(storage_path);
  constexpr std::size_t kAnswerBytesMax = 64 * 1024 * 1024;
  std::string answer = ReadUntilEnd(fd, kAnswerBytesMax, /*one_line=*/false, kAnswerMs);
  close(fd);
  while (answer.ends_with('\n')) answer.pop_back();
  if (answer.empty()) return Nobody(storage_path);
  return answer;
}

bool GatewayMayRun(const std::string& storage_path) {
  const int fd = Connect(storage_path, "");
  if (fd < 0) return errno != ENOENT && errno != ECONNREFUSED;
  close(fd);
  return true;
}

base::Status FollowGateway(const std::string& storage_path, std::string_view line,
                           const std::function<bool(const std::string& line)>& each) {
  const int fd = Connect(storage_path, line);
  if (fd < 0) return Nobody(storage_path);
  interrupted = 0;
  struct sigaction on_interrupt {};
  on_interrupt.sa_handler = [](int) { interrupted = 1; };
  on_interrupt.sa_flags = static_cast<int>(SA_RESETHAND);  // the second one ends the process
  sigaction(SIGINT, &on_interrupt, nullptr);
  std::string text;
  bool asked_to_end = false;
  for (;;) {
    if (interrupted != 0 && !asked_to_end) {
      asked_to_end = true;
      shutdown(fd, SHUT_WR);
    }
    char chunk[4096];
    const ssize_t size = recv(fd, chunk, sizeof chunk, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    text.append(chunk, static_cast<std::size_t>(size));
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
      if (!each(text.substr(0, end)) && !asked_to_end) {
        asked_to_end = true;
        shutdown(fd, SHUT_WR);
      }
      text.erase(0, end + 1);
    }
  }
  close(fd);
  return base::Ok();
}

}  // namespace octroi::gateway
