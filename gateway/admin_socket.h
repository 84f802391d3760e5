// AdminSocket: how the command line talks to a running gateway. A Unix socket in the storage
// folder, mode 0600; who connects must be the gateway's own user or root (SO_PEERCRED). One line
// in, one line of JSON out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"

namespace octroi::gateway {

class AdminSocket {
 public:
  // Answers one request line ("status", "explain ID", ...). Called on the socket's thread.
  using Answer = std::function<std::string(std::string_view line)>;
  static base::Result<std::unique_ptr<AdminSocket>> Listen(const std::string& path, Answer answer);
  ~AdminSocket();

 private:
  AdminSocket() = default;
  void Run();
  void Serve(int connection);
  std::string path_;
  int socket_ = -1, stop_ = -1;
  Answer answer_;
  std::thread thread_;
};

std::string AdminSocketPath(const std::string& storage_path);
// kUnavailable: no gateway is running on this storage folder, or it gave no answer in ten minutes.
base::Result<std::string> AskGateway(const std::string& storage_path, std::string_view line);

}  // namespace octroi::gateway
