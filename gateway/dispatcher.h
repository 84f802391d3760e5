// Dispatcher: durable decisions -> destinations, in order per subject, decided again at the moment
// of sending.
//
// Each destination has a few lanes; a subject always takes the same lane, a lane sends one batch at
// a time, so order per subject holds across retries. The second decision may only tighten; what it
// withholds is journalled. Outcomes are appended without waiting: losing one in a crash repeats a
// send under the same keys, never loses it. A lane whose memory is full keeps sequences only and
// reads payload back from the journal.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "gateway/plan.h"
#include "gateway/send_gate.h"
#include "gateway/sender.h"
#include "journal/journal.h"
#include "policies/consent.h"

namespace octroi::gateway {

class Dispatcher final : public journal::DurableListener {
 public:
  struct Parts {
    journal::Journal* journal = nullptr;
    const policies::ConsentIndex* index = nullptr;
    base::Clock* clock = nullptr;
    base::Metrics* metrics = nullptr;
    SendGate* gate = nullptr;  // entered before the first byte of every send
    // Gives random tokens (P4). Null: what asks for one waits for ever.
    policies::RandomTokens* tokens = nullptr;
    std::function<PlanPtr()> plan;  // the plan in force now; from any thread, never null
    MakeSender make_sender;
    unsigned lanes_per_destination = 2;
    std::size_t memory_bytes_max = 64 * 1024 * 1024;  // of payload held by all lanes together
    std::uint64_t jitter_seed = 0;                    // 0: from the clock
  };
  explicit Dispatcher(Parts parts);
  ~Dispatcher() override;

  // Recovery: one accepted event whose allowed destinations have no final outcome yet. Before
  // Start.
  void Requeue(std::uint64_t sequence, std::string_view record,
               std::vector<std::uint16_t> destinations, std::uint32_t attempts);
  void Start();  // after the journal's Start
  // Deliveries of one destination that failed, to be sent once more, or that were held. Appends
  // `order`, which says so, waits until it is durable, and only then queues them; consent is read
  // again as ever. From before it is appended they count as pending. Any thread; each delivery's
  // last outcome is `failed`, or `in_flight` with a hold.* reason. Errors: the journal refused, and
  // nothing happened.
  struct Again {
    std::uint64_t sequence = 0;
    std::string record;
    std::uint32_t attempts = 0;
  };
  base::Status QueueAgain(std::uint16_t destination, std::span<const Again> events,
                          const journal::FramePtr& order);
  void OnDurable(const std::vector<journal::FramePtr>& frames,
                 const journal::Ticket& ticket) override;

  // Takes in a new plan: lanes of removed destinations withhold what is left (destination.removed).
  // After the plan is what Parts::plan returns.
  void PlanChanged();
  std::uint64_t pending() const;  // event x destination pairs without a final outcome
  // The lowest sequence without a final outcome of what OnDurable, Requeue and QueueAgain brought;
  // UINT64_MAX: none.
  std::uint64_t lowest_pending() const;
  std::uint64_t replays() const;  // calls of QueueAgain; grows before its order is appended
  // Stops after the batches on the wire; the rest stays journalled and is taken up at the next
  // start. `within`: how long their outcomes may wait for a journal that refuses. No lane runs, nor
  // uses the journal, when it returns; a send on the wire is waited for (at most its
  // answer_within). OnDurable may still be called.
  void Drain(base::Millis within);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace octroi::gateway
