#include "gateway/sender/http_sender.h"

#include <Poco/Base64Encoder.h>
#include <Poco/Exception.h>
#include <Poco/URI.h>
#include <signal.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "gateway/sender/answer.h"
#include "gateway/sender/answer_reader.h"
#include "gateway/sender/connection.h"

namespace octroi::gateway {
namespace {

// OpenSSL writes to a socket without MSG_NOSIGNAL; a peer that went away must be an error, not a
// signal. Once a thread.
void BlockPipeSignal() {
  thread_local bool blocked = false;
  if (std::exchange(blocked, true)) return;
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

// A batch up to this size leaves in one write with its head.
constexpr std::size_t kOneWriteBytesMax = 16 * 1024;
constexpr std::size_t kAbreastMax = 8;  // connections of one lane

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

// Request line and the fields that are the same for every batch.
std::string HeadOf(const Target& target, const DestinationPlan& destination) {
  std::string head = destination.method + " " + PathOf(target, destination) + " HTTP/1.1\r\n";
  const auto field = [&head](std::string_view name, std::string_view value) {
    head.append(name).append(": ").append(value).append("\r\n");
  };
  field("Host", target.authority);
  field("Connection", "keep-alive");
  const auto is_type = [](const auto& header) {
    return strcasecmp(header.first.c_str(), "content-type") == 0;
  };
  if (std::ranges::none_of(destination.headers, is_type)) field("Content-Type", "application/json");
  field("User-Agent", "octroi");
  for (const auto& [name, value] : destination.headers) field(name, value);
  if (!destination.secret) return head;
  const std::string& secret = destination.secret->bytes;
  if (destination.present_as == PresentAs::kBearer) field("Authorization", "Bearer " + secret);
  if (destination.present_as == PresentAs::kBasic)
    field("Authorization", "Basic " + Base64(secret));
  if (destination.present_as == PresentAs::kHeader) field(destination.secret_name, secret);
  return head;
}

class HttpSender final : public Sender {
 public:
  HttpSender(const DestinationPlan& destination, const base::Clock& clock,
             std::unique_ptr<Resolver> resolver)
      : destination_(destination),
        target_(ParseTarget(destination.url)),
        head_(target_ ? HeadOf(*target_, destination) : std::string()),
        clock_(clock),
        resolver_(std::move(resolver)),
        limits_(clock) {}

 private:
  // One connection, and the request that leaves on it, with the secret.
  struct Line {
    std::unique_ptr<Connection> connection;
    std::string request;
    bool sent = false;
  };

  Receipt DoSend(const policies::ProtectedBatch& batch, SendStart& start) override {
    const policies::ProtectedBatch* const one = &batch;
    Receipt receipt;
    DoSendAbreast({&one, 1}, start, {&receipt, 1});
    return receipt;
  }

  std::size_t abreast_max() const override { return kAbreastMax; }

  // All requests leave before the first answer is read, so that one sleep serves for several.
  void DoSendAbreast(Batches batches, SendStart& start, std::span<Receipt> receipts) override {
    BlockPipeSignal();
    limits_.Begin(destination_.answer_within);
    std::ranges::fill(receipts, Receipt{Receipt::Kind::kNotStarted, 0, {}});
    std::size_t ready = 0;
    for (; ready < batches.size() && Ready(lines_[ready]); ++ready) {
      Request(*batches[ready], lines_[ready].request);
    }
    if (ready == 0) receipts.front() = {};
    if (ready == 0 || !Write(batches.first(ready), start)) return;
    for (std::size_t i = 0; i < ready; ++i) {
      receipts[i] = lines_[i].sent ? Read(lines_[i]) : Receipt{};
    }
  }

  bool Ready(Line& line) {
    try {
      if (line.connection && !line.connection->Usable()) line.connection.reset();
      return line.connection || Open(line.connection);
    } catch (const Poco::Exception&) {
    } catch (const std::exception&) {
    }
    return false;
  }

  // Every address must be one that may be connected to: DNS that mixes public and private ones is
  // an attack.
  bool Open(std::unique_ptr<Connection>& connection) {
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
      if (limits_.left() == 0) break;
      try {
        connection = Connect(*target_, Poco::Net::IPAddress(address), tls_, limits_);
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

  void Request(const policies::ProtectedBatch& batch, std::string& request) const {
    const std::string_view body = batch.body();
    const auto field = [&request](std::string_view name, std::string_view value) {
      request.append(name).append(": ").append(value).append("\r\n");
    };
    request = head_;
    field("Idempotency-Key", batch.idempotency_key());
    field("Content-Length", std::to_string(body.size()));
    if (destination_.secret && destination_.present_as == PresentAs::kHmacSha256) {
      const crypto::HmacKey key(destination_.secret->bytes);
      field("X-Octroi-Signature", "sha256=" + base::Hex(crypto::AsBytes(crypto::Hmac(key, body))));
    }
    request += "\r\n";
    if (InOneWrite(body)) request += body;
  }

  static bool InOneWrite(std::string_view body) { return body.size() <= kOneWriteBytesMax; }

  // False: none may leave.
  bool Write(Batches batches, SendStart& start) {
    Starting starting(start);
    if (!starting) return false;
    for (std::size_t i = 0; i < batches.size(); ++i) Write(lines_[i], lines_[i].request);
    starting.Started();
    for (std::size_t i = 0; i < batches.size(); ++i) {
      const std::string_view body = batches[i]->body();
      if (lines_[i].sent && !InOneWrite(body)) Write(lines_[i], body);
    }
    return true;
  }

  static void Write(Line& line, std::string_view bytes) {
    line.sent = true;
    try {
      line.connection->Write(bytes);
    } catch (const Poco::Exception&) {  // its text may hold what the peer said
      line.sent = false;
      line.connection.reset();
    }
  }

  Receipt Read(Line& line) {
    limits_.NextAnswer();
    AnswerReader answer;
    try {
      std::array<char, 4096> some{};
      std::size_t size = 0;
      do {
        size = line.connection->Read(some);
      } while (size > 0 && answer.Take({some.data(), size}));
    } catch (const Poco::Exception&) {
      // Once the status is there, only the connection can suffer from the rest.
    }
    if (!answer.reusable()) line.connection.reset();
    Receipt receipt;
    receipt.kind = KindOf(answer.status());
    if (answer.status() >= 200 && answer.status() < 600) {
      receipt.http_status = static_cast<std::uint16_t>(answer.status());
    }
    receipt.retry_after = ParseRetryAfter(answer.retry_after(), clock_.WallNow());
    return receipt;
  }

  const DestinationPlan destination_;
  const base::Result<Target> target_;
  const std::string head_;  // with the secret
  const base::Clock& clock_;
  const std::unique_ptr<Resolver> resolver_;
  AttemptLimits limits_;
  Poco::Net::Context::Ptr tls_;
  std::array<Line, kAbreastMax> lines_;
};

}  // namespace

Receipt Sender::Send(const policies::ProtectedBatch& batch, const journal::Ticket& ticket,
                     SendStart& start) {
  if (batch.count() == 0) return {Receipt::Kind::kDelivered, 0, {}};
  if (ticket.through() < batch.last_sequence()) return {};
  return DoSend(batch, start);
}

void Sender::SendAbreast(Batches batches, const journal::Ticket& ticket, SendStart& start,
                         std::span<Receipt> receipts) {
  const bool durable = std::ranges::all_of(batches, [&](const policies::ProtectedBatch* batch) {
    return batch->count() > 0 && ticket.through() >= batch->last_sequence();
  });
  if (!durable || batches.empty() || batches.size() > abreast_max()) {
    std::ranges::fill(receipts, Receipt{});
    return;
  }
  DoSendAbreast(batches, start, receipts);
}

void Sender::DoSendAbreast(Batches batches, SendStart& start, std::span<Receipt> receipts) {
  receipts.front() = DoSend(*batches.front(), start);
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
