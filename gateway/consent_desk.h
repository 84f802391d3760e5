// ConsentDesk: takes consent events in. POST /v1/consents, standards.md C1.
//
// One event's way, in this order: journal (durable) -> store (durable) -> index -> sends that were
// let through before have started -> answer. So no decision cites a consent event that is not on
// the journal; when the answer leaves, every decision made from then on sees it, and no send that
// was decided without it starts any more. One thread; never an edge's. What waits goes its way
// together, and is answered one by one.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/event.h"
#include "base/metrics.h"
#include "crypto/key_ring.h"
#include "gateway/edge.h"
#include "gateway/plan.h"
#include "gateway/send_gate.h"
#include "journal/journal.h"
#include "policies/consent.h"
#include "store/store.h"

namespace octroi::gateway {

class ConsentDesk {
 public:
  struct Parts {
    journal::Journal* journal = nullptr;
    store::ConsentStore* store = nullptr;
    policies::ConsentIndex* index = nullptr;
    SendGate* sends = nullptr;  // waited for before every answer
    const crypto::KeyRing* keys = nullptr;
    base::Clock* clock = nullptr;
    base::Metrics* metrics = nullptr;
    std::size_t waiting_max = 1'000;  // beyond, or with as many unsettled: 503
    std::size_t together_max = 256;   // taken at once: one commit each on the journal and the store
    // Told of each event, repeats included, once the store has said that it has it. Any thread.
    std::function<void(const policies::ConsentEvent&)> stored = {};
  };
  explicit ConsentDesk(Parts parts);
  ~ConsentDesk();  // finishes what is queued

  // At start: what the journal has and the store has not yet (a crash came between), then the whole
  // index.
  base::Status Recover(const Plan& plan);
  // The whole register under another plan, then `then`, with nothing indexed between the two: a
  // purpose that comes into force brings with it what was recorded of it while it was not. Any
  // thread.
  base::Status Enter(const Plan& plan, const std::function<base::Status()>& then);
  void Start();
  // What another gateway recorded in the same register: decisions made from now on see it. Any
  // thread.
  base::Status Learn(const Plan& plan, const policies::ConsentEvent& event);
  // What was answered 503 although it is on the journal, because the store failed or did not say
  // whether it took it: told to the store again, and indexed. Then the register holds nothing that
  // is not obeyed. Errors: the store's; what is left stays. Any thread.
  base::Status Settle(const Plan& plan);

  // One posted event (consent_request.h). Bad input is answered at once by a Problem; the rest
  // later, through `answer`. `id` makes a repeat harmless: the same id is stored once, and with
  // other content it is a conflict (409).
  using Defer = std::function<std::shared_ptr<Deferred>()>;
  std::optional<Response> Submit(const PlanPtr& plan, const SourcePlan& source,
                                 std::string_view body, const Defer& defer);
  // The same of a message of a CMP (cmp_request.h), whose choices are recorded all or none.
  std::optional<Response> SubmitMessage(const PlanPtr& plan, const SourcePlan& source,
                                        std::string_view body, const Defer& defer);

 private:
  struct Waiting {
    PlanPtr plan;
    std::vector<policies::ConsentEvent> events;  // at least one
    std::optional<std::string> message;          // of a CMP: what its answer says beside the events
    std::shared_ptr<Deferred> answer;
  };
  using Events = std::span<const policies::ConsentEvent>;
  std::optional<Response> Queue(Waiting waiting, const Defer& defer);
  void Run();
  void TakeHalves(std::vector<Waiting>& taken);
  void Take(std::vector<Waiting>& taken);
  Response Obey(const Waiting& waiting, Events events, const base::Status& stored);
  Response Unsettled(Events events);
  base::Status Index(const Plan& plan, const policies::ConsentEvent& event);
  bool Record(std::vector<policies::ConsentEvent>& events);
  base::Status Store(const policies::ConsentEvent& event);
  void Tell(const policies::ConsentEvent& event) const;

  Parts parts_;
  std::mutex indexing_;  // a history that was read is folded and set before the next is read
  base::Millis last_recorded_ = 0;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Waiting> queue_;
  std::vector<policies::ConsentEvent> unsettled_;  // on the journal, perhaps not in the store
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace octroi::gateway
