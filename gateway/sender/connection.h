// Connection: a Poco client session over a socket that we connected, to an address that we checked.
//
// Poco's own timeouts are per recv, so a trickle never ends, and a TLS record that never completes
// is not even seen; its session reconnects and writes again on a dead connection, silently, to
// whatever DNS then says. So the sockets below never block, wait against the attempt's deadline,
// and cannot reconnect.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/IPAddress.h>

#include <memory>
#include <string_view>

#include "gateway/sender/attempt.h"
#include "gateway/sender/target.h"

namespace octroi::gateway {

class Connection final : public Poco::Net::HTTPClientSession {
 public:
  explicit Connection(const Poco::Net::StreamSocket& socket);
  // Idle, alive as far as one can know, and nothing unasked has come: fit for the next request.
  bool Usable();
  // After sendRequest and a flush of its stream, which would write 4 KiB at a time.
  void WriteBody(std::string_view body);

 protected:
  void connect(const Poco::Net::SocketAddress& address) override;  // refuses: see above
};

// VERIFY_STRICT, TLS >= 1.2, forward secrecy and AEAD only, the system's authorities. Throws
// Poco::Exception.
Poco::Net::Context::Ptr MakeTlsContext();

// Connects to `address` for `target`; the TLS handshake (SNI and name check: target.host) happens
// with the first write. `limits` must outlive the connection. Throws Poco::Exception.
std::unique_ptr<Connection> Connect(const Target& target, const Poco::Net::IPAddress& address,
                                    const Poco::Net::Context::Ptr& tls, AttemptLimits& limits);

}  // namespace octroi::gateway
