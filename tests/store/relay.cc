#include "relay.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string_view>

namespace octroi::testing {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

void Cut(int socket) {  // as a network does: a reset, no goodbye
  const linger now{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(socket);
}

}  // namespace

Relay::Relay(int server_port, std::string word)
    : server_port_(server_port), word_(std::move(word)) {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
  listen(listener_, 64);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  accepting_ = std::thread([this] { Accept(); });
}

Relay::~Relay() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  close(listener_);
  for (std::thread& one : serving_) one.join();
}

void Relay::Set(Mode mode, int times) {
  times_ = times;
  mode_ = mode;
}

void Relay::Accept() {
  while (!stopping_) {
    const int client = accept(listener_, nullptr, nullptr);
    if (client >= 0) serving_.emplace_back([this, client] { Serve(client); });
  }
}

void Relay::Serve(int client) {
  const int server = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = Loopback(server_port_);
  bool open = connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  std::array<char, 65536> bytes{};
  bool swallow = false;  // the answer to a COMMIT that is to be lost
  while (open && !stopping_) {
    std::array<pollfd, 2> ready = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    if (mode_ == Mode::kSilent) {
      poll(nullptr, 0, 20);
      continue;
    }
    if (poll(ready.data(), ready.size(), 20) <= 0) continue;
    for (const bool from_client : {true, false}) {
      if (ready[from_client ? 0 : 1].revents == 0 || mode_ == Mode::kSilent) continue;
      const ssize_t read = recv(from_client ? client : server, bytes.data(), bytes.size(), 0);
      if (read <= 0 || (swallow && !from_client)) {
        open = false;
        break;
      }
      const std::string_view text(bytes.data(), static_cast<std::size_t>(read));
      const bool commit = from_client && text.find(word_) != text.npos;
      if (commit && mode_ != Mode::kPass && times_-- > 0) {
        ++cuts_;
        swallow = mode_ == Mode::kCutAfterCommit;
        if (!swallow) {
          open = false;
          break;
        }
      }
      send(from_client ? server : client, bytes.data(), static_cast<std::size_t>(read),
           MSG_NOSIGNAL);
    }
  }
  Cut(client);
  close(server);
}

}  // namespace octroi::testing
