// The dispatcher when the plan changes under it, and what it shows of itself.
#include <gtest/gtest.h>

#include <latch>
#include <set>

#include "sender/dispatching.h"

namespace octroi::gateway {
namespace {

using Table = std::vector<std::string>;

TEST_F(DispatcherTest, ARemovedDestinationWithholdsWhatIsLeft) {
  DestinationPlan patient = BatchesOf(2);
  patient.first_wait = patient.longest_wait =
      86'400'000;  // only the change of plan can end this wait
  Begin(To(patient), [](auto& parts) { parts.lanes_per_destination = 1; });
  Grant("a");
  std::latch tried(1);
  sink_.script = [&](const Attempt&) {
    tried.count_down();
    return TryLater(503);
  };
  rig_.Admit(*plan(), {{1, "a"}, {2, "a"}, {3, "a"}});
  tried.wait();
  PlanOptions without = To(DestinationPlan{});
  without.number = 2;
  Use(without);
  dispatcher_->PlanChanged();
  Settle();
  EXPECT_EQ(Lines(), Table({"1 withheld destination.removed", "2 withheld destination.removed",
                            "3 withheld destination.removed"}));
  EXPECT_EQ(sink_.attempts().size(), 1u);
  EXPECT_EQ(rig_.Finals().at({1, 0})[0].plan, 2u);
}

TEST_F(DispatcherTest, AChangedDestinationIsUsedAtOnceAndANewOneGetsLanes) {
  DestinationPlan patient = BatchesOf(1);
  patient.first_wait = patient.longest_wait = 86'400'000;
  Begin(To(patient));
  Grant("a");
  std::latch tried(1);
  sink_.script = [&](const Attempt& attempt) {
    if (attempt.url != patient.url) return Delivered();
    tried.count_down();
    return TryLater(503);
  };
  rig_.Admit(*plan(), {{1, "a"}});
  tried.wait();
  DestinationPlan moved = BatchesOf(1);
  moved.url = "https://new.example/events";
  PlanOptions both = To(moved);
  both.destinations.push_back(DestinationNamed("ads"));
  Use(both);
  dispatcher_->PlanChanged();
  rig_.Admit(*plan(), {{2, "a"}});
  Settle();
  EXPECT_EQ(Lines().size(), 3u);
  std::set<std::string> urls;
  for (const Attempt& attempt : sink_.attempts()) urls.insert(attempt.url);
  EXPECT_EQ(urls, (std::set<std::string>{patient.url, moved.url, "https://ads.example/events"}));
}

// A template without a list has room for one event: also for a batch that was taken before it.
TEST_F(DispatcherTest, ABatchTakenUnderAnotherPlanGoesInPiecesOfTheNewSize) {
  DestinationPlan patient = BatchesOf(3);
  patient.batch_after = 60'000;
  patient.first_wait = patient.longest_wait = 86'400'000;
  Begin(To(patient), [](auto& parts) { parts.lanes_per_destination = 1; });
  Grant("a");
  std::latch tried(1);
  sink_.script = [&](const Attempt& attempt) {
    if (attempt.url != patient.url) return Delivered();
    tried.count_down();
    return TryLater(503);
  };
  rig_.Admit(*plan(), {{1, "a"}, {2, "a"}, {3, "a"}});
  tried.wait();
  DestinationPlan single = BatchesOf(1);
  single.url = "https://new.example/events";
  Use(To(single));
  dispatcher_->PlanChanged();
  Settle();
  std::vector<std::vector<std::uint64_t>> sent;
  for (const Attempt& attempt : sink_.attempts()) sent.push_back(attempt.numbers);
  EXPECT_EQ(sent, (std::vector<std::vector<std::uint64_t>>{{1, 2, 3}, {1}, {2}, {3}}));
}

TEST_F(DispatcherTest, PendingIsWhatHasNoOutcomeYet) {
  Begin(To(BatchesOf(1)), [](auto& parts) { parts.lanes_per_destination = 1; });
  Grant("a");
  std::latch go(1), sent(1);
  sink_.script = [&](const Attempt& attempt) {
    if (attempt.numbers == std::vector<std::uint64_t>{2}) {
      sent.count_down();
      go.wait();
    }
    return Delivered();
  };
  rig_.Admit(*plan(), {{1, "a"}, {2, "a"}, {3, "a"}});
  sent.wait();
  EXPECT_EQ(dispatcher_->pending(), 2u);
  EXPECT_EQ(rig_.number_of.at(dispatcher_->lowest_pending()), 2u);
  const std::string text = rig_.metrics.Render();
  EXPECT_NE(text.find("octroi_pending{destination=\"crm\"} 2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("octroi_breaker{destination=\"crm\"} 0\n"), std::string::npos) << text;
  go.count_down();
  Settle();
  const std::string after = rig_.metrics.Render();
  EXPECT_NE(after.find("octroi_deliveries_total{destination=\"crm\",outcome=\"sent\","
                       "reason=\"delivery.acknowledged\"} 3\n"),
            std::string::npos)
      << after;
  EXPECT_NE(after.find("octroi_delivery_attempt_seconds_count{destination=\"crm\"} 3\n"),
            std::string::npos)
      << after;
}

}  // namespace
}  // namespace octroi::gateway
