// What the gateway says of each event, by what its destination does: the dispatcher on each sender.
#include <algorithm>
#include <set>

#include "sender/contract.h"
#include "sender/dispatching.h"

namespace octroi::gateway {
namespace {

using Table = std::vector<std::string>;

class DeliveryContract : public DispatcherTest,
                         public ::testing::WithParamInterface<DestinationKind> {
 protected:
  // Admits events 1, kUnwanted and 3 to a destination in this mood.
  void BeginWith(Mood mood, base::Millis answer_within = 20'000) {
    there_->Set(mood);
    DestinationPlan plan = there_->Plan();
    plan.batch_up_to = 3;
    plan.answer_within = answer_within;
    Begin(octroi::gateway::To(plan), [&](Dispatcher::Parts& parts) {
      parts.make_sender = SendersOn(there_->Disk(), rig_.clock);
      parts.lanes_per_destination = 1;
    });
    Grant(kPrivate);
    rig_.Admit(*this->plan(), {{1, kPrivate}, {kUnwanted, kPrivate}, {3, kPrivate}});
  }
  // Attempts failed, and that is on the journal.
  bool Retried() {
    return Eventually([&] {
      const auto outcomes = rig_.Outcomes();
      return std::ranges::any_of(outcomes, [](const auto& outcome) {
        return outcome.outcome == base::Outcome::kInFlight &&
               outcome.reason == base::Reason::kRetrying;
      });
    });
  }
  std::size_t Taken() {
    std::set<std::string> ids;
    for (const auto& taken : there_->Took()) ids.insert(taken.ids.begin(), taken.ids.end());
    return ids.size();
  }
  ~DeliveryContract() override { End(); }

  const std::unique_ptr<Destination> there_ = GetParam().make();
  LogReader log_;
  const Table all_sent_ = {"1 sent delivery.acknowledged", "3 sent delivery.acknowledged",
                           "4711 sent delivery.acknowledged"};
};
OCTROI_ON_EVERY_DESTINATION(DeliveryContract);

TEST_P(DeliveryContract, WhatIsTakenIsSent) {
  BeginWith(Mood::kWell);
  Settle();
  EXPECT_EQ(Lines(), all_sent_);
  EXPECT_EQ(Taken(), 3u);
  EXPECT_NE(
      rig_.metrics.Render().find("octroi_delivery_sent_seconds_count{destination=\"crm\"} 3\n"),
      std::string::npos);
}

TEST_P(DeliveryContract, WhatIsRefusedFailsAloneAndTheOthersAreSent) {
  if (!there_->Has(Mood::kRefusesOne)) GTEST_SKIP() << "it takes everything";
  BeginWith(Mood::kRefusesOne);
  Settle();
  EXPECT_EQ(Lines(), Table({"1 sent delivery.acknowledged", "3 sent delivery.acknowledged",
                            "4711 failed delivery.refused"}));
  EXPECT_EQ(Taken(), 2u);
}

TEST_P(DeliveryContract, WhatIsGoneIsInFlightUntilItIsBack) {
  BeginWith(Mood::kGone);
  ASSERT_TRUE(Retried());
  EXPECT_EQ(Lines(), Table());
  EXPECT_EQ(dispatcher_->pending(), 3u);
  EXPECT_EQ(Taken(), 0u);
  there_->Set(Mood::kWell);
  Settle();
  EXPECT_EQ(Lines(), all_sent_);
  EXPECT_EQ(Taken(), 3u);
}

TEST_P(DeliveryContract, AnAnswerThatIsLostDoesNotLoseTheEvent) {
  BeginWith(Mood::kLosesOne);
  if (GetParam().name == "File") {  // a disk that fails goes on failing
    ASSERT_TRUE(Retried());
    there_->Set(Mood::kWell);
  }
  Settle();
  EXPECT_EQ(Lines(), all_sent_);
  EXPECT_EQ(Taken(), 3u);
}

// Neither silence nor absence holds a stop up; what was under way is taken up at the next start.
TEST_P(DeliveryContract, AStopIsNotHeldUp) {
  BeginWith(there_->Has(Mood::kSilent) ? Mood::kSilent : Mood::kGone, 300);
  ASSERT_TRUE(Retried());
  dispatcher_->Drain(10'000);
  EXPECT_EQ(Lines(), Table());
  EXPECT_EQ(dispatcher_->pending(), 3u);
}

}  // namespace
}  // namespace octroi::gateway
