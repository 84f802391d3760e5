// A small HTTP/1.1 peer whose every answer is scripted, byte by byte, over TCP or TLS.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace octroi::gateway {

enum class Then {
  kGoOn,     // keep-alive
  kClose,    // the connection ends
  kReset,    // ... by RST
  kSilence,  // nothing more comes, until the client gives up
  kTrickle,  // the answer itself comes byte by byte, 20 ms each, until the client gives up
};

// What one request gets.
struct Step {
  explicit Step(std::string given = "", Then next = Then::kGoOn)
      : answer(std::move(given)), then(next) {}
  std::string answer;  // sent as it is
  Then then;
};

inline Step Answer(const std::string& status_line, const std::string& headers = "",
                   const std::string& body = "") {
  return Step("HTTP/1.1 " + status_line + "\r\n" + headers +
              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

struct ReceivedRequest {
  std::string head, body;
  int connection = 0;
};

class ScriptedServer {
 public:
  // `certificate`: "localhost", a name under tests/sender/data, speaks TLS; empty: plain.
  explicit ScriptedServer(std::vector<Step> steps, const std::string& certificate = "");
  ~ScriptedServer();

  // Answers from now on what the script has no step for (else: 200). From the connections' threads.
  void Judge(std::function<Step(const ReceivedRequest&)> judge);
  std::uint16_t port() const { return port_; }
  std::string Url(const std::string& host = "127.0.0.1") const;
  int connections() const { return connections_; }
  std::vector<ReceivedRequest> requests() const;
  int hang_ups() const { return hang_ups_; }  // connections whose end the server has seen

 private:
  void Accept();
  void Serve(Poco::Net::StreamSocket& socket, int number);
  bool ReadRequest(Poco::Net::StreamSocket& socket, std::string& buffer, ReceivedRequest& into);
  bool Play(Poco::Net::StreamSocket& socket, const Step& step);

  std::unique_ptr<Poco::Net::ServerSocket> socket_;
  const bool tls_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0}, hang_ups_{0};
  mutable std::mutex mutex_;
  std::deque<Step> steps_;
  std::function<Step(const ReceivedRequest&)> judge_;
  std::vector<ReceivedRequest> requests_;
  std::deque<Poco::Net::StreamSocket> sockets_;  // one a connection, each used by its thread only
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

}  // namespace octroi::gateway
