// The ports of the store: consent register, flow projection, tasks, config archive, meta, random
// tokens (tokens.h), breaches (breaches.h). One contract suite (tests/store/) runs on every
// implementation.
//
// Consent events and configs commit here before they are acknowledged; the flow tables are a
// projection of the journal that can be rebuilt. Every call is safe from any thread and may block
// on the disk: never from an edge thread. Errors: kUnavailable, nothing happened (full, busy,
// down); kInDoubt, a commit may have happened (append again: it is idempotent); kInvalid, the same
// call fails again.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "policies/consent.h"
#include "store/breaches.h"
#include "store/flow.h"
#include "store/tokens.h"

namespace octroi::store {

class ConsentStore {
 public:
  virtual ~ConsentStore() = default;
  // All of them, or none; durable when it returns. The same id again: no second row, ok. kInvalid:
  // no id, no subject, or the id of another event (other record, subject, purpose, state or times).
  virtual base::Status AppendAll(std::span<const policies::ConsentEvent> events) = 0;
  base::Status Append(const policies::ConsentEvent& event) { return AppendAll({&event, 1}); }
  // All events of any of these fingerprints for one purpose, each once, any order. No purpose: of
  // every one.
  virtual base::Result<std::vector<policies::ConsentEvent>> History(
      const std::vector<policies::Fingerprint>& subject, std::string_view purpose) = 0;
  // By sequence; holds no lock while it calls, so `each` may call the store. An event appended
  // meanwhile is seen if its sequence is still ahead.
  virtual base::Status ForEach(const std::function<void(const policies::ConsentEvent&)>& each) = 0;
  // The event that a verdict cites.
  virtual base::Result<std::optional<policies::ConsentEvent>> BySequence(
      std::uint64_t sequence) = 0;
  // Highest journal sequence already stored; 0: none.
  virtual base::Result<std::uint64_t> LastSequence() = 0;

  // Whether other gateways may append to the same register.
  virtual bool shared() const { return false; }
  // What others appended after that generation, oldest first, and how far that is; at most a page,
  // so ask again while it grows. A generation counts appended events in the order of their commits.
  struct Others {
    std::uint64_t generation = 0;
    std::vector<policies::ConsentEvent> events;
  };
  virtual base::Result<Others> Since(std::uint64_t generation) { return Others{generation, {}}; }
};

struct ArchivedConfig {
  std::string digest;  // 32 bytes
  std::uint32_t plan = 0;
  base::Millis since = 0;
  std::string files;  // canonical archive of every file
  std::string names;  // PlanRecord::names
  bool operator==(const ArchivedConfig&) const = default;
};

class ConfigStore {
 public:
  virtual ~ConfigStore() = default;
  // Durable when it returns. The same plan and digest again: nothing changes, ok. kInvalid: a
  // digest that is not 32 bytes, or another digest under a plan that is archived.
  virtual base::Status Archive(const ArchivedConfig& config) = 0;
  virtual base::Result<std::optional<ArchivedConfig>> ByPlan(std::uint32_t plan) = 0;
  virtual base::Result<std::optional<ArchivedConfig>> Latest() = 0;  // of the highest plan
};

class MetaStore {
 public:
  virtual ~MetaStore() = default;
  virtual base::Result<std::optional<std::string>> Get(std::string_view key) = 0;
  virtual base::Status Set(std::string_view key, std::string_view value) = 0;  // durable; replaces
};
inline constexpr std::string_view kMetaOrphanOutcomes = "orphan_outcomes";  // decimal; absent: none
// And the origin of a journal: version of the pseudonym key that the ids of what leaves come from.
inline constexpr std::string_view kMetaIdVersion = "id_key_version.";
// And the origin: what came late and was recorded before that moment (ms) has its tasks.
inline constexpr std::string_view kMetaLateThrough = "late_through.";
// ms, decimal, with the journal's origin at the end: the first day whose counts were not told yet.
inline constexpr std::string_view kMetaCountedThrough = "counted_through.";
inline constexpr std::string_view kMetaKeyCheck = "key_check";  // of the key ring it was made with
// When it was moved to another store (RFC 3339): it must not be served from any more, or there
// would be two consent registers.
inline constexpr std::string_view kMetaMoved = "moved";

// One store, all ports. Owned by main; outlives every user.
class Store : public ConsentStore,
              public FlowStore,
              public TaskStore,

              public ConfigStore,
              public MetaStore,
              public TokenStore,
              public BreachStore {};

}  // namespace octroi::store
