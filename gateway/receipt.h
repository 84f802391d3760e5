// The receipt of one request: for each event its id and outcome; for all but accepted ones the
// reason and the rules that failed. Never a value of an event. Where the answer waited for
// deliveries, also what became of each.
#pragma once

#include <string>
#include <vector>

#include "gateway/edge.h"
#include "gateway/gate.h"
#include "gateway/plan.h"

namespace octroi::gateway {

// One event at one destination.
struct Delivery {
  std::uint32_t event = 0;  // of the request, from 0
  std::uint16_t destination = 0;
  base::Outcome outcome = base::Outcome::kInFlight;
  base::Reason reason = base::Reason::kUndecided;
  std::uint16_t http_status = 0;  // 0: no answer, or not over HTTP
};

struct Receipted {
  const Plan* plan = nullptr;
  const std::string& origin;
  Gate::Taken taken;
  const std::vector<Admitted>* admitted = nullptr;  // at least one, unless a batch
  bool batch = false;    // items in an array, 200; else one item: 202, or a problem if rejected
  bool segment = false;  // as Segment answers: 200 and a summary
  const std::vector<Delivery>* deliveries = nullptr;  // ascending by event; 200 if all are final
};
Response ReceiptOf(const Receipted& what);

}  // namespace octroi::gateway
