// Projector: journal -> store. Lineage rows, counters, rule counts; behind every acknowledgement.
//
// Takes durable frames as they come and applies them in batches; outcomes that arrive while their
// event still waits are merged in memory, so most events cost one row and no update. If it falls
// too far behind it drops its queue and reads on from the journal. The store being down stops
// neither ingest nor safety.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "gateway/plan.h"
#include "gateway/quality_tally.h"
#include "journal/journal.h"
#include "journal/task_record.h"
#include "store/store.h"

namespace octroi::gateway {

// Names of the plan that judged a record: from memory, or from the archive.
using PlanNames =
    std::function<std::string(std::uint32_t plan)>;  // PlanRecord::names; empty if unknown

// Where a delivery stands when its event was decided.
store::DeliveryState InitialState(const base::Verdict& verdict, base::Millis at);

// Turns records into a store::Projection. Pure but for `names`; one thread. A record that cannot be
// read (only a bug writes one: the journal checks its bytes) is left out, counted and logged with
// its sequence.
class ProjectionBuilder {
 public:
  // `known`: what is projected of an hour, for the bounds of its quality counters; none: nothing.
  explicit ProjectionBuilder(PlanNames names, QualityTally::KnownOf known = {})
      : names_(std::move(names)), quality_(std::move(known)) {}
  void Add(std::uint64_t sequence, std::string_view record);
  std::size_t events() const { return projection_.events.size(); }
  std::uint64_t unreadable() const { return unreadable_; }
  store::Projection Take();  // and begins anew

 private:
  void AddEvent(std::uint64_t sequence, std::string_view bytes, const journal::EventRecord& record);
  void AddOutcome(const journal::OutcomeRecord& record);
  void AddTask(const journal::TaskRecord& record);
  void CountRules(const journal::EventRecord& record);
  // Rule counts of one hour, source and contract, by place of the rule: named only once, in Take.
  struct Tally {
    std::uint32_t plan = 0;
    std::uint16_t source = 0, contract = 0;
    base::Millis hour = 0;
    std::vector<store::RuleCount> rules;
  };
  Tally* TallyOf(const journal::EventRecord& record);
  struct RuleNames {
    std::vector<std::string> sources, contracts;
    std::vector<std::vector<std::string>> rules;  // by place of the contract
  };
  const RuleNames& NamesOf(std::uint32_t plan);

  PlanNames names_;
  store::Projection projection_;
  std::map<std::uint32_t, RuleNames> known_;
  std::vector<Tally> tallies_;
  QualityTally quality_;
  journal::EventRecord event_;
  journal::OutcomeRecord outcome_;
  journal::TaskRecord task_;
  std::uint64_t unreadable_ = 0;
};

class Projector final : public journal::DurableListener {
 public:
  struct Parts {
    journal::Journal* journal = nullptr;
    store::FlowStore* store = nullptr;
    base::Metrics* metrics = nullptr;
    PlanNames names;
    // A transaction begins when nothing new came for `quiet`, at the latest `every` after the first
    // record: what is busy is written in large batches, what is calm is seen soon.
    base::Millis quiet = 50;
    base::Millis every = 1'000;
    std::size_t batch_events = 20'000;
    std::size_t queue_bytes_max = 64 * 1024 * 1024;  // beyond: read from the journal instead
  };
  explicit Projector(Parts parts);
  ~Projector() override;  // applies what is queued, then stops

  void Start();
  void OnDurable(const std::vector<journal::FramePtr>& frames,
                 const journal::Ticket& ticket) override;
  std::uint64_t through() const { return through_.load(std::memory_order_acquire); }

 private:
  void Run();
  // Records copied out of their frames, which others wait to use again.
  struct Heard {
    struct Run {
      std::uint64_t first_sequence = 0;
      std::uint32_t count = 0;
      std::size_t bytes = 0;
    };
    std::vector<Run> runs;
    std::string records;
    void Clear() {
      runs.clear();
      records.clear();
    }
  };
  struct Work {
    std::uint64_t durable = 0;
    bool stopping = false;
  };
  Work WaitForWork();  // moves what was heard into working_
  bool ApplyHeard();
  void CatchUp(std::uint64_t through);
  bool FindPlace();
  bool WaitToRetry();  // false: stopping
  bool Apply();
  bool HasApplied(const store::Projection& batch) const;

  Parts parts_;
  ProjectionBuilder builder_;
  std::atomic<std::uint64_t> through_{0};
  std::mutex mutex_;
  std::condition_variable work_;
  Heard queue_;
  std::uint64_t durable_ = 0;  // newest sequence heard of
  bool stopping_ = false;
  bool idle_ = false;  // the thread waits for work, not for quiet
  Heard working_;      // the thread's own
  std::thread thread_;
};

// Empties the flow tables and projects the whole journal again: `octroi rebuild`.
base::Status Rebuild(const journal::Journal& journal, store::FlowStore& store,
                     const PlanNames& names,
                     const std::function<void(std::uint64_t done, std::uint64_t total)>& progress);

}  // namespace octroi::gateway
