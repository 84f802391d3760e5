// Edge: strict HTTP/1.1 in, answers out. One epoll loop per thread, SO_REUSEPORT, llhttp for heads,
// bodies framed by us. The profile is reliability.md I12; limits are base/limits.h.
//
// What the edge refuses (with an RFC 9457 body, then closes the connection): CL with TE, TE other
// than exactly "chunked", repeated or non-digit CL, bare LF or CR, obs-fold, space before colon, no
// or two Hosts, a `ce-` header that comes twice or is not visible ASCII, NUL and control
// characters, methods that are not tokens, versions other than 1.0 and 1.1, a fragment in the
// target, absolute-form whose host differs from Host, POST without length (411), too many or too
// large heads, targets and chunk overheads, truncated bodies (never handled). After any 4xx that
// leaves a body unread the connection is closed. A slow client costs nobody else anything: absolute
// deadlines and a minimum rate.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/result.h"

namespace octroi::gateway {

// Views into the connection's buffers, valid during the Handler call.
struct RequestHead {
  std::string_view method, path, query;  // path: percent-encoding untouched, begins with '/'
  std::vector<std::pair<std::string_view, std::string_view>>
      headers;                                                      // names lower-cased; order kept
  std::string_view Header(std::string_view lower_case_name) const;  // first, or empty
  std::string peer;                                                 // address without port
};

struct Response {
  int status = 500;
  std::string_view content_type = "application/json";  // a literal
  std::string body;
  std::vector<std::pair<std::string_view, std::string>> headers;  // names are literals
  bool close = false;
};

// RFC 9457. `title` in the asked language; `errors` is a JSON array text or empty. Never a value of
// the event.
Response Problem(int status, std::string_view code, std::string_view title, std::string_view detail,
                 std::string_view errors_json = {});

// Completes one answer later, from any thread; the first call counts. Outliving the connection or
// the edge is fine: the answer is dropped. Letting go without an answer answers 500.
class Deferred {
 public:
  virtual ~Deferred() = default;
  virtual void Answer(Response response) = 0;
};

// One request being answered. Exactly one of the last three calls is made, during Handle; none is a
// 500.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const RequestHead& head() const = 0;
  virtual std::string_view body() const = 0;  // dechunked, inflated
  virtual std::string_view wire_body()
      const = 0;                      // as sent (dechunked, not inflated): what an HMAC covers
  virtual void* context() const = 0;  // what OnHead put there
  virtual base::Millis received() const = 0;
  virtual unsigned loop() const = 0;  // 0..threads-1: which thread's scratch to use
  virtual void Answer(Response response) = 0;
  virtual void AnswerWhenDurable(std::uint64_t sequence, Response response) = 0;
  virtual std::shared_ptr<Deferred> Defer() = 0;
};

class Handler {
 public:
  virtual ~Handler() = default;
  struct Admission {
    bool refused = false;
    Response refusal;  // when refused: sent at once, connection closed if a body was announced
    std::size_t body_bytes_max = 0;  // on the wire; 0: no body allowed
    bool essential = false;   // served on reserved connections and memory where others get a 503
    void* context = nullptr;  // handed to Handle, which never comes if the body does not; not owned
  };
  // After the head, before the body: who is it, may it speak, how much may it send. On the edge's
  // thread.
  virtual Admission OnHead(const RequestHead& head, unsigned loop) = 0;
  virtual void Handle(Exchange& exchange) = 0;  // on the edge's thread; must not block
};

class Edge {
 public:
  struct Parts {
    std::string address;  // "0.0.0.0:8080", "[::1]:0"
    unsigned threads = 1;
    std::string tls_certificate, tls_key;  // PEM paths; empty: plain HTTP
    Handler* handler = nullptr;
    const base::Clock* clock = nullptr;
    base::Metrics* metrics = nullptr;
    std::function<std::uint64_t()> durable_through;  // of the journal
    struct Deadlines {                               // defaults: base/limits.h; tests shorten them
      base::Millis head = 0, body = 0, idle = 0, handshake = 0;
      std::size_t body_bytes_per_second = 0;
    } deadlines;
    std::size_t connections_max = 0;  // 0: base::kConnectionsMax
  };
  // Listening when it returns. kInvalid: address or TLS files; kUnavailable: port taken, no
  // threads.
  static base::Result<std::unique_ptr<Edge>> Start(Parts parts);
  virtual ~Edge() = default;  // Drain(0)

  virtual std::uint16_t port() const = 0;
  virtual void OnDurable() = 0;  // journal thread: wakes the loops; cheap
  // Stops accepting, answers what was read whole, closes idle connections; at most `within`. Then
  // the threads end.
  virtual void Drain(base::Millis within) = 0;
};

}  // namespace octroi::gateway
