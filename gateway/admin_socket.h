// AdminSocket: how the command line talks to a running gateway. A Unix socket in the storage
// folder, mode 0600; who connects must be the gateway's own user or root (SO_PEERCRED). One line
// in; lines of JSON out, one for most questions, many for those that go on (`tap`, `replay`).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "gateway/live.h"

namespace octroi::gateway {

inline constexpr std::size_t kAdminClientsMax = 8;  // at once; beyond: {"error":"overload.admin"}

class AdminSocket {
 public:
  // Answers one request line ("status", "explain ID", ...). Called on a thread of that client's
  // own, several at once.
  using Answer = std::function<void(std::string_view line, Live& client)>;
  static base::Result<std::unique_ptr<AdminSocket>> Listen(const std::string& path, Answer answer);
  ~AdminSocket();  // tells every client's answer that it is done, and waits for it

 private:
  class Client;
  struct Serving {
    std::thread thread;
    std::atomic<bool> ended{false};
  };
  AdminSocket() = default;
  void Run();
  void Take(int connection, std::uint32_t uid);
  void Serve(int connection, std::uint32_t uid);
  void JoinEnded();
  std::string path_;
  int socket_ = -1, stop_ = -1;  // stop_ stays readable once it was written
  Answer answer_;
  std::list<Serving> serving_;  // of thread_ alone
  std::thread thread_;
};

std::string AdminSocketPath(const std::string& storage_path);
// kUnavailable: no gateway is running on this storage folder, or it gave no answer in ten minutes.
base::Result<std::string> AskGateway(const std::string& storage_path, std::string_view line);
// False only if it is certain that nobody listens there: one that does not answer, or whom this
// user may not ask, is running.
bool GatewayMayRun(const std::string& storage_path);
// Each line as it comes, until the gateway ends. Ctrl-C asks it to end, and its last lines still
// come; a second Ctrl-C ends this process. `each` false: asks it to end too.
base::Status FollowGateway(const std::string& storage_path, std::string_view line,
                           const std::function<bool(const std::string& line)>& each);

}  // namespace octroi::gateway
