// Sender: one protected batch to one destination, one attempt. The port to the outside world.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/clock.h"
#include "base/disk.h"
#include "base/result.h"
#include "gateway/plan.h"
#include "journal/journal.h"
#include "policies/pseudonymizer.h"

namespace octroi::gateway {

// What the destination answered. No body of its answer is kept: it may echo personal data.
struct Receipt {
  enum class Kind {
    kDelivered,   // 2xx; durably in a file; committed
    kRetry,       // 408, 425, 429, 5xx, no answer, connection lost; the disk or table refused
    kRefused,     // other 4xx, 3xx (never followed), a value's SQLSTATE: no retry will change it
    kNotStarted,  // SendStart said no: nothing has left
  } kind = Kind::kRetry;
  std::uint16_t http_status = 0;            // 0: no answer
  std::optional<base::Millis> retry_after;  // from the answer; a span, capped by the caller
};

// Asked at the last moment whether the batch may still leave (gateway/send_gate.h).
class SendStart {
 public:
  virtual ~SendStart() = default;
  // Right before the first byte, on a connection that is open. False: nothing may leave.
  virtual bool Enter() = 0;
  // After a yes, once: the first byte is on its way, or never will be.
  virtual void Leave() = 0;
};
// Leaves at the end of its scope, or earlier.
class Starting {
 public:
  explicit Starting(SendStart& start) : start_(start), inside_(start.Enter()) {}
  ~Starting() { Started(); }
  Starting(const Starting&) = delete;
  Starting& operator=(const Starting&) = delete;
  explicit operator bool() const { return inside_; }
  void Started() {
    if (inside_) start_.Leave();
    inside_ = false;
  }

 private:
  SendStart& start_;
  bool inside_;
};

// What leads to one destination; used by one thread. What every implementation promises, by what
// the destination does, is the table of tests/sender/contract.h. Not answering within
// answer_within is kRetry; so is a destination that is not there. Nothing of a batch is in what is
// logged.
class Sender {
 public:
  virtual ~Sender() = default;
  // Asks for both proofs: only a Pseudonymizer fills a batch, only a durable append makes a Ticket,
  // and the ticket must reach the batch's last event (else nothing is sent: kRetry with status 0).
  // An empty batch is delivered: nothing leaves, and `start` is not asked.
  Receipt Send(const policies::ProtectedBatch& batch, const journal::Ticket& ticket,
               SendStart& start);

  // Several batches, each a request of its own, under way at the same time: who asks sees to it
  // that their order does not matter. One attempt, one deadline; `start` is asked once for all. A
  // receipt for each, in their order. From 1 to abreast_max() of them.
  using Batches = std::span<const policies::ProtectedBatch* const>;
  void SendAbreast(Batches batches, const journal::Ticket& ticket, SendStart& start,
                   std::span<Receipt> receipts);
  virtual std::size_t abreast_max() const { return 1; }

 private:
  // Holds a Starting while the first byte leaves, and no longer; kNotStarted if it says no.
  virtual Receipt DoSend(const policies::ProtectedBatch& batch, SendStart& start) = 0;
  virtual void DoSendAbreast(Batches batches, SendStart& start, std::span<Receipt> receipts);
};

// Over HTTP/1.1, on Poco's sockets and TLS, answers read by llhttp: keep-alive, VERIFY_STRICT, TLS
// >= 1.2, no redirects, answers read up to 64 KiB and dropped, one deadline for the whole attempt.
// The address is resolved once per connection and every address is checked: private, loopback,
// link-local, multicast, metadata and IPv4-mapped ones are refused unless the destination allows
// them (SSRF); we connect to the address that was checked.
std::unique_ptr<Sender> MakeHttpSender(const DestinationPlan& destination,
                                       const base::Clock& clock);

// Over HTTP, into files (gateway/sender/export_folder.h) or a table (gateway/sender/sql_sender.h),
// as the destination says. `disk` and `clock` must outlive the senders; safe from any thread.
using MakeSender = std::function<std::unique_ptr<Sender>(const DestinationPlan&)>;
MakeSender SendersOn(base::Disk& disk, const base::Clock& clock);

// Whether an address may be connected to without allow_private_address. Text of an IP, v4 or v6.
bool IsPublicAddress(const std::string& ip);
// Checks a URL of config: scheme http or https, host, no user info, no fragment. Error detail says
// what.
base::Status CheckUrl(const std::string& url, bool allow_private);
// Checks a libpq connection string likewise. The detail quotes none of it.
base::Status CheckConnection(const std::string& connection, bool allow_private);

}  // namespace octroi::gateway
