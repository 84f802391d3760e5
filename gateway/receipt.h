// The receipt of one request: for each event its id and outcome; for all but accepted ones the
// reason and the rules that failed. Never a value of an event.
#pragma once

#include <string>
#include <vector>

#include "gateway/edge.h"
#include "gateway/gate.h"
#include "gateway/plan.h"

namespace octroi::gateway {

struct Receipted {
  const Plan* plan = nullptr;
  const std::string& origin;
  Gate::Taken taken;
  const std::vector<Admitted>* admitted = nullptr;  // at least one, unless a batch
  bool batch = false;    // items in an array, 200; else one item: 202, or a problem if rejected
  bool segment = false;  // as Segment answers: 200 and a summary
};
Response ReceiptOf(const Receipted& what);

}  // namespace octroi::gateway
