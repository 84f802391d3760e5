// A plain blocking client, which sends what it is told to and nothing else.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

namespace octroi::testing {

// Blocking, with a patience of 20 s that only a failing test uses up.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) {
      setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  int fd() const { return fd_; }
  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void EndOfSending() { shutdown(fd_, SHUT_WR); }

  // Everything up to the end of the connection. closed(): it ended by FIN, not by a reset.
  std::string ReadAll() {
    while (Receive()) {
    }
    return std::exchange(buffer_, {});
  }
  // One whole answer with its body, by Content-Length; empty if the connection ended first.
  std::string ReadAnswer(bool head_only = false) {
    std::size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == buffer_.npos) {
      if (!Receive()) return {};
    }
    std::size_t size = end + 4;
    const std::size_t length = buffer_.find("Content-Length: ");
    if (!head_only && length < end) size += std::stoul(buffer_.substr(length + 16));
    while (buffer_.size() < size) {
      if (!Receive()) return {};
    }
    std::string answer = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return answer;
  }
  bool closed() const { return closed_; }
  bool readable(int within_ms) {
    pollfd one{fd_, POLLIN, 0};
    return poll(&one, 1, within_ms) == 1;
  }

 private:
  bool Receive() {
    if (!readable(20'000)) {
      ADD_FAILURE() << "no answer and no end of the connection";
      return false;
    }
    char piece[16384];
    const ssize_t got = recv(fd_, piece, sizeof piece, 0);
    if (got > 0) buffer_.append(piece, static_cast<std::size_t>(got));
    if (got == 0) closed_ = true;
    return got > 0;
  }

  int fd_;
  bool connected_ = false;
  bool closed_ = false;
  std::string buffer_;
};

}  // namespace octroi::testing
