// What a restart reads out of the journal: duplicates stay duplicates.
#include "gateway/recovery.h"

#include <gtest/gtest.h>

#include "gateway/world.h"

namespace octroi::gateway {
namespace {

constexpr base::Millis kNow = 1'795'300'000'000;
constexpr base::Millis kWeek = 7 * 86'400'000LL;

std::string Encoded(const auto& record) {
  std::string out;
  Encode(record, out);
  return out;
}

journal::EventRecord Event(std::uint8_t message, base::Millis received) {
  journal::EventRecord record;
  record.received = received;
  record.body_digest = 3;
  record.message.fill(message);
  return record;
}

TEST(JournalRecovery, MessagesOfTheWindowAreRemembered) {
  SeenIndex seen;
  JournalRecovery recovery(seen, kNow - kWeek);
  recovery.Take(1, Encoded(Event(1, kNow - kWeek - 1)));
  recovery.Take(2, Encoded(Event(2, kNow - kWeek + 1)));
  journal::Fingerprint old{}, recent{};
  old.fill(1);
  recent.fill(2);
  EXPECT_EQ(seen.Reserve(old, 3, kNow, kWeek).kind, SeenIndex::Answer::Kind::kNew);
  const auto answer = seen.Reserve(recent, 3, kNow, kWeek);
  EXPECT_EQ(answer.kind, SeenIndex::Answer::Kind::kSeen);
  EXPECT_EQ(answer.sequence, 2u);
  EXPECT_EQ(seen.Reserve(recent, 5, kNow, kWeek).kind, SeenIndex::Answer::Kind::kConflict);
}

TEST(JournalRecovery, TheHighestPlanIsKnown) {
  SeenIndex seen;
  JournalRecovery recovery(seen, 0);
  EXPECT_EQ(recovery.last_plan().number, 0u);
  for (const std::uint32_t number : {1u, 4u, 3u}) {
    journal::PlanRecord plan;
    plan.number = number;
    recovery.Take(0, Encoded(plan));
  }
  EXPECT_EQ(recovery.last_plan().number, 4u);
}

// What was failed and is to be sent once more is taken up again; what was then sent is not.
class ReplayRecovery : public ::testing::Test {
 protected:
  static journal::OutcomeRecord Became(base::Outcome outcome, base::Reason reason,
                                       std::vector<std::uint64_t> events) {
    journal::OutcomeRecord record;
    record.outcome = outcome;
    record.reason = reason;
    record.attempt = 1;
    record.events = std::move(events);
    return record;
  }

  void SetUp() override {
    journal::EventRecord event = Event(0, kNow);
    event.outcome = base::Outcome::kAccepted;
    event.verdicts = {{0, true, base::Reason::kConsentGranted, 1, 0}};
    for (int i = 0; i < 3; ++i) Write(event);
    Write(Became(base::Outcome::kFailed, base::Reason::kRefusedByDestination, {1, 2, 3}));
  }

  std::uint64_t Write(const auto& record) {
    auto frame = std::make_shared<journal::Frame>();
    frame->Add(record);
    return world_.Write(frame);
  }

  // What a start after a crash now would take up.
  std::uint64_t TakenUp() {
    SeenIndex seen;
    JournalRecovery recovery(seen, 0);
    EXPECT_TRUE(world_.journal->Read(
        1, world_.journal->durable_through(),
        [&](std::uint64_t sequence, std::string_view record) { recovery.Take(sequence, record); }));
    SendGate gate;  // closed: nothing is sent
    Dispatcher::Parts parts;
    parts.journal = world_.journal.get();
    parts.index = world_.index.get();
    parts.clock = &world_.disk.clock;
    parts.metrics = &world_.metrics;
    parts.gate = &gate;
    parts.plan = [this] { return world_.plan; };
    Dispatcher dispatcher(std::move(parts));
    recovery.Requeue(dispatcher, *world_.journal);
    lowest_ = dispatcher.lowest_pending();
    return dispatcher.pending();
  }

  std::uint64_t Resendable() {
    SeenIndex seen;
    JournalRecovery recovery(seen, 0);
    EXPECT_TRUE(world_.journal->Read(
        1, world_.journal->durable_through(),
        [&](std::uint64_t sequence, std::string_view record) { recovery.Take(sequence, record); }));
    return recovery.Resendable(*world_.journal);
  }

  World world_;
  std::uint64_t lowest_ = 0;
};

// Ids must stay as long as it is not 0: a key that they come from may not be retired.
TEST_F(ReplayRecovery, WhatMayBeSentAgainIsCounted) {
  EXPECT_EQ(Resendable(), 0u) << "failed, and the payload is gone";
  journal::EventRecord event = Event(0, kNow);
  event.outcome = base::Outcome::kAccepted;
  event.has_payload = true;
  event.verdicts = {{0, true, base::Reason::kConsentGranted, 1, 0}};
  auto frame = std::make_shared<journal::Frame>();
  frame->Add(event);
  frame->AddPayload(0, journal::PayloadOf(1, 10));
  const std::uint64_t sequence = world_.Write(frame);
  EXPECT_EQ(Resendable(), 1u) << "on its way";
  Write(Became(base::Outcome::kInFlight, base::Reason::kRetrying, {sequence}));
  EXPECT_EQ(Resendable(), 1u);
  Write(Became(base::Outcome::kFailed, base::Reason::kRefusedByDestination, {sequence}));
  EXPECT_EQ(Resendable(), 1u) << "may be replayed";
  Write(Became(base::Outcome::kInFlight, base::Reason::kQueued, {sequence}));
  EXPECT_EQ(Resendable(), 1u) << "counted once";
  Write(Became(base::Outcome::kSent, base::Reason::kDelivered, {sequence}));
  EXPECT_EQ(Resendable(), 0u);
}

TEST_F(ReplayRecovery, WhatFailedIsLeftWhatIsReplayedIsTakenUpWhatWasSentIsNot) {
  EXPECT_EQ(TakenUp(), 0u);
  Write(Became(base::Outcome::kInFlight, base::Reason::kQueued, {2, 3}));
  EXPECT_EQ(TakenUp(), 2u);
  EXPECT_EQ(lowest_, 2u);
  Write(Became(base::Outcome::kSent, base::Reason::kDelivered, {2}));
  EXPECT_EQ(TakenUp(), 1u);
  EXPECT_EQ(lowest_, 3u);
  Write(Became(base::Outcome::kFailed, base::Reason::kRefusedByDestination, {3}));
  EXPECT_EQ(TakenUp(), 0u);
  Write(Became(base::Outcome::kInFlight, base::Reason::kQueued, {1, 3}));
  EXPECT_EQ(TakenUp(), 2u);
  EXPECT_EQ(lowest_, 1u);
}

TEST_F(ReplayRecovery, ARetryThatIsNotedOpensNothing) {
  Write(Became(base::Outcome::kInFlight, base::Reason::kRetrying, {1}));
  EXPECT_EQ(TakenUp(), 0u);
}

}  // namespace
}  // namespace octroi::gateway
