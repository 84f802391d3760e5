// Connection: one socket of Poco's, plain or TLS, that we connected to an address that we checked.
//
// Poco's own timeouts are per recv, so a trickle never ends, and a TLS record that never completes
// is not even seen. So these sockets never block; they wait against the attempt's deadline. They
// know nothing of HTTP: what is written is written once, and nothing reconnects.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <memory>
#include <span>
#include <string_view>

#include "gateway/sender/attempt.h"
#include "gateway/sender/target.h"

namespace octroi::gateway {

// Used by one thread. What waits or fails throws Poco::Exception; then it is of no further use.
class Connection {
 public:
  Connection(const Poco::Net::StreamSocket& socket, bool tls) : socket_(socket), tls_(tls) {}

  // Idle, alive as far as one can know, and nothing unasked has come: fit for the next request.
  bool Usable() const;
  void Write(std::string_view bytes);      // all of them
  std::size_t Read(std::span<char> into);  // 0: the peer has closed

 private:
  Poco::Net::StreamSocket socket_;
  bool tls_;
};

// VERIFY_STRICT, TLS >= 1.2, forward secrecy and AEAD only, the system's authorities. Throws
// Poco::Exception.
Poco::Net::Context::Ptr MakeTlsContext();

// Connects to `address` for `target`, the TLS handshake included (SNI and name check: target.host).
// `limits` must outlive the connection. Throws Poco::Exception.
std::unique_ptr<Connection> Connect(const Target& target, const Poco::Net::IPAddress& address,
                                    const Poco::Net::Context::Ptr& tls, AttemptLimits& limits);

}  // namespace octroi::gateway
