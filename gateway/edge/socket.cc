#include "gateway/edge/socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <memory>

namespace octroi::gateway::edge {
namespace {

constexpr int kBacklog = 4096;  // the kernel cuts it to net.core.somaxconn

base::Error Failure(base::ErrorCode code, std::string detail) {
  return {code, "edge.listen", std::move(detail)};
}

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  std::uint16_t port() const {
    return ntohs(storage.ss_family == AF_INET6
                     ? reinterpret_cast<const sockaddr_in6&>(storage).sin6_port
                     : reinterpret_cast<const sockaddr_in&>(storage).sin_port);
  }
};

base::Result<Address> Resolve(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos || colon + 1 == text.size()) {
    return Failure(base::ErrorCode::kInvalid, "`" + text + "` is not an address with a port");
  }
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code =
      getaddrinfo(host.empty() ? nullptr : host.c_str(), text.c_str() + colon + 1, &hints, &found);
  if (code != 0) {
    return Failure(base::ErrorCode::kInvalid, "`" + text + "`: " + gai_strerror(code));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, freeaddrinfo);
  Address address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  return address;
}

base::Result<Fd> Bind(const Address& address, bool shared) {
  Fd fd(socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  const bool bound =
      fd.ok() && setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      (!shared || setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) &&
      bind(fd.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0;
  if (!bound) {
    return Failure(base::ErrorCode::kUnavailable,
                   "cannot bind port " + std::to_string(address.port()) + ": " + strerror(errno));
  }
  return fd;
}

base::Result<Fd> BindAndListen(const Address& address, bool shared) {
  base::Result<Fd> fd = Bind(address, shared);
  if (fd && listen(fd->get(), kBacklog) != 0) {
    return Failure(base::ErrorCode::kUnavailable, std::string("cannot listen: ") + strerror(errno));
  }
  return fd;
}

}  // namespace

void Fd::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

base::Result<Listeners> Listen(const std::string& text, unsigned count) {
  base::Result<Address> address = Resolve(text);
  if (!address) return address.error();
  if (address->port() != 0) {
    // SO_REUSEPORT would let a second gateway take half of our clients in silence; this would not.
    if (const base::Result<Fd> alone = Bind(*address, /*shared=*/false); !alone) {
      return alone.error();
    }
  }
  Listeners listeners;
  for (unsigned i = 0; i < count; ++i) {
    base::Result<Fd> fd = BindAndListen(*address, /*shared=*/count > 1);
    if (!fd) return fd.error();
    address->size = sizeof address->storage;
    getsockname(fd->get(), reinterpret_cast<sockaddr*>(&address->storage), &address->size);
    listeners.sockets.push_back(*std::move(fd));
  }
  listeners.port = address->port();
  return listeners;
}

std::string PeerName(const sockaddr_storage& peer) {
  char text[INET6_ADDRSTRLEN] = "";
  if (peer.ss_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, text, sizeof text);
  } else if (peer.ss_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr, text, sizeof text);
  }
  const std::string_view name = text;
  return std::string(name.starts_with("::ffff:") ? name.substr(7) : name);
}

}  // namespace octroi::gateway::edge
