// What may go, and when. GDPR 5(1)(e): nothing is kept longer than its time; and what was decided
// can be proved until its time is over.
#include "gateway/housekeeper.h"

#include <gtest/gtest.h>

#include "journal/harness.h"
#include "sender/dispatching.h"
#include "support/fake_store.h"

namespace octroi::gateway {
namespace {

constexpr base::Millis kDay = 86'400'000;
constexpr base::Millis kKeepFailed = 14 * kDay;
constexpr base::Millis kKeepDecisions = 390 * kDay;
constexpr base::Millis kSeenFor = 7 * kDay;

class HousekeeperTest : public DispatcherTest {
 protected:
  void TearDown() override {
    if (dispatcher_) dispatcher_->Drain(10'000);
    if (rig_.journal) rig_.journal->Stop();
    housekeeper_.reset();
    projector_.reset();
  }
  void Begin(bool projects) {
    rig_.segment_bytes = 64 * 1024;
    before_start = [this] {
      projector_ = std::make_unique<Projector>(
          Projector::Parts{rig_.journal.get(), &store_, &rig_.metrics,
                           [](std::uint32_t) { return std::string(); }, /*quiet=*/1, /*every=*/5});
      rig_.journal->Listen(projector_.get());
    };
    DestinationPlan crm = DestinationNamed("crm");
    crm.retry_for = crm.keep_for = 10'000 * kDay;  // what is pending stays pending
    DispatcherTest::Begin(To(crm));
    if (projects) projector_->Start();
    housekeeper_ = std::make_unique<Housekeeper>(
        Housekeeper::Parts{rig_.journal.get(), &store_, dispatcher_.get(), projector_.get(), &seen_,
                           &rig_.clock, [this] { return kept_; }, /*every=*/1, kSeenFor});
  }

  static PlanPtr Kept() {
    auto plan = std::make_shared<Plan>();
    plan->keep_failed = kKeepFailed;
    plan->keep_decisions = kKeepDecisions;
    return plan;
  }
  std::uint64_t Append(const journal::FramePtr& frame) const {
    EXPECT_TRUE(Eventually([&] { return static_cast<bool>(rig_.journal->Append(frame)); }));
    rig_.journal->WaitDurable(frame->last_sequence());
    return frame->last_sequence();
  }
  // One event with a payload that goes nowhere.
  std::uint64_t AppendEvent(base::Outcome outcome, std::size_t payload_bytes) const {
    journal::EventRecord record;
    record.outcome = outcome;
    record.reason = base::Reason::kAccepted;
    record.received = rig_.clock.WallNow();
    record.has_payload = true;
    auto frame = std::make_shared<journal::Frame>();
    frame->Add(record);
    frame->AddPayload(0, journal::PayloadOf(1, payload_bytes));
    return Append(frame);
  }
  std::vector<journal::SegmentInfo> Segments(bool payload) const {
    std::vector<journal::SegmentInfo> found;
    for (const journal::SegmentInfo& segment : rig_.journal->Segments()) {
      if (segment.payload == payload) found.push_back(segment);
    }
    return found;
  }
  void ClosePayloadSegment() const {
    const std::string open = Segments(true).back().name;
    while (Segments(true).back().name == open) AppendEvent(base::Outcome::kAccepted, 20'000);
  }
  // Writes one record today, then goes on until a new segment begins: at the end of the same day.
  void CloseDecisionSegment() const {
    const std::string open = Segments(false).back().name;
    while (Segments(false).back().name == open) AppendDecision();
  }
  std::uint64_t AppendDecision() const {
    journal::ConsentRecord record;
    record.detail.assign(20'000, 'd');
    auto frame = std::make_shared<journal::Frame>();
    frame->Add(record);
    return Append(frame);
  }
  // All that was appended: an outcome is, before it is durable, when nothing is pending any more.
  void WaitProjected() const {
    rig_.Barrier();
    const std::uint64_t last = rig_.journal->durable_through();
    ASSERT_TRUE(Eventually([&] { return projector_->through() >= last; }));
  }
  bool HasPayload(std::uint64_t sequence) const {
    std::string payload;
    return static_cast<bool>(rig_.journal->ReadPayload(sequence, payload));
  }
  bool HasDecision(std::uint64_t sequence) const {
    bool found = false;
    EXPECT_TRUE(rig_.journal->Read(sequence, sequence,
                                   [&](std::uint64_t at, auto) { found |= at == sequence; }));
    return found;
  }

  testing::FakeStore store_;
  SeenIndex seen_;
  PlanPtr kept_ = Kept();
  std::unique_ptr<Projector> projector_;
  std::unique_ptr<Housekeeper> housekeeper_;
};

enum class What { kDelivered, kWithheld, kRetried, kRefused, kQuarantined, kRejected, kMerged };

struct PayloadCase {
  const char* name;
  What event;
  int days_later;
  bool projected, store_answers, gone;
};

void PrintTo(const PayloadCase& row, std::ostream* out) { *out << row.name; }

class PayloadTest : public HousekeeperTest, public ::testing::WithParamInterface<PayloadCase> {
 protected:
  std::uint64_t Event() {
    const What event = GetParam().event;
    if (event == What::kQuarantined) return AppendEvent(base::Outcome::kQuarantined, 100);
    if (event == What::kRejected) return AppendEvent(base::Outcome::kRejected, 100);
    if (event == What::kMerged) return AppendEvent(base::Outcome::kMerged, 100);
    if (event != What::kWithheld) Grant("reader");
    if (event == What::kRetried) sink_.script = [](const Attempt&) { return TryLater(503); };
    if (event == What::kRefused) sink_.script = [](const Attempt&) { return Refused(422); };
    return rig_.Admit(*plan(), {{1, "reader"}});
  }
};

TEST_P(PayloadTest, Goes) {
  const PayloadCase& row = GetParam();
  Begin(row.projected);
  const std::uint64_t sequence = Event();
  ClosePayloadSegment();
  const std::uint64_t pending = row.event == What::kRetried ? 1 : 0;
  ASSERT_TRUE(Eventually([&] { return dispatcher_->pending() == pending; }));
  row.projected ? WaitProjected() : rig_.Barrier();
  ASSERT_TRUE(HasPayload(sequence));
  store_.SetDown(!row.store_answers);
  rig_.clock.Advance(row.days_later * kDay);
  housekeeper_->Sweep();
  EXPECT_EQ(HasPayload(sequence), !row.gone);
  EXPECT_TRUE(HasDecision(sequence)) << "what was decided is kept longer";
}

INSTANTIATE_TEST_SUITE_P(
    Retention, PayloadTest,
    ::testing::Values(
        PayloadCase{"DeliveredGoesAtOnce", What::kDelivered, 0, true, true, true},
        PayloadCase{"WithheldGoesAtOnce", What::kWithheld, 0, true, true, true},
        PayloadCase{"RejectedGoesAtOnce", What::kRejected, 0, true, true, true},
        PayloadCase{"MergedGoesAtOnce", What::kMerged, 0, true, true, true},
        PayloadCase{"OneDeliveryIsPending", What::kRetried, 0, true, true, false},
        PayloadCase{"OneDeliveryIsPendingForYears", What::kRetried, 900, true, true, false},
        PayloadCase{"NotProjected", What::kWithheld, 0, false, true, false},
        PayloadCase{"QuarantinedToday", What::kQuarantined, 0, true, true, false},
        PayloadCase{"QuarantinedWithinItsTime", What::kQuarantined, 13, true, true, false},
        PayloadCase{"QuarantinedAfterItsTime", What::kQuarantined, 15, true, true, true},
        PayloadCase{"FailedToday", What::kRefused, 0, true, true, false},
        PayloadCase{"FailedWithinItsTime", What::kRefused, 13, true, true, false},
        PayloadCase{"FailedAfterItsTime", What::kRefused, 15, true, true, true},
        PayloadCase{"TheStoreDoesNotAnswer", What::kDelivered, 0, true, false, false},
        PayloadCase{"TheStoreDoesNotAnswerForYears", What::kQuarantined, 900, true, false, false}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(HousekeeperTest, SettingTheClockAheadRemovesAndForgetsNothing) {
  Begin(true);
  const base::SteadyWall steady(rig_.clock);
  housekeeper_ = std::make_unique<Housekeeper>(
      Housekeeper::Parts{rig_.journal.get(), &store_, dispatcher_.get(), projector_.get(), &seen_,
                         &rig_.clock, [this] { return kept_; }, /*every=*/1, kSeenFor, &steady});
  const std::uint64_t sequence = AppendEvent(base::Outcome::kQuarantined, 100);
  ClosePayloadSegment();
  WaitProjected();
  seen_.Reserve({1}, 0, steady.Now(), kSeenFor);
  rig_.clock.SetWallAhead(400 * kDay);
  housekeeper_->Sweep();
  EXPECT_TRUE(HasPayload(sequence));
  EXPECT_EQ(seen_.entries(), 1u);
  rig_.clock.SetWallAhead(-400 * kDay);
  rig_.clock.Advance(400 * kDay);  // the time went by, and the clock is wrong: rather too long
  housekeeper_->Sweep();
  EXPECT_TRUE(HasPayload(sequence));
  rig_.clock.SetWallAhead(0);
  housekeeper_->Sweep();
  EXPECT_FALSE(HasPayload(sequence));
  EXPECT_EQ(seen_.entries(), 0u);
}

TEST_F(HousekeeperTest, PendingGoesOnceItIsDelivered) {
  Begin(true);
  Grant("reader");
  std::atomic<bool> up{false};
  sink_.script = [&](const Attempt&) { return up ? Delivered() : TryLater(503); };
  const std::uint64_t sequence = rig_.Admit(*plan(), {{1, "reader"}});
  ClosePayloadSegment();
  WaitProjected();
  housekeeper_->Sweep();
  EXPECT_TRUE(HasPayload(sequence));
  up = true;
  Settle();
  WaitProjected();
  housekeeper_->Sweep();
  EXPECT_FALSE(HasPayload(sequence));
}

TEST_F(HousekeeperTest, TheOpenPayloadSegmentNeverGoes) {
  Begin(true);
  const std::uint64_t sequence = AppendEvent(base::Outcome::kRejected, 100);
  WaitProjected();
  rig_.clock.Advance(900 * kDay);
  housekeeper_->Sweep();
  EXPECT_TRUE(HasPayload(sequence));
}

struct DecisionCase {
  const char* name;
  std::vector<int> days_between;  // one full segment, then so many days, and so on; then today
  std::size_t remain;             // of the closed ones
};

void PrintTo(const DecisionCase& row, std::ostream* out) { *out << row.name; }

class DecisionTest : public HousekeeperTest, public ::testing::WithParamInterface<DecisionCase> {};

// A segment holds decisions from when it was begun until the next one was: its age is its newest
// decision's. None goes before an older one, also where the clock was set back: the sequences would
// have a gap, and the journal could not be read through.
TEST_P(DecisionTest, GoAfterTheirTimeFromTheOldestOn) {
  const DecisionCase& row = GetParam();
  Begin(true);
  for (const int days : row.days_between) {
    CloseDecisionSegment();
    rig_.clock.Advance(days * kDay);
  }
  ASSERT_EQ(Segments(false).size(), row.days_between.size() + 1);
  WaitProjected();
  housekeeper_->Sweep();
  EXPECT_EQ(Segments(false).size(), row.remain + 1);
}

INSTANTIATE_TEST_SUITE_P(
    Retention, DecisionTest,
    ::testing::Values(DecisionCase{"OfToday", {0, 0}, 2}, DecisionCase{"AYearOld", {0, 365}, 2},
                      DecisionCase{"OnTheLastDayOfTheirTime", {0, 389}, 2},
                      DecisionCase{"OnTheDayAfter", {0, 391}, 0},
                      DecisionCase{"TheFirstIsOverTheSecondIsNot", {200, 200}, 1},
                      DecisionCase{"BegunLongAgoInUseUntilAMonthAgo", {500, 30}, 1},
                      DecisionCase{"TheThirdIsOverTheSecondIsNot", {500, -500, 391}, 2}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(HousekeeperTest, TheOpenDecisionSegmentNeverGoes) {
  Begin(true);
  const std::uint64_t sequence = AppendDecision();
  WaitProjected();
  rig_.clock.Advance(3'000 * kDay);
  housekeeper_->Sweep();
  EXPECT_TRUE(HasDecision(sequence));
}

TEST_F(HousekeeperTest, DecisionsNotProjectedStay) {
  Begin(false);
  CloseDecisionSegment();
  rig_.clock.Advance(900 * kDay);
  housekeeper_->Sweep();
  EXPECT_EQ(Segments(false).size(), 2u);
}

TEST_F(HousekeeperTest, DecisionsFromAPendingDeliveryOnStay) {
  Begin(true);
  Grant("reader");
  std::atomic<bool> up{false};
  sink_.script = [&](const Attempt&) { return up ? Delivered() : TryLater(503); };
  rig_.Admit(*plan(), {{1, "reader"}});
  for (int i = 0; i < 3; ++i) CloseDecisionSegment();
  rig_.clock.Advance(900 * kDay);
  WaitProjected();
  housekeeper_->Sweep();
  EXPECT_GE(Segments(false).size(), 4u);
  EXPECT_TRUE(HasDecision(1));
  up = true;
  Settle();
  WaitProjected();
  housekeeper_->Sweep();
  EXPECT_FALSE(HasDecision(1));
}

TEST_F(HousekeeperTest, SeenMessagesAreForgottenAfterTheirWindow) {
  Begin(true);
  const base::Millis now = rig_.clock.WallNow();
  seen_.Reserve({1}, 1, now, kSeenFor);
  rig_.clock.Advance(kSeenFor - 60'000);
  housekeeper_->Sweep();
  EXPECT_EQ(seen_.entries(), 1u);
  rig_.clock.Advance(120'000);
  housekeeper_->Sweep();
  EXPECT_EQ(seen_.entries(), 0u);
}

TEST_F(HousekeeperTest, ItGoesRoundByItself) {
  Begin(true);
  const std::uint64_t sequence = AppendEvent(base::Outcome::kRejected, 100);
  ClosePayloadSegment();
  housekeeper_->Start();
  EXPECT_TRUE(Eventually([&] { return !HasPayload(sequence); }));
}

}  // namespace
}  // namespace octroi::gateway
