// Explain: which line of the config decided about an event, and what would have to change for it to
// be sent. ux.md A, I-Decision.
//
// Both come from the code that decides: the event is decided again, under the config that was in
// force and on the consent of that moment, as it was, and with one thing after the other as a
// person could change it. What is found allows by PolicySet::Decide, or it is not said.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "gateway/config.h"
#include "gateway/config/lines.h"
#include "gateway/plan.h"
#include "journal/records.h"
#include "policies/consent.h"

namespace octroi::gateway {

// A config that was in force, compiled as it was, so that places are those of the records that it
// judged.
struct PastConfig {
  ConfigFolder config;
  PlanPtr plan;
};

class Explainer {
 public:
  // Both outlive it. `then`: the register as it was known when the event was received.
  Explainer(const PastConfig& past, const policies::ConsentIndex& then);

  // Where the rules of its contract stand that failed: [{"file", "line", "rule"}].
  nlohmann::ordered_json Rules(const journal::EventRecord& record) const;

  // {"decided_by": {"file", "line", "condition"?} or null, "would_change": [[change, ...], ...]}.
  // Each list is a smallest set of changes with which it would have been sent (at most four of
  // them); none: nothing that a person can do about this event would. `condition`: the line of the
  // policy's condition that did not hold. A change: {"do": "consent", "purpose"}, {"do":
  // "identify"}, {"do": "signal"}, {"do": "lift"}, {"do": "age"}, {"do": "field", "field", "in"? |
  // "not_in_list"?}. `fields` null: the payload is gone; where the answer hangs on it, neither is
  // there.
  nlohmann::ordered_json Delivery(const journal::EventRecord& record,
                                  const base::FieldReader* fields, std::uint16_t destination) const;

 private:
  struct Asked;
  struct Change;
  config::Line DecidedBy(const Asked& asked, const base::Verdict& verdict) const;
  std::vector<Change> Changes(const Asked& asked) const;
  std::vector<std::vector<const Change*>> Smallest(const Asked& asked,
                                                   const std::vector<Change>& changes) const;
  nlohmann::ordered_json Named(const Change& change) const;
  base::Verdict With(const Asked& asked, const std::vector<const Change*>& changes,
                     std::vector<policies::Decisive>* decisive = nullptr) const;

  const PastConfig& past_;
  const policies::ConsentIndex& then_;
  config::Lines lines_;
};

}  // namespace octroi::gateway
