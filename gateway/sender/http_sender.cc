#include "gateway/sender/http_sender.h"

#include <Poco/Base64Encoder.h>
#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/URI.h>
#include <signal.h>

#include <array>
#include <charconv>
#include <istream>
#include <ostream>
#include <sstream>

#include "base/log.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/sender/answer.h"
#include "gateway/sender/connection.h"

namespace octroi::gateway {
namespace {

// OpenSSL writes to a socket without MSG_NOSIGNAL; a peer that went away must be an error, not a
// signal.
void BlockPipeSignal() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

// Poco keeps the status in an enum whose range ends at 511: reading a 599 from it is undefined. Its
// text is not.
int StatusOf(const Poco::Net::HTTPResponse& answer) {
  std::ostringstream head;
  answer.write(head);
  const std::string text = head.str();
  const std::size_t space = text.find(' ');
  int status = 0;
  std::from_chars(text.data() + space + 1, text.data() + text.size(), status);
  return status;
}

std::string Base64(const std::string& text) {
  std::ostringstream out;
  Poco::Base64Encoder encoder(out);
  encoder.rdbuf()->setLineLength(0);
  encoder << text;
  encoder.close();
  return out.str();
}

// The secret as one more parameter, everything in it escaped that is not plain.
std::string PathOf(const Target& target, const DestinationPlan& destination) {
  std::string path = target.path;
  if (destination.present_as != PresentAs::kQuery || !destination.secret) return path;
  path += path.find('?') == std::string::npos ? '?' : '&';
  path += destination.secret_name + "=";
  Poco::URI::encode(destination.secret->bytes, "!#$&'()*+,/:;=?@[]", path);
  return path;
}

class HttpSender final : public Sender {
 public:
  HttpSender(const DestinationPlan& destination, const base::Clock& clock,
             std::unique_ptr<Resolver> resolver)
      : destination_(destination),
        target_(ParseTarget(destination.url)),
        path_(target_ ? PathOf(*target_, destination) : std::string()),
        clock_(clock),
        resolver_(std::move(resolver)),
        limits_(clock) {}

 private:
  Receipt DoSend(const policies::ProtectedBatch& batch, SendStart& start) override {
    BlockPipeSignal();
    limits_.Begin(destination_.answer_within);
    try {
      if (connection_ && !connection_->Usable()) connection_.reset();
      if (connection_ || Open()) {
        if (!Write(batch, start)) return {Receipt::Kind::kNotStarted, 0, {}};
        return Read();
      }
    } catch (const Poco::Exception&) {  // no answer; its text may hold what the peer said
    } catch (const std::exception&) {
    }
    connection_.reset();
    return {};
  }

  // Every address must be one that may be connected to: DNS that mixes public and private ones is
  // an attack.
  bool Open() {
    if (!target_) return Refused("sender.url_refused");
    std::vector<std::string> addresses{target_->host};
    if (!target_->literal) {
      auto resolved = resolver_->Resolve(target_->host, limits_.left());
      if (!resolved) return Refused("sender.host_not_resolved");
      addresses = *std::move(resolved);
    }
    for (const std::string& address : addresses) {
      if (!destination_.allow_private_address && !IsPublicAddress(address)) {
        return Refused("sender.address_refused");
      }
    }
    if (target_->tls && tls_.isNull()) tls_ = MakeTlsContext();
    for (const std::string& address : addresses) {
      try {
        connection_ = Connect(*target_, Poco::Net::IPAddress(address), tls_, limits_);
        return true;
      } catch (const Poco::Exception&) {  // the next address, while there is time
      }
    }
    return false;
  }

  bool Refused(base::Id what) const {
    base::Log::Warn(what, {{"destination", base::Id::OfConfig(destination_.id)}});
    return false;
  }

