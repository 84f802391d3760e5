// An edge on a loopback port, a handler that records everything it was given, and a plain blocking
// client.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "gateway/edge.h"

namespace octroi::testing {

struct Handled {
  std::string method, path, query, body, wire_body, peer;
  std::map<std::string, std::string> headers;
};

// Answers by path: /denied is refused at its head with 401; /echo returns the body; /durable?N
// waits for N; /defer waits for TakeDeferred; /large answers 4 MiB; /silent makes no answer; all
// else is 202.
class RecordingHandler final : public gateway::Handler {
 public:
  Admission OnHead(const gateway::RequestHead& head, unsigned) override {
    Admission admission;
    admission.body_bytes_max = base::kBodyBytesMax;
    if (head.path == "/denied") {
      admission.refused = true;
      admission.refusal = gateway::Problem(401, "auth.key", "Unknown key", "Send a key.");
    }
    return admission;
  }

  void Handle(gateway::Exchange& exchange) override {
    const gateway::RequestHead& head = exchange.head();
    const std::string path(head.path), query(head.query);
    Record(exchange);
    gateway::Response response;
    response.status = path == "/echo" ? 200 : 202;
    response.body = path == "/echo" ? std::string(exchange.body()) : "{\"for\":\"" + path + "\"}";
    if (path == "/large") response.body.assign(4 * 1024 * 1024, 'x');
    if (path == "/silent") return;
    if (path == "/durable")
      return exchange.AnswerWhenDurable(std::stoull(query), std::move(response));
    if (path == "/defer") {
      std::shared_ptr<gateway::Deferred> deferred = exchange.Defer();
      const std::lock_guard lock(mutex_);
      deferred_[query] = std::move(deferred);
      return;
    }
    exchange.Answer(std::move(response));
  }

  std::vector<Handled> handled() const {
    const std::lock_guard lock(mutex_);
    return handled_;
  }
  std::size_t CountOf(std::string_view path) const {
    std::size_t count = 0;
    for (const Handled& one : handled()) count += one.path == path ? 1 : 0;
    return count;
  }
  void Forget() {
    const std::lock_guard lock(mutex_);
    handled_.clear();
  }
  // Waits until the request /defer?`query` was handled.
  std::shared_ptr<gateway::Deferred> TakeDeferred(const std::string& query) {
    for (int i = 0; i < 2000; ++i) {
      {
        const std::lock_guard lock(mutex_);
        if (const auto found = deferred_.find(query); found != deferred_.end()) {
          auto taken = std::move(found->second);
          deferred_.erase(found);
          return taken;
        }
      }
      usleep(5'000);
    }
    return nullptr;
  }

 private:
  void Record(const gateway::Exchange& exchange) {
    const gateway::RequestHead& head = exchange.head();
    Handled one{std::string(head.method),
                std::string(head.path),
                std::string(head.query),
                std::string(exchange.body()),
                std::string(exchange.wire_body()),
                head.peer,
                {}};
    for (const auto& [name, value] : head.headers) one.headers[std::string(name)] = value;
    const std::lock_guard lock(mutex_);
    handled_.push_back(std::move(one));
  }

  mutable std::mutex mutex_;
  std::vector<Handled> handled_;
  std::map<std::string, std::shared_ptr<gateway::Deferred>> deferred_;
};

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

inline int StatusOf(std::string_view answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(std::string(answer.substr(9, 3))) : 0;
}
inline std::string BodyOf(std::string_view answer) {
  const std::size_t end = answer.find("\r\n\r\n");
  return end == answer.npos ? "" : std::string(answer.substr(end + 4));
}
inline std::size_t AnswersIn(std::string_view bytes) {  // status lines
  static constexpr std::string_view kStart = "HTTP/1.1 ";
  std::size_t count = 0;
  for (std::size_t at = 0; (at = bytes.find(kStart, at)) != bytes.npos; at += kStart.size()) {
    const std::string_view after = bytes.substr(at + kStart.size(), 1);
    count += !after.empty() && after[0] >= '1' && after[0] <= '5' ? 1 : 0;
  }
  return count;
}
inline std::string Post(std::string_view path, std::string_view body,
                        std::string_view headers = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}
inline std::string Get(std::string_view target, std::string_view headers = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(headers) + "\r\n";
}

class EdgeTest : public ::testing::Test {
 protected:
  void TearDown() override { edge_.reset(); }  // before the members of a derived test

  void Start(gateway::Edge::Parts parts = {}) {
    parts.address = "127.0.0.1:0";
    parts.handler = &handler_;
    if (parts.clock == nullptr) parts.clock = &system_clock_;
    parts.metrics = &metrics_;
    parts.durable_through = [this] { return durable_.load(); };
    auto started = gateway::Edge::Start(std::move(parts));
    ASSERT_TRUE(started) << started.error().detail;
    edge_ = *std::move(started);
  }
  std::uint16_t port() const { return edge_->port(); }

  base::SystemClock system_clock_;
  base::Metrics metrics_;
  RecordingHandler handler_;
  std::atomic<std::uint64_t> durable_{0};
  std::unique_ptr<gateway::Edge> edge_;
};

}  // namespace octroi::testing
