// The edge's series, found once.
#pragma once

#include <array>
#include <cstdint>

#include "base/metrics.h"
#include "gateway/edge/fault.h"

namespace octroi::gateway::edge {

struct Counters {
  explicit Counters(base::Metrics& metrics);
  void Answered(int status) { by_class[static_cast<std::size_t>(status / 100 % 6)]->Add(); }
  void Refused(Fault fault) { refused[static_cast<std::size_t>(fault)]->Add(); }

  base::Gauge* connections;
  base::Counter* bytes_in;
  base::Counter* bytes_out;
  base::Latency* durable;  // from a request read whole to its answer on the way, once it is durable
  std::array<base::Counter*, 6> by_class;
  std::array<base::Counter*, kFaults> refused;  // [kNone] is not counted
};

}  // namespace octroi::gateway::edge
