// Listening sockets.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

struct sockaddr_storage;

namespace octroi::gateway::edge {

// A descriptor, closed by its owner.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd() { Close(); }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  void Close();

 private:
  int fd_;
};

struct Listeners {
  std::vector<Fd> sockets;  // one per loop, same port
  std::uint16_t port = 0;
};

// "0.0.0.0:8080", "[::1]:0". kInvalid: not an address; kUnavailable: taken, or not ours to bind.
base::Result<Listeners> Listen(const std::string& address, unsigned count);

std::string PeerName(const sockaddr_storage& peer);  // without the port; IPv4-mapped ones as IPv4

}  // namespace octroi::gateway::edge
