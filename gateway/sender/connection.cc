#include "gateway/sender/connection.h"

#include <Poco/AutoPtr.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SecureStreamSocketImpl.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocketImpl.h>
#include <Poco/Timespan.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace octroi::gateway {
namespace {

// Until the socket is ready or the attempt's time is over. What is there by then is still taken: of
// several requests under way one may use up the time of all, and the others were answered.
void Wait(int socket, short events, const AttemptLimits& limits) {
  pollfd ready{socket, events, 0};
  if (::poll(&ready, 1, static_cast<int>(limits.left())) == 0) {
    throw Poco::TimeoutException("attempt deadline");
  }
}

// Reads and writes that the deadline bounds.
class PlainSocket final : public Poco::Net::StreamSocketImpl {
 public:
  explicit PlainSocket(AttemptLimits& limits) : limits_(limits) {}

  int receiveBytes(void* buffer, int length, int flags) override {
    if (!limits_.MayRead()) throw Poco::DataException("answer too large");
    for (;;) {
      Wait(sockfd(), POLLIN, limits_);
      const auto read =
          ::recv(sockfd(), buffer, static_cast<std::size_t>(length), flags | MSG_DONTWAIT);
      if (read >= 0) {
        limits_.Read(static_cast<std::size_t>(read));
        return static_cast<int>(read);
      }
      if (!MayGoOn()) throw Poco::Net::NetException("read failed");
    }
  }

  int sendBytes(const void* buffer, int length, int flags) override {
    int sent = 0;
    while (sent < length) {
      const auto wrote =
          ::send(sockfd(), static_cast<const char*>(buffer) + sent,
                 static_cast<std::size_t>(length - sent), flags | MSG_DONTWAIT | MSG_NOSIGNAL);
      if (wrote >= 0) {
        sent += static_cast<int>(wrote);
      } else if (MayGoOn()) {
        Wait(sockfd(), POLLOUT, limits_);
      } else {
        throw Poco::Net::NetException("write failed");
      }
    }
    return sent;
  }

 private:
  static bool MayGoOn() { return errno == EAGAIN || errno == EINTR; }

  AttemptLimits& limits_;
};

// TLS has bytes of its own to give, and says afterwards which way it waits (a read may have to
// write): a result below 0.
class TlsSocket final : public Poco::Net::SecureStreamSocketImpl {
 public:
  TlsSocket(AttemptLimits& limits, Poco::Net::StreamSocketImpl* plain,
            const Poco::Net::Context::Ptr& tls, const std::string& host)
      : SecureStreamSocketImpl(plain, tls), limits_(limits) {
    setPeerHostName(host);
    setLazyHandshake(true);
    connectSSL();
    (void)Bounded([this] { return completeHandshake(); });
    verifyPeerCertificate();
  }

  int receiveBytes(void* buffer, int length, int flags) override {
    if (!limits_.MayRead()) throw Poco::DataException("answer too large");
    const int read =
        Bounded([&] { return SecureStreamSocketImpl::receiveBytes(buffer, length, flags); });
    limits_.Read(static_cast<std::size_t>(read));
    return read;
  }

  int sendBytes(const void* buffer, int length, int flags) override {
    int sent = 0;
    while (sent < length) {
      sent += Bounded([&] {
        return SecureStreamSocketImpl::sendBytes(static_cast<const char*>(buffer) + sent,
                                                 length - sent, flags);
      });
    }
    return sent;
  }

 private:
  template <class Call>
  int Bounded(Call call) {
    for (;;) {
      const int result = call();
      if (result >= 0) return result;
      const bool writes = result == Poco::Net::SecureStreamSocket::ERR_SSL_WANT_WRITE;
      Wait(sockfd(), writes ? POLLOUT : POLLIN, limits_);
    }
  }

  AttemptLimits& limits_;
};

}  // namespace

bool Connection::Usable() const {
  if (tls_ && socket_.available() > 0) return false;  // read by TLS already
  pollfd unasked{socket_.impl()->sockfd(), POLLIN | POLLRDHUP, 0};
  return ::poll(&unasked, 1, 0) == 0;
}

void Connection::Write(std::string_view bytes) {
  socket_.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
}

std::size_t Connection::Read(std::span<char> into) {
  const int read = socket_.receiveBytes(into.data(), static_cast<int>(into.size()));
  return static_cast<std::size_t>(read);
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
    return std::make_unique<Connection>(Poco::Net::StreamSocket(plain.duplicate()), false);
  }
  Poco::AutoPtr<Poco::Net::StreamSocketImpl> secure =
      new TlsSocket(limits, plain.get(), tls, target.host);
  return std::make_unique<Connection>(Poco::Net::StreamSocket(secure.duplicate()), true);
}

}  // namespace octroi::gateway
