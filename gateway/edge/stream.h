// Stream: the bytes of one accepted socket, plain or under TLS. Never blocks; owns the descriptor.
#pragma once

#include <span>
#include <string_view>

#include "gateway/edge/tls.h"

namespace octroi::gateway::edge {

class Stream {
 public:
  enum class Io {
    kDone,
    kAgain,   // not now; wants_write() says whether writability is what it waits for
    kEnd,     // the peer said it sends no more
    kBroken,  // nothing can be read or written any more
  };
  Stream(int fd, TlsSession tls) : fd_(fd), tls_(std::move(tls)) {}
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Io Handshake();
  Io Read(std::span<char> into, std::size_t& size);
  Io Write(std::string_view bytes, std::size_t& size);
  Io Drop(std::span<char> scratch, std::size_t& size);  // reads under TLS, to be thrown away
  void ShutdownWrite();

  bool pending() const;  // bytes were taken from the socket that Read has not given yet
  bool wants_write() const { return wants_write_; }
  bool is_tls() const { return tls_ != nullptr; }
  int fd() const { return fd_; }

 private:
  Io TlsFailure(int code);

  const int fd_;
  TlsSession tls_;
  bool wants_write_ = false;
  bool broken_ = false;
};

}  // namespace octroi::gateway::edge