  bool Write(const policies::ProtectedBatch& batch, SendStart& start) {
    Poco::Net::HTTPRequest request(destination_.method, path_, "HTTP/1.1");
    request.setHost(target_->authority);
    request.setContentType("application/json");
    request.setContentLength64(static_cast<Poco::Int64>(batch.body().size()));
    request.set("User-Agent", "octroi");
    request.set("Idempotency-Key", std::string(batch.idempotency_key()));
    for (const auto& [name, value] : destination_.headers) request.set(name, value);
    if (destination_.secret) Present(request, batch.body());
    Starting starting(start);
    if (!starting) return false;
    std::ostream& out = connection_->sendRequest(request);
    out.flush();
    starting.Started();
    if (!out) throw Poco::Net::NetException("write failed");
    connection_->WriteBody(batch.body());
    return true;
  }

  void Present(Poco::Net::HTTPRequest& request, std::string_view body) const {
    const std::string& secret = destination_.secret->bytes;
    switch (destination_.present_as) {
      case PresentAs::kBearer:
        return request.set("Authorization", "Bearer " + secret);
      case PresentAs::kBasic:
        return request.set("Authorization", "Basic " + Base64(secret));
      case PresentAs::kHmacSha256:
        return request.set(
            "X-Octroi-Signature",
            "sha256=" + base::Hex(crypto::AsBytes(crypto::Hmac(crypto::HmacKey(secret), body))));
      case PresentAs::kHeader:
        return request.set(destination_.secret_name, secret);
      case PresentAs::kQuery:
        return;  // in path_
    }
  }

  Receipt Read() {
    Poco::Net::HTTPResponse answer;
    std::istream& body = connection_->receiveResponse(answer);
    const int status = StatusOf(answer);
    Receipt receipt;
    receipt.kind = KindOf(status);
    if (status >= 200 && status < 600) receipt.http_status = static_cast<std::uint16_t>(status);
    receipt.retry_after = ParseRetryAfter(answer.get("Retry-After", ""), clock_.WallNow());
    // The status is taken: whatever the rest of the answer does, only the connection can suffer.
    if (!Drop(answer, status, body)) connection_.reset();
    return receipt;
  }

  // True: the answer was read to its end and the connection may be used again.
  bool Drop(const Poco::Net::HTTPResponse& answer, int status, std::istream& body) {
    const bool framed = answer.hasContentLength() || answer.getChunkedTransferEncoding();
    const bool empty = status == 204 || status == 304;
    if (!answer.getKeepAlive() || status < 200 || !(framed || empty)) return false;
    if (answer.getContentLength64() > static_cast<Poco::Int64>(kAnswerBodyBytesMax)) return false;
    std::array<char, 4096> scratch{};
    std::size_t total = 0;
    while (total <= kAnswerBodyBytesMax) {
      body.read(scratch.data(), scratch.size());
      total += static_cast<std::size_t>(body.gcount());
      if (!body) break;
    }
    const bool whole = empty || !answer.hasContentLength() ||
                       static_cast<Poco::Int64>(total) == answer.getContentLength64();
    return body.eof() && whole && total <= kAnswerBodyBytesMax &&
           connection_->networkException() == nullptr;
  }

  const DestinationPlan destination_;
  const base::Result<Target> target_;
  const std::string path_;  // and query
  const base::Clock& clock_;
  const std::unique_ptr<Resolver> resolver_;
  AttemptLimits limits_;
  Poco::Net::Context::Ptr tls_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace

Receipt Sender::Send(const policies::ProtectedBatch& batch, const journal::Ticket& ticket,
                     SendStart& start) {
  if (batch.count() == 0) return {Receipt::Kind::kDelivered, 0, {}};
  if (ticket.through() < batch.last_sequence()) return {};
  return DoSend(batch, start);
}

std::unique_ptr<Sender> MakeHttpSender(const DestinationPlan& destination, const base::Clock& clock,
                                       std::unique_ptr<Resolver> resolver) {
  return std::make_unique<HttpSender>(destination, clock, std::move(resolver));
}

std::unique_ptr<Sender> MakeHttpSender(const DestinationPlan& destination,
                                       const base::Clock& clock) {
  return MakeHttpSender(destination, clock, MakeSystemResolver());
}

}  // namespace octroi::gateway
