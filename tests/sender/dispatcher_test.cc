// What the dispatcher does with accepted events: the outcomes, one table a happening.
#include <gtest/gtest.h>

#include <latch>
#include <set>

#include "sender/dispatching.h"

namespace octroi::gateway {
namespace {

using Table = std::vector<std::string>;
using Numbers = std::vector<std::uint64_t>;

TEST_F(DispatcherTest, WhatIsAllowedIsSentAndNothingElse) {
  PlanOptions options = To(BatchesOf(3));
  options.destinations.push_back(DestinationNamed("emailing"));
  Begin(options);
  Grant("a");
  rig_.Consent("d", kMarketing, policies::ConsentState::kDenied);
  rig_.Admit(*plan(), {{1, "a"}, {2, "d"}, {3, "unknown"}, {4, ""}, {5, "a"}});
  Settle();
  std::set<std::pair<std::string, std::uint64_t>> sent;
  for (const Attempt& attempt : sink_.attempts()) {
    for (const std::uint64_t n : attempt.numbers) sent.emplace(attempt.destination, n);
  }
  EXPECT_EQ(sent, (std::set<std::pair<std::string, std::uint64_t>>{
                      {"crm", 1}, {"crm", 5}, {"emailing", 1}, {"emailing", 5}}));
  EXPECT_EQ(Lines(), Table({"1 sent delivery.acknowledged", "1 sent delivery.acknowledged",
                            "5 sent delivery.acknowledged", "5 sent delivery.acknowledged"}));
}

TEST_F(DispatcherTest, OutcomesSayHowItWent) {
  Begin(To(BatchesOf(2)));
  Grant("a");
  sink_.script = [&](const Attempt&) {
    return sink_.attempts().empty() ? TryLater(503) : Delivered();
  };
  rig_.Admit(*plan(), {{1, "a"}, {2, "a"}});
  Settle();
  rig_.Barrier();
  const auto outcomes = rig_.Outcomes();
  ASSERT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(outcomes[0].outcome, base::Outcome::kInFlight);
  EXPECT_EQ(outcomes[0].reason, base::Reason::kRetrying);
  EXPECT_EQ(outcomes[0].http_status, 503);
  EXPECT_EQ(outcomes[0].attempt, 1u);
  EXPECT_EQ(outcomes[1].outcome, base::Outcome::kSent);
  EXPECT_EQ(outcomes[1].http_status, 200);
  EXPECT_EQ(outcomes[1].attempt, 2u);
  EXPECT_EQ(outcomes[1].key_version, 1u);
  EXPECT_EQ(outcomes[1].plan, 1u);
  EXPECT_EQ(outcomes[1].events.size(), 2u);
}

TEST_F(DispatcherTest, ARetryCarriesTheSameKeyAndTheSameBytes) {
  Begin(To(BatchesOf(4)));
  Grant("a");
  sink_.script = [&](const Attempt&) {
    const std::uint16_t kStatus[] = {500, 429, 0};
    const std::size_t before = sink_.attempts().size();
    return before < 3 ? TryLater(kStatus[before]) : Delivered();
  };
  rig_.Admit(*plan(), {{1, "a"}, {2, "a"}, {3, "a"}});
  Settle();
  const auto attempts = sink_.attempts();
  ASSERT_EQ(attempts.size(), 4u);
  for (const Attempt& attempt : attempts) {
    EXPECT_EQ(attempt.key, attempts[0].key);
    EXPECT_EQ(attempt.body, attempts[0].body);
    EXPECT_EQ(attempt.numbers, (Numbers{1, 2, 3}));
  }
}

TEST_F(DispatcherTest, AWithdrawalWhileQueuedIsObeyed) {
  Begin(To(BatchesOf(1)), [](auto& parts) { parts.lanes_per_destination = 1; });
  Grant("a");
  Grant("b");
  std::latch admitted(1);
  sink_.script = [&](const Attempt& attempt) {
    admitted.wait();  // all three are queued now
    if (attempt.numbers == Numbers{1}) Withdraw("b");
    return Delivered();
  };
  rig_.Admit(*plan(), {{1, "a"}, {2, "b"}, {3, "a"}});
  admitted.count_down();
  Settle();
  EXPECT_EQ(Lines(), Table({"1 sent delivery.acknowledged", "2 withheld consent.withdrawn",
                            "3 sent delivery.acknowledged"}));
  for (const Attempt& attempt : sink_.attempts()) EXPECT_NE(attempt.numbers, Numbers{2});
}

TEST_F(DispatcherTest, AWithdrawalBetweenTwoAttemptsIsObeyed) {
  Begin(To(BatchesOf(3)), [](auto& parts) { parts.lanes_per_destination = 1; });
  Grant("a");
  Grant("b");
  sink_.script = [&](const Attempt& attempt) {
    if (attempt.numbers.size() < 3) return Delivered();
    Withdraw("b");
    return TryLater(500);
  };
  rig_.Admit(*plan(), {{1, "a"}, {2, "b"}, {3, "a"}});
  Settle();
  EXPECT_EQ(Lines(), Table({"1 sent delivery.acknowledged", "2 withheld consent.withdrawn",
                            "3 sent delivery.acknowledged"}));
  ASSERT_EQ(sink_.attempts().size(), 2u);
  EXPECT_EQ(sink_.attempts()[1].numbers, (Numbers{1, 3}));
}

// The narrowest moment: after the second decision, before the send. Whichever look at the plan it
// hits.
class LastLookTest : public DispatcherTest, public ::testing::WithParamInterface<int> {};

TEST_P(LastLookTest, AWithdrawalAfterTheSecondDecisionIsObeyed) {
  std::atomic<int> looks{0};
  std::atomic<bool> watching{false};
  on_plan = [&] {
    if (watching && ++looks == GetParam()) Withdraw("a");
  };
  Begin(To(BatchesOf(1)), [](auto& parts) { parts.lanes_per_destination = 1; });
  Grant("a");
  const journal::FramePtr frame = rig_.FrameOf(*plan(), {{1, "a"}});
  watching = true;  // the lane is idle: from here on it looks for this event only
  const auto appended = rig_.journal->Append(frame);
  ASSERT_TRUE(appended);
  rig_.number_of[*appended] = 1;
  Settle();
  watching = false;
  EXPECT_GE(looks, GetParam()) << "this look does not exist";
  EXPECT_TRUE(sink_.attempts().empty());
  EXPECT_EQ(Lines(), Table({"1 withheld consent.withdrawn"}));
}

// Taking the batch, the decision, the last look before the send.
INSTANTIATE_TEST_SUITE_P(EachLook, LastLookTest, ::testing::Values(1, 2, 3));

TEST_F(DispatcherTest, APurposeWithdrawnTakesItsFieldsAlong) {
  Begin(To(BatchesOf(1)));
  Grant("a");
  sink_.script = [&](const Attempt& attempt) {
    if (attempt.body.find("\"who\"") == std::string::npos) return Delivered();
    rig_.Consent("a", kStatistics, policies::ConsentState::kWithdrawn);
    return TryLater(500);
  };
  rig_.Admit(*plan(), {{1, "a"}});
  Settle();
  const auto attempts = sink_.attempts();
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_NE(attempts[0].body.find("statistics.audience"), std::string::npos);
  EXPECT_EQ(attempts[1].body.find("statistics.audience"), std::string::npos);
  EXPECT_EQ(attempts[1].body.find("\"who\""), std::string::npos);
}

TEST_F(DispatcherTest, APurposeGrantedSinceAdmissionDoesNotWidenIt) {
  Begin(To(BatchesOf(1)));
  rig_.Consent("a", kMarketing, policies::ConsentState::kGranted);
  const auto frame =
      rig_.FrameOf(*plan(), {{1, "a"}, {2, "b"}});  // decided: a for marketing, b for nothing
  Grant("a");
  Grant("b");
  const auto last = rig_.journal->Append(frame);
  ASSERT_TRUE(last);
  rig_.number_of = {{*last - 1, 1}, {*last, 2}};
  Settle();
  rig_.Barrier();
  ASSERT_EQ(sink_.attempts().size(), 1u);
  EXPECT_EQ(sink_.attempts()[0].numbers, Numbers{1});
  EXPECT_EQ(sink_.attempts()[0].body.find("\"who\""), std::string::npos);
}

TEST_F(DispatcherTest, OnePoisonedEventHarmsNoOther) {
  Begin(To(BatchesOf(10)), [](auto& parts) { parts.lanes_per_destination = 1; });
  Grant("a");
  sink_.script = [](const Attempt& attempt) {
    const auto& in = attempt.numbers;
    return std::find(in.begin(), in.end(), 4) != in.end() ? Refused(400) : Delivered();
  };
  std::vector<TestEvent> events;
  for (std::uint64_t n = 1; n <= 6; ++n) events.push_back({n, "a"});
  rig_.Admit(*plan(), events);
  Settle();
  EXPECT_EQ(Lines(), Table({"1 sent delivery.acknowledged", "2 sent delivery.acknowledged",
                            "3 sent delivery.acknowledged", "4 failed delivery.refused",
                            "5 sent delivery.acknowledged", "6 sent delivery.acknowledged"}));
  const auto finals = rig_.Finals();
  EXPECT_EQ(finals.at({4, 0})[0].http_status, 400);
  EXPECT_EQ(finals.at({4, 0})[0].attempt, 2u);
}

TEST_F(DispatcherTest, RetriesEndWithTheHorizonAndTheEventIsKept) {
  DestinationPlan destination = BatchesOf(2);
  destination.retry_for = 3'600'000;
  Begin(To(destination));
  Grant("a");
  sink_.script = [&](const Attempt&) {
    rig_.clock.Advance(1'500'000);
    return TryLater(0);
  };
  rig_.Admit(*plan(), {{1, "a"}, {2, "a"}});
  Settle();
  EXPECT_EQ(Lines(),
            Table({"1 failed delivery.retries_exhausted", "2 failed delivery.retries_exhausted"}));
  EXPECT_EQ(sink_.attempts().size(), 3u);
  for (const auto& [sequence, n] : rig_.number_of) {
    std::string payload;
    EXPECT_TRUE(rig_.journal->ReadPayload(sequence, payload)) << n;
  }
}

TEST_F(DispatcherTest, WhatCannotBeReadOrProtectedFails) {
  Begin(To(BatchesOf(3)));
  Grant("a");
  rig_.Admit(*plan(), {{1, "a", false}, {2, "a"}});
  Settle();
  EXPECT_EQ(Lines(), Table({"1 failed delivery.payload_gone", "2 sent delivery.acknowledged"}));
  PlanOptions formless = To(BatchesOf(3));
  formless.outgoing_form = false;
  Use(formless);
  dispatcher_->PlanChanged();
  rig_.Admit(*plan(), {{3, "a"}});
  Settle();
  EXPECT_EQ(Lines().at(2), "3 failed delivery.protect_failed");
}

// A failed delivery, once more: under the same event id, after what came since, decided again.
TEST_F(DispatcherTest, WhatFailedGoesOnceMoreWithTheSameIds) {
  Begin(To(BatchesOf(2)), [](auto& parts) { parts.lanes_per_destination = 1; });
  Grant("a");
  Grant("b");
  bool refusing = true;
  sink_.script = [&](const Attempt&) { return refusing ? Refused(410) : Delivered(); };
  rig_.Admit(*plan(), {{1, "a"}, {2, "a"}, {3, "b"}});
  Settle();
  refusing = false;
  rig_.Admit(*plan(), {{4, "a"}});
  Settle();
  Withdraw("b");

  std::map<std::uint64_t, std::uint64_t> sequence_of;
  for (const auto& [sequence, number] : rig_.number_of) sequence_of[number] = sequence;
  std::vector<Dispatcher::Again> again;
  journal::OutcomeRecord queued;
  queued.outcome = base::Outcome::kInFlight;
  queued.reason = base::Reason::kQueued;
  for (const std::uint64_t number : {1, 2, 3}) {
    Dispatcher::Again& one = again.emplace_back();
    one.sequence = sequence_of.at(number);
    one.attempts = 1;
    queued.events.push_back(one.sequence);
    ASSERT_TRUE(rig_.journal->Read(
        one.sequence, one.sequence,
        [&](std::uint64_t, std::string_view record) { one.record.assign(record); }));
  }
  const auto order = std::make_shared<journal::Frame>();
  order->Add(queued);
  const std::size_t before = sink_.attempts().size();
  const auto first = sink_.attempts().front();
  ASSERT_TRUE(dispatcher_->QueueAgain(0, again, order));
  Settle();
  const auto attempts = sink_.attempts();
  ASSERT_EQ(attempts.size(), before + 1);
  EXPECT_EQ(attempts.back().numbers, (Numbers{1, 2}));
  EXPECT_EQ(attempts.back().key, first.key);
  EXPECT_EQ(attempts.back().body, first.body);
  rig_.Barrier();
  const auto finals = rig_.Finals();
  for (const std::uint64_t number : {1, 2}) {
    ASSERT_EQ(finals.at({number, 0}).size(), 2u);
    EXPECT_EQ(finals.at({number, 0})[1].outcome, base::Outcome::kSent);
    EXPECT_GE(finals.at({number, 0})[1].attempt, 2u);
  }
  ASSERT_EQ(finals.at({3, 0}).size(), 2u);
  EXPECT_EQ(finals.at({3, 0})[1].outcome, base::Outcome::kWithheld);
  EXPECT_EQ(finals.at({3, 0})[1].reason, base::Reason::kConsentWithdrawn);
}

}  // namespace
}  // namespace octroi::gateway
