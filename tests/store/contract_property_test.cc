// Random outcome transitions: whatever happens, the counters are what a recount of the rows says,
// and both sums of promise 1 hold.
#include <random>

#include "contract.h"
#include "samples.h"
#include "store/projection.h"

namespace octroi::testing {
namespace {

using base::Outcome;
using base::Reason;
using store::Totals;

constexpr std::uint16_t kDestinations = 3;
constexpr Outcome kDeliveries[] = {Outcome::kSent, Outcome::kInFlight, Outcome::kWithheld,
                                   Outcome::kFailed, Outcome::kErased};

class Flow {
 public:
  explicit Flow(unsigned seed) : random_(seed) {}

  store::Projection Next() {
    store::Projection batch;
    for (int n = Below(20); n > 0; --n) batch.events.push_back(Event());
    for (int n = Below(30); n > 0; --n) {
      const auto sequence = static_cast<std::uint64_t>(Below(static_cast<int>(sequence_) + 3));
      batch.outcomes.push_back(
          {sequence, Delivery(static_cast<std::uint16_t>(Below(kDestinations + 1)))});
    }
    batch.through = ++sequence_;
    return batch;
  }
  std::uint64_t sequence() const { return sequence_; }

 private:
  int Below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  store::DeliveryState Delivery(std::uint16_t to) {
    return To(to, kDeliveries[Below(5)], static_cast<Reason>(64 + Below(5)), Below(1'000));
  }
  store::EventRow Event() {
    sequence_ += static_cast<std::uint64_t>(1 + Below(3));
    store::EventRow event =
        EventOf(sequence_, static_cast<Outcome>(1 + Below(4)), Reason::kAccepted);
    event.plan = static_cast<std::uint32_t>(1 + Below(2));
    event.source = static_cast<std::uint16_t>(Below(3));
    event.reason = static_cast<Reason>(1 + Below(4));
    if (event.outcome == Outcome::kAccepted) {
      for (std::uint16_t to = 0; to < kDestinations; ++to) event.deliveries.push_back(Delivery(to));
    }
    return event;
  }
  std::mt19937 random_;
  std::uint64_t sequence_ = 0;
};

std::map<std::uint32_t, Totals> Recount(store::Store& store, std::uint64_t last) {
  std::map<std::uint32_t, Totals> plans;
  for (std::uint64_t sequence = 1; sequence <= last; ++sequence) {
    const auto event = *store.Find(sequence);
    if (!event) continue;
    store::CountEvents(plans[event->plan], {event->source}, 1);
    store::CountEvents(plans[event->plan], {event->source, event->outcome, event->reason}, 1);
    for (const store::DeliveryState& to : event->deliveries) {
      store::CountDeliveries(plans[event->plan], {to.destination, to.outcome, to.reason}, 1);
    }
  }
  for (auto& [plan, totals] : plans) store::OfferAccepted(totals);
  return plans;
}

void ExpectBothSums(const Totals& totals) {
  for (const auto& [place, s] : totals.sources) {
    EXPECT_EQ(s.received, s.rejected + s.quarantined + s.merged + s.accepted) << "source " << place;
  }
  for (const auto& [place, d] : totals.destinations) {
    EXPECT_EQ(d.accepted, d.withheld + d.sent + d.in_flight + d.failed + d.erased)
        << "destination " << place;
  }
}

std::uint64_t Noted(store::Store& store, std::uint64_t last) {
  std::uint64_t noted = 0;
  for (std::uint64_t sequence = 1; sequence <= last; ++sequence) {
    const auto event = *store.Find(sequence);
    if (!event) continue;
    noted += event->outcome == Outcome::kQuarantined ? 1 : 0;
    for (const auto& to : event->deliveries) noted += to.outcome == Outcome::kFailed ? 1 : 0;
  }
  return noted;
}

class PropertyContract : public StoreContract {};
OCTROI_ON_EVERY_STORE(PropertyContract);

TEST_P(PropertyContract, SumsEqualARecountAfterAnyTransitions) {
  int refused = 0, applied = 0;
  for (const unsigned seed : {1u, 2u, 20261121u}) {
    ASSERT_TRUE(IsOk(store().Clear()));
    Flow flow(seed);
    for (int round = 0; round < 60; ++round) {
      store::Projection batch = flow.Next();
      if (base::Status status = store().Apply(batch); !status) {
        // Some outcome would change a final one: the whole batch is refused. Its events still come.
        ASSERT_EQ(status.error().code, base::ErrorCode::kInvalid);
        ++refused;
        std::erase_if(batch.outcomes, [&](const auto& update) {
          const auto event = *store().Find(update.sequence);
          return !event || event->deliveries.size() <= update.state.destination ||
                 (event->deliveries[update.state.destination].outcome != Outcome::kInFlight &&
                  event->deliveries[update.state.destination].outcome != Outcome::kFailed);
        });
        std::map<std::pair<std::uint64_t, std::uint16_t>, int> once;
        std::erase_if(batch.outcomes, [&](const auto& update) {
          return once[{update.sequence, update.state.destination}]++ > 0;
        });
        ASSERT_TRUE(IsOk(store().Apply(batch))) << "seed " << seed << " round " << round;
      }
      ++applied;
    }
    Reopen();
    const auto plans = store().SumByPlan();
    ASSERT_TRUE(IsOk(plans));
    EXPECT_EQ(*plans, Recount(store(), flow.sequence())) << "seed " << seed;
    EXPECT_EQ(store().NeedAttention(1'000'000)->size(), Noted(store(), flow.sequence()));
    for (const auto& [plan, totals] : *plans) ExpectBothSums(totals);
    ExpectBothSums(*store().Sum());
  }
  EXPECT_GT(refused, 10);
  EXPECT_EQ(applied, 180);
}

}  // namespace
}  // namespace octroi::testing
