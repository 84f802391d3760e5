// What waits for an answer: nothing of it leaves before a new durable decision, nothing is lost,
// and it does not wait for ever.
#include "gateway/hold_desk.h"

#include <gtest/gtest.h>

#include "gateway/housekeeper.h"
#include "gateway/recovery.h"
#include "journal/harness.h"
#include "sender/dispatching.h"
#include "support/fake_store.h"

namespace octroi::gateway {
namespace {

using policies::ConsentState;
using Words = std::vector<std::string>;
using Numbers = std::vector<std::uint64_t>;

constexpr base::Millis kHour = 3'600'000;

class HoldDeskTest : public DispatcherTest {
 protected:
  ~HoldDeskTest() override { End(); }
  static PlanOptions Holding(base::Millis hold_for = kHour, std::uint32_t number = 1) {
    PlanOptions options = To(BatchesOf(10));
    options.hold_for = hold_for;
    options.number = number;
    return options;
  }
  void Begin(const PlanOptions& options = Holding()) {
    before_start = [this] { Listen(); };
    DispatcherTest::Begin(options);
  }
  void Listen() {
    HoldDesk::Parts parts{rig_.journal.get(), &rig_.index,   dispatcher_.get(),
                          &rig_.clock,        &rig_.metrics, [this] { return plan(); }};
    parts.records_max = 3;
    desk_ = std::make_unique<HoldDesk>(parts);
    rig_.journal->Listen(desk_.get());
    projector_ = std::make_unique<Projector>(
        Projector::Parts{rig_.journal.get(), &store_, &rig_.metrics,
                         [](std::uint32_t) { return std::string(); }, /*quiet=*/1, /*every=*/5});
    rig_.journal->Listen(projector_.get());
  }
  // As a process that ends and another that starts. `lease`: whether it may send.
  void Restart(bool lease = true) {
    End();
    JournalRecovery recovery(seen_, 0);
    rig_.OpenJournal({}, [&](std::uint64_t sequence, std::string_view record) {
      recovery.Take(sequence, record);
    });
    dispatcher_ = std::make_unique<Dispatcher>(PartsFor([&](Dispatcher::Parts& parts) {
      if (!lease) parts.gate = &closed_;
    }));
    rig_.journal->Listen(dispatcher_.get());
    Listen();
    rig_.StartJournal();
    recovery.Requeue(*dispatcher_, *rig_.journal);
    recovery.Hold(*desk_);
    dispatcher_->Start();
  }
  void End() {
    if (desk_) desk_->Stop();
    DispatcherTest::End();
    desk_.reset();
    projector_.reset();
  }
  void Answer(const std::string& who, ConsentState state) {
    rig_.Consent(who, kMarketing, state);
    rig_.Consent(who, kStatistics, state);
  }
  // Rounds until nothing is due, and what they queued is delivered.
  void LookAndSettle() {
    rig_.Barrier();
    while (desk_->Look()) {
    }
    Settle();
  }
  Numbers Sent() const {
    Numbers numbers;
    for (const Attempt& attempt : sink_.attempts())
      numbers.insert(numbers.end(), attempt.numbers.begin(), attempt.numbers.end());
    return numbers;
  }
  bool Held() const { return desk_->AnyOf(0, UINT64_MAX); }

