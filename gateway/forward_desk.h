// ForwardDesk: answers that wait for deliveries (`answer: forward` of a source).
//
// The event is admitted and made durable first, exactly as without it; only its answer waits, for
// the outcomes at the destinations that the source names, or for its deadline. Then it says what is
// known: what is still in flight goes on without it. No thread waits with it.
//
// Outcomes are taken from the journal once they are durable, so what was answered as sent is on the
// journal as sent.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "gateway/edge.h"
#include "gateway/gate.h"
#include "gateway/plan.h"
#include "gateway/receipt.h"
#include "journal/journal.h"

namespace octroi::gateway {

class ForwardDesk final : public journal::DurableListener {
 public:
  struct Parts {
    const base::Clock* clock = nullptr;
    base::Metrics* metrics = nullptr;
    std::string origin;                   // of the journal
    std::size_t deliveries_max = 50'000;  // waited for at once; beyond: answered without waiting
  };
  explicit ForwardDesk(Parts parts);
  ~ForwardDesk() override;  // what still waits is let go

  // From before the append until Await, so that no outcome is missed between the two.
  class Announced {
   public:
    explicit Announced(ForwardDesk& desk);
    ~Announced();
    Announced(const Announced&) = delete;
    Announced& operator=(const Announced&) = delete;

   private:
    friend class ForwardDesk;
    ForwardDesk& desk_;
    std::multiset<std::uint64_t>::iterator since_;
  };

  // What the request's answer is about: each awaited delivery, as it was decided.
  static std::vector<Delivery> DeliveriesOf(const std::vector<Admitted>& admitted,
                                            const AnswerPlan& answer);

  // What one request waits for.
  struct Request {
    PlanPtr plan;
    Gate::Taken taken;
    std::vector<Admitted> admitted;    // with verdicts
    std::vector<Delivery> deliveries;  // of DeliveriesOf; at least one in flight
    bool batch = false, segment = false;
    base::Millis within = 0;
  };
  // Answers through `defer`, later, and never before `request` is durable. Any thread.
  void Await(const Announced& announced, Request request, std::shared_ptr<Deferred> answer);

  void OnDurable(const std::vector<journal::FramePtr>& frames,
                 const journal::Ticket& ticket) override;
  // From now on nothing waits longer than until it is durable: the gateway stops.
  void Release();

 private:
  struct Waiting {
    Request request;
    std::shared_ptr<Deferred> answer;
    std::uint64_t last = 0;  // sequence
    std::size_t open = 0;    // deliveries without a final outcome
    std::int64_t until_nanos = 0;
  };
  using Key = std::pair<std::uint64_t, std::uint16_t>;  // sequence, destination
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return std::hash<std::uint64_t>()(key.first * 257 + key.second);
    }
  };
  struct Known {
    base::Outcome outcome;
    base::Reason reason;
    std::uint16_t http_status;
  };
  void Run();
  void Tell(const Key& key, const Known& known);
  void Set(Waiting& waiting, Delivery& delivery, const Known& known);
  void Forget(const Waiting& waiting);
  Response AnswerOf(const Waiting& waiting) const;

  const Parts parts_;
  base::Counter& complete_;
  base::Counter& cut_short_;
  base::Gauge& gauge_;
  std::atomic<std::size_t> interested_{0};  // announced and waiting requests
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multiset<std::uint64_t> announced_;  // what was durable then: theirs come later
  std::map<Key, Known> early_;              // heard, and perhaps of who is announced
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, Waiting> waiting_;  // by an id of ours
  std::unordered_map<Key, std::uint64_t, KeyHash> open_;
  std::multimap<std::int64_t, std::uint64_t> deadlines_;
  std::vector<std::uint64_t> ended_;  // every delivery is final
  std::uint64_t durable_ = 0;
  std::int64_t wakes_nanos_ = 0;  // what Run sleeps until, if nobody wakes it
  bool overdue_ = false;          // somebody's time is over, and the request not durable yet
  bool released_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace octroi::gateway
