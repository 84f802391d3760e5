// What the command line shows, as JSON: status, what needs attention, the audit.
// Ids, outcomes, reasons and numbers only: no value of an event.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/metrics.h"
#include "gateway/audit.h"
#include "gateway/canary/light.h"
#include "gateway/config/rotation.h"
#include "gateway/plan.h"
#include "gateway/projector.h"
#include "journal/journal.h"
#include "store/store.h"

namespace octroi::gateway {

struct StatusInput {
  PlanPtr plan;
  store::FlowStore* store = nullptr;
  const journal::Journal* journal = nullptr;
  std::uint64_t pending = 0, projected = 0;
  std::size_t subjects = 0;
  bool held = false;  // the consent register cannot be verified: nothing is sent
  base::Millis now = 0;
  const base::Latency* answered = nullptr;  // events, once they were durable
  // Of a destination: what waits there, its breaker (Breaker's gauge), and from receipt to sent.
  struct Lanes {
    std::int64_t queue = 0, breaker = 0;
    const base::Latency* sent = nullptr;
  };
  std::function<Lanes(const std::string& destination)> lanes;
  CanaryLight canaries;
  config::RotationDue key;
};
// {"active_since":"2026-11-23","rotate_by":"...","due":false}; without what is not known.
nlohmann::ordered_json RotationJson(const config::RotationDue& key);
// Both sums of promise 1 by source and destination, findings by rule, and whether the sums hold;
// for each destination what waits and its breaker; what was withheld, by reason. How long answers
// and deliveries took since the start, as {"2048": 12}: 12 took at most 2,048 microseconds, and
// more than half of it; "longer": than all of these.
std::string StatusReport(const StatusInput& input);

// {"observed": {"consent": {...}, "sources": [...], "contracts": [...]}}: what is noted instead of
// enforced. Null members: it is enforced.
nlohmann::ordered_json ObservedJson(const Plan& plan, base::Millis now);

std::string FailuresReport(std::size_t limit, const std::string& origin, store::Store& store,
                           const PlanNames& names, const Plan& plan);

// What was checked, the minutes whose sums do not hold, and the records that do not add up.
std::string AuditJson(const AuditReport& report, const std::string& origin, const Plan& plan);

}  // namespace octroi::gateway
