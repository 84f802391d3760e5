#include "gateway/sender/connection.h"

#include <Poco/AutoPtr.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SecureStreamSocketImpl.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <Poco/Timespan.h>
#include <poll.h>

namespace octroi::gateway {
namespace {

// Until the socket is ready or the attempt's time is over.
void Wait(int socket, short events, const AttemptLimits& limits) {
  pollfd ready{socket, events, 0};
  const base::Millis left = limits.left();
  if (left == 0 || ::poll(&ready, 1, static_cast<int>(left)) == 0) {
    throw Poco::TimeoutException("attempt deadline");
  }
}

// One read or write that the deadline bounds. `Base` is set not to block: it returns less than 0
// when it must wait.
template <class Base>
class Bounded : public Base {
 public:
  using Base::receiveBytes;
  using Base::sendBytes;

  int receiveBytes(void* buffer, int length, int flags) override {
    if (!limits_.MayRead()) throw Poco::DataException("answer too large");
    while (limits_.left() > 0) {
      if (!kTls) Wait(this->sockfd(), POLLIN, limits_);
      const int read = Base::receiveBytes(buffer, length, flags);
      if (read >= 0) {
        limits_.Read(static_cast<std::size_t>(read));
        return read;
      }
      Wait(this->sockfd(), WantedBy(read), limits_);
    }
    throw Poco::TimeoutException("attempt deadline");
  }

  int sendBytes(const void* buffer, int length, int flags) override {
    int sent = 0;
    while (sent < length && limits_.left() > 0) {
      if (!kTls) Wait(this->sockfd(), POLLOUT, limits_);
      const int wrote =
          Base::sendBytes(static_cast<const char*>(buffer) + sent, length - sent, flags);
      if (wrote >= 0) {
        sent += wrote;
      } else {
        Wait(this->sockfd(), WantedBy(wrote), limits_);
      }
    }
    if (sent < length) throw Poco::TimeoutException("attempt deadline");
    return sent;
  }

 protected:
  template <class... Args>
  explicit Bounded(AttemptLimits& limits, Args&&... args)
      : Base(std::forward<Args>(args)...), limits_(limits) {}

 private:
  // A plain socket is waited for first: Poco makes an error of a write that would block. TLS has
  // bytes of its own to give, and says afterwards which way it waits (a read may have to write).
  static constexpr bool kTls = std::is_same_v<Base, Poco::Net::SecureStreamSocketImpl>;
  static short WantedBy(int result) {
    return result == Poco::Net::SecureStreamSocket::ERR_SSL_WANT_WRITE ? POLLOUT : POLLIN;
  }

  AttemptLimits& limits_;
};

class PlainSocket final : public Bounded<Poco::Net::StreamSocketImpl> {
 public:
  explicit PlainSocket(AttemptLimits& limits) : Bounded(limits) {}
};

class TlsSocket final : public Bounded<Poco::Net::SecureStreamSocketImpl> {
 public:
  TlsSocket(AttemptLimits& limits, Poco::Net::StreamSocketImpl* plain,
            const Poco::Net::Context::Ptr& tls, const std::string& host)
      : Bounded(limits, plain, tls) {
    setPeerHostName(host);
    setLazyHandshake(true);
    connectSSL();
  }
};

}  // namespace

Connection::Connection(const Poco::Net::StreamSocket& socket) : HTTPClientSession(socket) {
  setKeepAlive(true);
}

bool Connection::Usable() {
  if (!connected() || networkException() != nullptr || buffered() > 0) return false;
  if (socket().available() > 0) return false;
  pollfd unasked{socket().impl()->sockfd(), POLLIN | POLLRDHUP, 0};
  return ::poll(&unasked, 1, 0) == 0;
}

void Connection::WriteBody(std::string_view body) {
  write(body.data(), static_cast<std::streamsize>(body.size()));
}

void Connection::connect(const Poco::Net::SocketAddress&) {
  throw Poco::Net::NetException("connection lost");
}

Poco::Net::Context::Ptr MakeTlsContext() {
  Poco::Net::Context::Params params;
  params.verificationMode = Poco::Net::Context::VERIFY_STRICT;
  params.loadDefaultCAs = true;
  params.cipherList = "ECDHE+AESGCM:ECDHE+CHACHA20";  // TLS 1.2; those of 1.3 are all fine
  Poco::Net::Context::Ptr context =
      new Poco::Net::Context(Poco::Net::Context::TLS_CLIENT_USE, params);
  context->requireMinimumProtocol(Poco::Net::Context::PROTO_TLSV1_2);
  return context;
}

std::unique_ptr<Connection> Connect(const Target& target, const Poco::Net::IPAddress& address,
                                    const Poco::Net::Context::Ptr& tls, AttemptLimits& limits) {
  Poco::AutoPtr<Poco::Net::StreamSocketImpl> plain = new PlainSocket(limits);
  plain->connect(Poco::Net::SocketAddress(address, target.port),
                 Poco::Timespan(limits.left() * Poco::Timespan::MILLISECONDS));
  plain->setNoDelay(true);
  plain->setBlocking(false);
  if (!target.tls) {
    return std::make_unique<Connection>(Poco::Net::StreamSocket(plain.duplicate()));
  }
  Poco::AutoPtr<Poco::Net::StreamSocketImpl> secure =
      new TlsSocket(limits, plain.get(), tls, target.host);
  return std::make_unique<Connection>(Poco::Net::StreamSocket(secure.duplicate()));
}

}  // namespace octroi::gateway
