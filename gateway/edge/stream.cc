#include "gateway/edge/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace octroi::gateway::edge {
namespace {

Stream::Io SocketResult(ssize_t result, std::size_t& size) {
  if (result > 0) {
    size = static_cast<std::size_t>(result);
    return Stream::Io::kDone;
  }
  if (result == 0) return Stream::Io::kEnd;
  return errno == EAGAIN || errno == EWOULDBLOCK ? Stream::Io::kAgain : Stream::Io::kBroken;
}

template <class Call>
ssize_t Uninterrupted(Call call) {
  ssize_t result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace

Stream::~Stream() {
  tls_.reset();
  close(fd_);
}

Stream::Io Stream::TlsFailure(int code) {
  const int error = SSL_get_error(tls_.get(), code);
  wants_write_ = error == SSL_ERROR_WANT_WRITE;
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return Io::kAgain;
  if (error == SSL_ERROR_ZERO_RETURN) return Io::kEnd;
  broken_ = true;
  ERR_clear_error();
  return Io::kBroken;
}

Stream::Io Stream::Handshake() {
  wants_write_ = false;
  ERR_clear_error();
  const int code = SSL_do_handshake(tls_.get());
  return code == 1 ? Io::kDone : TlsFailure(code);
}

Stream::Io Stream::Read(std::span<char> into, std::size_t& size) {
  if (!tls_) {
    return SocketResult(Uninterrupted([&] { return recv(fd_, into.data(), into.size(), 0); }),
                        size);
  }
  wants_write_ = false;
  ERR_clear_error();
  const int code = SSL_read_ex(tls_.get(), into.data(), into.size(), &size);
  return code == 1 ? Io::kDone : TlsFailure(code);
}

Stream::Io Stream::Write(std::string_view bytes, std::size_t& size) {
  if (!tls_) {
    const auto write = [&] { return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); };
    return SocketResult(Uninterrupted(write), size);
  }
  wants_write_ = false;
  ERR_clear_error();
  const int code = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &size);
  return code == 1 ? Io::kDone : TlsFailure(code);
}

Stream::Io Stream::Drop(std::span<char> scratch, std::size_t& size) {
  const auto read = [&] { return recv(fd_, scratch.data(), scratch.size(), 0); };
  return SocketResult(Uninterrupted(read), size);
}

void Stream::ShutdownWrite() {
  if (tls_ && !broken_ && SSL_is_init_finished(tls_.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());  // our close_notify; the peer's is not waited for
    ERR_clear_error();
  }
  shutdown(fd_, SHUT_WR);
}

bool Stream::pending() const { return tls_ && SSL_has_pending(tls_.get()) == 1; }

}  // namespace octroi::gateway::edge
