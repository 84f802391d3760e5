// HoldDesk: records that wait for their person to answer (Purpose consent.if_unknown: hold).
// docs/decisions/0024-hold.md.
//
// A held record was acknowledged and is in_flight with hold.consent_unknown; its payload stays on
// the journal, sealed as it is. Whenever the register, the config or the time may have changed the
// answer, it is decided again by the same code as ever:
//   it may leave    -> ReleaseRecord and in_flight delivery.queued, durable, then the lanes, which
//                      decide once more at the moment of sending
//   it still waits  -> nothing
//   it may not      -> withheld with the reason: what the person said, hold.expired after its time,
//                      hold.full where the journal cannot keep it any longer
// What is held lives in memory (some 200 bytes a record) and on the journal, from which a start
// takes it back.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "gateway/dispatcher.h"
#include "gateway/plan.h"
#include "journal/journal.h"
#include "journal/release_record.h"
#include "policies/consent.h"

namespace octroi::gateway {

class HoldDesk final : public journal::DurableListener {
 public:
  struct Parts {
    journal::Journal* journal = nullptr;
    const policies::ConsentIndex* index = nullptr;
    Dispatcher* dispatcher = nullptr;
    const base::Clock* clock = nullptr;
    base::Metrics* metrics = nullptr;
    std::function<PlanPtr()> plan;
    std::size_t records_max = 200'000;
    base::Millis every = 500;  // at least between two rounds
  };
  explicit HoldDesk(Parts parts);
  ~HoldDesk() override;  // stops

  // Recovery: one event that is held at those destinations still. Before Start.
  void Restore(std::uint64_t sequence, std::string_view record,
               const std::vector<std::uint16_t>& destinations);
  void Start();  // after the journal's
  void Stop();   // the rest stays held, and is taken up at the next start; no lane is used after it

  // After every plan that comes into force: what it holds may become durable under the next one.
  void PlanChanged();

  // Whether another record may be held. What one request holds may go beyond it. Any thread.
  bool HasRoom() const { return count_.load(std::memory_order_relaxed) < parts_.records_max; }
  void OnDurable(const std::vector<journal::FramePtr>& frames,
                 const journal::Ticket& ticket) override;
  // Whether an event of these is held. Any thread.
  bool AnyOf(std::uint64_t first, std::uint64_t last) const;
  // What is held of events up to there ends with hold.full in the next round. Any thread.
  void GiveUp(std::uint64_t through);

  // One round; by itself only where nothing was started, as in tests. True: more is due at once.
  bool Look();

 private:
  struct Waiting {
    std::uint16_t destination = 0;
    std::uint32_t purposes = 0;  // that wait
  };
  struct Held {
    base::Millis received = 0;
    base::Millis look_at = 0;      // the time alone may change the answer then
    std::uint64_t decided_by = 0;  // RegisterSays when it was last decided; 0: decide it again
    std::uint32_t plan = 0;        // likewise
    std::vector<policies::Fingerprint> subject;
    std::vector<Waiting> waiting;
  };
  struct Decided {
    std::uint64_t sequence = 0;
    std::string record;
    std::vector<base::Verdict> verdicts;  // of where it waits
  };
  using HeldMap = std::map<std::uint64_t, Held>;

  void Run();
  void Hold(std::uint64_t sequence, const journal::EventRecord& record, const Plan& plan,
            const std::function<bool(const base::Verdict&)>& held);
  struct Says {
    std::uint64_t hash = 1;
    bool answered = false;  // somebody said more than nothing
  };
  Says RegisterSays(const Held& held) const;
  void AllDue();
  base::Millis NextEnd(const Held& held, const Plan& plan, base::Millis after) const;
  std::vector<std::uint64_t> Due(const Plan& plan, base::Millis now);
  bool IsDue(std::uint64_t sequence, Held& held, const Plan& plan, base::Millis now) const;
  Decided Decide(std::uint64_t sequence, const Plan& plan, base::Millis now);
  void Release(std::uint16_t destination, const std::vector<Decided>& all, const Plan& plan,
               base::Millis now);
  void Withhold(const std::vector<Decided>& all, const Plan& plan, base::Millis now);
  void Count(const Plan& plan, const journal::OutcomeRecord& outcome) const;
  void Forget(std::uint64_t sequence, std::uint16_t destination);

  const Parts parts_;
  base::Gauge& gauge_;
  std::atomic<std::size_t> count_{0};
  std::atomic<std::uint64_t> given_up_{0};
  std::atomic<bool> holds_{false};  // some plan so far does
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  HeldMap held_;
  std::uint64_t generation_ = 0;  // of the index when all were last looked at
  std::uint32_t plan_ = 0;        // likewise: its number
  base::Millis look_at_ = 0;      // the earliest of all
  journal::EventRecord record_;   // scratch of OnDurable
  std::thread thread_;
};

}  // namespace octroi::gateway