  SeenIndex seen_;
  testing::FakeStore store_;
  std::unique_ptr<HoldDesk> desk_;
  std::unique_ptr<Projector> projector_;
};

TEST_F(HoldDeskTest, NothingLeavesWhileNobodyAnswered) {
  Begin();
  rig_.Admit(*plan(), {{1, "ann"}});
  LookAndSettle();
  EXPECT_EQ(Sent(), Numbers{});
  EXPECT_EQ(Lines(), Words{});
  EXPECT_TRUE(Held());
  EXPECT_EQ(rig_.metrics.GaugeOf("octroi_held").value(), 1);
}

struct AnswerCase {
  const char* name;
  ConsentState answer;
  base::Millis after;
  const char* becomes;  // nothing: it is held still
};
void PrintTo(const AnswerCase& row, std::ostream* out) { *out << row.name; }
class AnswerTest : public HoldDeskTest, public ::testing::WithParamInterface<AnswerCase> {};

TEST_P(AnswerTest, Decides) {
  const AnswerCase& row = GetParam();
  Begin();
  rig_.Admit(*plan(), {{1, "ann"}});
  rig_.Barrier();
  rig_.clock.Advance(row.after);
  if (row.answer != ConsentState::kUnknown) Answer("ann", row.answer);
  Answer("bob", ConsentState::kGranted);  // is nobody's answer but his
  LookAndSettle();
  const std::string becomes = row.becomes;
  EXPECT_EQ(Lines(), becomes.empty() ? Words{} : Words{"1 " + becomes});
  EXPECT_EQ(Held(), becomes.empty());
  EXPECT_EQ(Sent(), becomes.starts_with("sent") ? Numbers{1} : Numbers{});
}

INSTANTIATE_TEST_SUITE_P(
    All, AnswerTest,
    ::testing::Values(
        AnswerCase{"Granted", ConsentState::kGranted, 0, "sent delivery.acknowledged"},
        AnswerCase{"Denied", ConsentState::kDenied, 0, "withheld consent.denied"},
        AnswerCase{"Withdrawn", ConsentState::kWithdrawn, 0, "withheld consent.withdrawn"},
        AnswerCase{"Objected", ConsentState::kObjected, 0, "withheld consent.objected"},
        AnswerCase{"Asked", ConsentState::kRequested, 0, ""},
        AnswerCase{"ToBeConfirmed", ConsentState::kPending, 0, ""},
        AnswerCase{"NothingYet", ConsentState::kUnknown, kHour - 60'000, ""},
        AnswerCase{"NothingInTime", ConsentState::kUnknown, kHour + 1'000, "withheld hold.expired"},
        AnswerCase{"OnlyAskedInTime", ConsentState::kRequested, kHour + 1'000,
                   "withheld hold.expired"},
        AnswerCase{"GrantedTooLateButBeforeItEnded", ConsentState::kGranted, kHour + 1'000,
                   "sent delivery.acknowledged"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(HoldDeskTest, ANewDurableDecisionStandsBeforeWhatWasSent) {
  Begin();
  const std::uint64_t sequence = rig_.Admit(*plan(), {{1, "ann"}});
  rig_.Barrier();
  Answer("ann", ConsentState::kGranted);
  LookAndSettle();
  rig_.Barrier();
  std::vector<std::string> order;
  ASSERT_TRUE(
      rig_.journal->Read(1, rig_.journal->durable_through(), [&](std::uint64_t, auto record) {
        journal::ReleaseRecord release;
        journal::OutcomeRecord outcome;
        if (Decode(record, release)) {
          ASSERT_EQ(release.events.size(), 1u);
          EXPECT_EQ(release.plan, 1u);
          EXPECT_EQ(release.events[0].sequence, sequence);
          EXPECT_EQ(release.events[0].reason, base::Reason::kConsentGranted);
          EXPECT_EQ(release.events[0].purposes, 3u);
          EXPECT_NE(release.events[0].consent, 0u);
          order.emplace_back("released");
        } else if (Decode(record, outcome)) {
          EXPECT_EQ(outcome.events, Numbers{sequence});
          order.emplace_back(base::Name(outcome.reason));
        }
      }));
  EXPECT_EQ(order, (Words{"released", "delivery.queued", "delivery.acknowledged"}));
}

TEST_F(HoldDeskTest, AGrantBetweenAdmissionAndDurabilityIsNotMissed) {
  Begin();
  const auto frame = rig_.FrameOf(*plan(), {{1, "ann"}});
  Answer("ann", ConsentState::kGranted);
  const auto appended = rig_.journal->Append(frame);
  ASSERT_TRUE(appended);
  rig_.number_of[*appended] = 1;
  LookAndSettle();
  EXPECT_EQ(Sent(), Numbers{1});
}

TEST_F(HoldDeskTest, WhatWasReleasedIsDecidedOnceMoreWhenItLeaves) {
  Begin();
  rig_.Admit(*plan(), {{1, "ann"}});
  rig_.Barrier();
  sink_.script = [&](const Attempt&) {
    Answer("ann", ConsentState::kWithdrawn);
    return TryLater(503);
  };
  Answer("ann", ConsentState::kGranted);
  LookAndSettle();
  EXPECT_EQ(Lines(), Words{"1 withheld consent.withdrawn"});
}

TEST_F(HoldDeskTest, ManyAreReleasedInOrder) {
  Begin();
  std::vector<TestEvent> events;
  Numbers all;
  for (std::uint64_t n = 1; n <= 1'700; ++n) {
    events.push_back({n, "ann"});
    all.push_back(n);
  }
  rig_.Admit(*plan(), events);
  LookAndSettle();
  EXPECT_EQ(Sent(), Numbers{});
  Answer("ann", ConsentState::kGranted);
  LookAndSettle();
  EXPECT_EQ(Sent(), all);
  EXPECT_FALSE(Held());
}

TEST_F(HoldDeskTest, ARestartTakesUpWhatIsHeld) {
  Begin();
  rig_.Admit(*plan(), {{1, "ann"}, {2, "bob"}, {3, "eve"}});
  rig_.Barrier();
  Answer("bob", ConsentState::kDenied);
  LookAndSettle();
  Restart();
  EXPECT_TRUE(Held());
  Answer("ann", ConsentState::kGranted);
  LookAndSettle();
  EXPECT_EQ(Sent(), Numbers{1});
  Restart();
  rig_.clock.Advance(2 * kHour);
  LookAndSettle();
  EXPECT_EQ(Lines(), (Words{"1 sent delivery.acknowledged", "2 withheld consent.denied",
                            "3 withheld hold.expired"}));
  EXPECT_EQ(Sent(), Numbers{1});
}

TEST_F(HoldDeskTest, ARestartSendsWhatWasReleasedAndNotSent) {
  Begin();
  rig_.Admit(*plan(), {{1, "ann"}});
  rig_.Barrier();
  Restart(/*lease=*/false);
  Answer("ann", ConsentState::kGranted);
  while (desk_->Look()) {
  }
  EXPECT_EQ(dispatcher_->pending(), 1u);
  Restart();
  EXPECT_FALSE(Held());
  LookAndSettle();
  EXPECT_EQ(Sent(), Numbers{1});
  EXPECT_EQ(Lines(), Words{"1 sent delivery.acknowledged"});
}

TEST_F(HoldDeskTest, APurposeThatNoLongerHoldsLetsGo) {
  Begin();
  rig_.Admit(*plan(), {{1, "ann"}});
  LookAndSettle();
  Use(Holding(0, 2));
  dispatcher_->PlanChanged();
  LookAndSettle();
  EXPECT_EQ(Lines(), Words{"1 withheld consent.unknown"});
}

TEST_F(HoldDeskTest, AGrantForAnotherPurposeDoesNotEndTheWait) {
  PlanOptions options = Holding();
  options.only_marketing_holds = true;
  Begin(options);
  rig_.Admit(*plan(), {{1, "ann"}, {2, "bob"}});
  rig_.Barrier();
  for (const char* who : {"ann", "bob"}) rig_.Consent(who, kStatistics, ConsentState::kGranted);
  LookAndSettle();
  EXPECT_EQ(Lines(), Words{});
  rig_.Consent("ann", kMarketing, ConsentState::kGranted);
  rig_.Consent("bob", kMarketing, ConsentState::kDenied);
  LookAndSettle();
  EXPECT_EQ(Lines(), (Words{"1 sent delivery.acknowledged", "2 withheld fields.none"}));
}

TEST_F(HoldDeskTest, WhatBecomesDurableUnderAPlanThatHoldsNothingIsNotForgotten) {
  Begin();
  desk_->PlanChanged();
  const auto frame = rig_.FrameOf(*plan(), {{1, "ann"}});
  Use(Holding(0, 2));
  desk_->PlanChanged();
  const auto appended = rig_.journal->Append(frame);
  ASSERT_TRUE(appended);
  rig_.number_of[*appended] = 1;
  LookAndSettle();
  EXPECT_EQ(Lines(), Words{"1 withheld consent.unknown"});
}

TEST_F(HoldDeskTest, ADestinationThatIsGoneLetsGo) {
  Begin();
  rig_.Admit(*plan(), {{1, "ann"}});
  LookAndSettle();
  PlanOptions gone = Holding(kHour, 2);
  gone.destinations[0].id.clear();
  Use(gone);
  dispatcher_->PlanChanged();
  LookAndSettle();
  EXPECT_EQ(Lines(), Words{"1 withheld destination.removed"});
}

TEST_F(HoldDeskTest, TheRoomIsBounded) {
  Begin();
  EXPECT_TRUE(desk_->HasRoom());
  rig_.Admit(*plan(), {{1, "ann"}, {2, "ann"}, {3, "ann"}});
  rig_.Barrier();
  EXPECT_FALSE(desk_->HasRoom());
  Answer("ann", ConsentState::kDenied);
  LookAndSettle();
  EXPECT_TRUE(desk_->HasRoom());
}

TEST_F(HoldDeskTest, WhatTheJournalCannotKeepEndsUnlessItMayLeave) {
  Begin();
  const std::uint64_t last = rig_.Admit(*plan(), {{1, "ann"}, {2, "bob"}, {3, "eve"}});
  rig_.Barrier();
  Answer("bob", ConsentState::kGranted);
  Answer("eve", ConsentState::kDenied);
  rig_.Admit(*plan(), {{4, "dan"}});
  rig_.Barrier();
  desk_->GiveUp(last);
  LookAndSettle();
  EXPECT_EQ(Lines(), (Words{"1 withheld hold.full", "2 sent delivery.acknowledged",
                            "3 withheld consent.denied"}));
  EXPECT_TRUE(Held());
}

TEST_F(HoldDeskTest, AJournalThatRefusesLosesNothing) {
  Begin();
  rig_.segment_bytes = 64 * 1024;
  rig_.Admit(*plan(), {{1, "ann"}, {2, "bob"}});
  rig_.Barrier();
  Answer("ann", ConsentState::kGranted);
  Answer("bob", ConsentState::kDenied);
  rig_.journal->Stop();
  EXPECT_FALSE(desk_->Look());
  EXPECT_TRUE(Held());
  Restart();
  LookAndSettle();
  EXPECT_EQ(Lines(), (Words{"1 sent delivery.acknowledged", "2 withheld consent.denied"}));
}

// Retention: a held record keeps its segment and its decision, until there are too many behind it.
TEST_F(HoldDeskTest, ItsPayloadStaysAsLongAsItIsHeld) {
  rig_.segment_bytes = 64 * 1024;
  Begin();
  projector_->Start();
  Housekeeper::Parts parts{rig_.journal.get(),       &store_, dispatcher_.get(),
                           projector_.get(),         &seen_,  &rig_.clock,
                           [this] { return plan(); }};
  parts.holds = desk_.get();
  parts.held_segments_max = 3;
  Housekeeper housekeeper(parts);
  const std::uint64_t held = rig_.Admit(*plan(), {{1, "ann"}});
  const auto fill = [&] {  // a payload segment more
    const auto count = [&] {
      return std::ranges::count(rig_.journal->Segments(), true, &journal::SegmentInfo::payload);
    };
    journal::EventRecord record;
    record.outcome = base::Outcome::kRejected;
    record.reason = base::Reason::kAccepted;
    record.received = rig_.clock.WallNow();
    record.has_payload = true;
    for (const auto before = count(); count() == before;) {
      auto frame = std::make_shared<journal::Frame>();
      frame->Add(record);
      frame->AddPayload(0, journal::PayloadOf(1, 20'000));
      ASSERT_TRUE(Eventually([&] { return static_cast<bool>(rig_.journal->Append(frame)); }));
      rig_.journal->WaitDurable(frame->last_sequence());
    }
  };
  const auto sweep = [&] {
    rig_.Barrier();
    const std::uint64_t last = rig_.journal->durable_through();
    ASSERT_TRUE(Eventually([&] { return projector_->through() >= last; }));
    housekeeper.Sweep();
    LookAndSettle();
  };
  std::string payload;
  fill();
  sweep();
  EXPECT_TRUE(rig_.journal->ReadPayload(held, payload));
  EXPECT_TRUE(Held());
  for (int more = 0; more < 3; ++more) fill();
  sweep();
  EXPECT_FALSE(Held());
  EXPECT_EQ(Lines(), Words{"1 withheld hold.full"});
  ASSERT_TRUE(Eventually([&] {
    sweep();
    return !rig_.journal->ReadPayload(held, payload);
  }));
}

}  // namespace
}  // namespace octroi::gateway
