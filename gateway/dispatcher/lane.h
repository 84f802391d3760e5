// Lane: one thread that delivers its share of one destination's events, in order, one batch at a
// time.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "gateway/dispatcher/backoff.h"
#include "gateway/dispatcher/breaker.h"
#include "gateway/dispatcher/in_hand.h"
#include "gateway/dispatcher/lane_queue.h"
#include "gateway/dispatcher/outcome_book.h"
#include "gateway/dispatcher/shared.h"

namespace octroi::gateway {

// What the lanes of one destination share.
struct LaneDestination {
  std::uint16_t place = 0;
  std::string id;
  Breaker* breaker = nullptr;
  base::Gauge* pending = nullptr;
  base::Latency* attempts = nullptr;
  base::Latency* sent = nullptr;  // from receipt to the destination's yes, by the wall clock
};

class Lane final : SendStart {
 public:
  Lane(Shared& shared, LaneDestination destination, std::uint64_t seed);
  ~Lane() override;  // after the phase said stop: joins

  LaneQueue& queue() { return queue_; }
  void Start();
  void Wake();  // phase or plan changed
  void Join();

 private:
  using Items = std::span<InHand* const>;

  void Run();
  bool TakeBatch();  // false: draining
  // Attempts until each has a final outcome. False: stopping first.
  bool SendUntilFinal(Items items);
  // Where each event is a request of its own: one attempt with several under way at a time, at most
  // one of a person. What has no outcome then, or was not tried, is for SendUntilFinal. False:
  // stopping.
  bool SendAbreast(Items items);
  bool PrepareAbreast(Items items);  // fills leaving_ and abreast_; false: it is not worth it
  bool ConcludeAbreast(Breaker::Pass pass, std::span<const Receipt> receipts);
  // One attempt with what may still leave. Nothing: none of them may, or draining.
  std::optional<Receipt> Attempt(Items items);
  // Decides again for each and fills batch_ and leaving_. False: some became final, which took
  // time: once more.
  bool Prepare(Items items);
  struct Finals {  // what became final; those with the same outcome share a record
    std::vector<journal::OutcomeRecord> records;
    std::vector<InHand*> items;
    void Add(InHand* item, journal::OutcomeRecord record);
  };
  void Decide(Items items, Finals& finals);  // fills leaving_
  bool Protect(InHand& item, policies::ProtectedBatch& batch);
  bool Enter() override;
  void Leave() override;
  bool StillLeaving();  // whether the decisions would be the same now
  bool Retry(Backoff& backoff, Breaker::Pass pass, const Receipt& receipt);
  bool SendSingly();
  void UsePlanInForce();
  const DestinationPlan* Settings() const;  // in plan_; null: a hole
  bool OneByOne() const;                    // it takes one event a request
  bool SettingsChanged() const;

  journal::OutcomeRecord OutcomeOf(base::Outcome outcome, base::Reason reason) const;
  bool Conclude(Items items, base::Outcome outcome, base::Reason reason, const Receipt& receipt);
  bool Conclude(const std::vector<journal::OutcomeRecord>& outcomes, Items items);
  void Note(base::Reason reason, std::uint16_t http_status);
  // The table of random tokens did not answer: nothing of leaving_ may leave before it does.
  bool WaitForTokens();

  Shared& shared_;
  const LaneDestination destination_;
  LaneQueue queue_;
  OutcomeBook book_;
  std::mt19937_64 random_;
  std::thread thread_;

  PlanPtr plan_;  // of the current attempt
  std::unique_ptr<Sender> sender_;
  policies::ProtectedBatch batch_;
  std::vector<policies::ProtectedBatch> abreast_;  // of leaving_, one each
  std::vector<InHand> in_hand_;  // only grows; the first in_hand_count_ are in use
  std::size_t in_hand_count_ = 0;
  std::vector<QueuedItem> taken_;
  std::vector<InHand*> leaving_;   // of the current attempt: in batch_, or in abreast_
  bool unprotected_ = false;       // batch_ has no body: a token of leaving_ was not to be had
  std::uint32_t key_version_ = 0;  // of the current attempt's pseudonyms
  std::uint64_t decided_by_ = 0;   // the index's generation that those decisions saw
  SendGate::Place place_;
  std::int64_t noted_nanos_ = 0;  // when a retry was last journalled
};

}  // namespace octroi::gateway
