// IngestClient: posts batches of events to a gateway, as any source does, and says what is known of
// each afterwards.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "gateway/import/import_plan.h"

namespace octroi::gateway::import {

struct Posted {
  enum class Kind {
    kTaken,    // durable: 200, `body` is the receipt
    kBusy,     // 429, 503: nothing was taken; again after `wait`
    kRefused,  // any other answer: nothing was taken, and the same again would not be
    kUnknown   // no answer, or none that can be read: it may have been taken
  } kind = Kind::kUnknown;
  bool replayed = false;  // of kTaken: it had been taken before
  int status = 0;
  std::string code;  // of kRefused: the problem's
  std::string body;
  base::Millis wait = 0;
};

// One thread; one connection, kept open.
class IngestClient {
 public:
  // `url`: scheme, host and port. Over https the certificate is checked against the system's
  // authorities and the name. kInvalid: no such URL.
  static base::Result<std::unique_ptr<IngestClient>> Make(const std::string& url,
                                                          const ImportPlan& plan,
                                                          std::string_view secret);
  virtual ~IngestClient() = default;
  virtual Posted Post(const std::string& ndjson, const std::string& idempotency_key) = 0;
};

}  // namespace octroi::gateway::import
