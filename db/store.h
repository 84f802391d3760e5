// The ports of the store: consent register, flow projection, config archive, meta. One contract suite
// (tests/store/) runs on every implementation.
//
// Consent events and configs commit here before they are acknowledged; the flow tables are a projection of
// the journal that can be rebuilt. Every call may block on the disk: never from an edge thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/words.h"
#include "policies/consent.h"

namespace octroi::store {

class ConsentStore {
 public:
  virtual ~ConsentStore() = default;
  // Durable when it returns. The same id again: no second row, ok. Thread-safe.
  virtual base::Status Append(const policies::ConsentEvent& event) = 0;
  // All events of any of these fingerprints for one purpose, any order.
  virtual base::Result<std::vector<policies::ConsentEvent>> History(
      const std::vector<policies::Fingerprint>& subject, std::string_view purpose) = 0;
  virtual base::Status ForEach(const std::function<void(const policies::ConsentEvent&)>& each) = 0;  // by sequence
  virtual base::Result<std::uint64_t> LastSequence() = 0;   // of the journal records already stored; 0: none
};

// One event as projected: the journal's record, and where each destination stands.
struct DeliveryState {
  std::uint16_t destination = 0;
  base::Outcome outcome = base::Outcome::kUndecided;
  base::Reason reason = base::Reason::kUndecided;
  std::uint32_t attempts = 0;
  std::uint16_t http_status = 0;
  base::Millis at = 0;
};
struct EventRow {
  std::uint64_t sequence = 0;
  std::uint32_t plan = 0;
  std::uint16_t source = 0;
  base::Outcome outcome = base::Outcome::kUndecided;
  base::Reason reason = base::Reason::kUndecided;
  base::Millis received = 0;
  std::string record;                   // the journal's EventRecord, as it is
  std::vector<DeliveryState> deliveries;
};
struct OutcomeUpdate {
  std::uint64_t sequence = 0;
  DeliveryState state;
};

// Additive counters: all figures are sums of these, so any figure can be recomputed and explained.
struct RuleKey {
  base::Millis hour = 0;                // start of the hour, UTC
  std::string source, contract, rule;
  auto operator<=>(const RuleKey&) const = default;
};
struct RuleCount {
  std::uint64_t evaluated = 0, failed = 0, repaired = 0;
};

struct Projection {                     // one transaction
  std::uint64_t through = 0;            // journal sequence projected after this
  std::vector<EventRow> events;         // new ones, ascending
  std::vector<OutcomeUpdate> outcomes;  // of events projected earlier
  std::map<RuleKey, RuleCount> rules;
};

struct Totals {                         // both sums of promise 1, by name
  struct Source { std::uint64_t received = 0, rejected = 0, quarantined = 0, merged = 0, accepted = 0; };
  struct Destination { std::uint64_t accepted = 0, withheld = 0, sent = 0, in_flight = 0, failed = 0, erased = 0; };
  std::map<std::uint16_t, Source> sources;            // by place in the plan given
  std::map<std::uint16_t, Destination> destinations;
};

struct Attention {                      // failed and quarantined: what a person should look at
  std::uint64_t sequence = 0;
  std::uint16_t destination = 0xffff;   // 0xffff: quarantined, no destination
  base::Outcome outcome = base::Outcome::kUndecided;
  base::Reason reason = base::Reason::kUndecided;
  base::Millis at = 0;
};

class FlowStore {
 public:
  virtual ~FlowStore() = default;
  virtual base::Result<std::uint64_t> ProjectedThrough() = 0;
  virtual base::Status Apply(const Projection& batch) = 0;       // atomic; refuses a batch that does not follow on
  virtual base::Result<std::optional<EventRow>> Find(std::uint64_t sequence) = 0;
  virtual base::Result<Totals> Sum() = 0;
  virtual base::Result<std::map<RuleKey, RuleCount>> Rules() = 0;
  virtual base::Result<std::vector<Attention>> NeedAttention(std::size_t limit) = 0;   // newest first
  // Whether any of these sequences is quarantined or failed later than `since` (retention asks).
  virtual base::Result<bool> AnyKept(std::uint64_t first, std::uint64_t last, base::Millis since) = 0;
  virtual base::Status Clear() = 0;                               // for rebuild: flow tables only
};

struct ArchivedConfig {
  std::string digest;                   // 32 bytes
  std::uint32_t plan = 0;
  base::Millis since = 0;
  std::string files;                    // canonical archive of every file
  std::string names;                    // PlanRecord::names
};

class ConfigStore {
 public:
  virtual ~ConfigStore() = default;
  virtual base::Status Archive(const ArchivedConfig& config) = 0;   // durable when it returns
  virtual base::Result<std::optional<ArchivedConfig>> ByPlan(std::uint32_t plan) = 0;
  virtual base::Result<std::optional<ArchivedConfig>> Latest() = 0;
};

class MetaStore {
 public:
  virtual ~MetaStore() = default;
  virtual base::Result<std::optional<std::string>> Get(std::string_view key) = 0;
  virtual base::Status Set(std::string_view key, std::string_view value) = 0;
};

// One store, all ports. Owned by main; outlives every user.
class Store : public ConsentStore, public FlowStore, public ConfigStore, public MetaStore {};

}  // namespace octroi::store
