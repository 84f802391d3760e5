// The projector behind the journal: whatever it missed, and whatever failed meanwhile, the sums
// hold in the end.
#include "gateway/projector.h"

#include <gtest/gtest.h>

#include <thread>

#include "gateway/world.h"
#include "sender/rig.h"

namespace octroi::gateway {
namespace {

using base::Outcome;
using base::Reason;

constexpr base::Millis kNine = 1'795'251'600'000;  // 2026-11-21T09:00:00Z

std::string NamesOf(std::uint32_t) {
  return R"({"sources":["shop"],"contracts":["order@1"],"rules":{"order@1":["amount"]}})";
}

journal::EventRecord Event(Outcome outcome) {
  journal::EventRecord record;
  record.plan = 1;
  record.contract = 0;
  record.outcome = outcome;
  record.reason = outcome == Outcome::kAccepted ? Reason::kAccepted : Reason::kContractRequired;
  record.received = kNine;
  record.evaluated = 1;
  record.failed = outcome == Outcome::kAccepted ? 0 : 1;
  if (outcome != Outcome::kAccepted) return record;
  record.verdicts.resize(2);
  record.verdicts[0].allowed = true;
  record.verdicts[1].destination = 1;
  record.verdicts[1].reason = Reason::kConsentDenied;
  return record;
}

// A round: one event of each outcome; the accepted one goes to destination 0 and not to 1.
journal::FramePtr Round() {
  auto frame = std::make_shared<journal::Frame>();
  for (const Outcome outcome :
       {Outcome::kAccepted, Outcome::kRejected, Outcome::kQuarantined, Outcome::kMerged})
    frame->Add(Event(outcome));
  return frame;
}

journal::FramePtr Delivery(std::uint64_t sequence) {
  journal::OutcomeRecord record;
  record.plan = 1;
  record.outcome = Outcome::kSent;
  record.reason = Reason::kDelivered;
  record.at = kNine;
  record.attempt = 1;
  record.events = {sequence};
  auto frame = std::make_shared<journal::Frame>();
  frame->Add(record);
  return frame;
}

class ProjectorTest : public ::testing::Test {
 protected:
  ProjectorTest() { world_.Close(); }
  ~ProjectorTest() override { Stop(); }

  Projector::Parts Parts() {
    Projector::Parts parts;
    parts.store = &world_.store;
    parts.metrics = &world_.metrics;
    parts.names = NamesOf;
    parts.quiet = 1;
    parts.every = 4;
    return parts;
  }
  // Opens the journal with a projector that listens.
  void Begin(const std::function<void(Projector::Parts&)>& change = [](auto&) {}) {
    world_.Open({&listener_});
    Follow(change);
  }
  void Follow(const std::function<void(Projector::Parts&)>& change = [](auto&) {}) {
    auto parts = Parts();
    parts.journal = world_.journal.get();
    change(parts);
    projector_ = std::make_unique<Projector>(std::move(parts));
    listener_.to = projector_.get();
    projector_->Start();
  }
  void Stop() {
    if (world_.journal) world_.journal->Stop();
    listener_.to = nullptr;
    projector_.reset();
    world_.Close();
  }
  void Write(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      const std::uint64_t last = world_.Write(Round());
      world_.Write(Delivery(last - 3));
    }
    rounds_ += static_cast<std::uint64_t>(rounds);
  }
  bool CaughtUp() {
    const std::uint64_t last = world_.journal->durable_through();
    return Eventually([&] { return projector_->through() >= last; });
  }
  void ExpectSums() {
    const auto sums = world_.store.Sum();
    ASSERT_TRUE(sums);
    const std::uint64_t n = rounds_;
    const store::Totals::Source shop = {4 * n, n, n, n, n};
    const store::Totals::Destination first = {n, 0, n, 0, 0, 0}, second = {n, n, 0, 0, 0, 0};
    EXPECT_EQ(sums->sources, (decltype(sums->sources){{0, shop}}));
    EXPECT_EQ(sums->destinations, (decltype(sums->destinations){{0, first}, {1, second}}));
    const auto rules = world_.store.Rules();
    ASSERT_TRUE(rules);
    const std::map<store::RuleKey, store::RuleCount> counted = {
        {{kNine, "shop", "order@1", "amount"}, {4 * n, 3 * n, 0}}};
    EXPECT_EQ(*rules, counted);
  }

  World world_;
  LateListener listener_;
  std::uint64_t rounds_ = 0;
  std::unique_ptr<Projector> projector_;
};

TEST_F(ProjectorTest, FollowsTheJournal) {
  Begin();
  Write(20);
  EXPECT_TRUE(CaughtUp());
  ExpectSums();
}

TEST_F(ProjectorTest, CatchesUpAtStartWithWhatItNeverHeard) {
  world_.Open();
  Write(20);
  world_.Close();
  Begin();
  EXPECT_TRUE(CaughtUp());
  ExpectSums();
}

TEST_F(ProjectorTest, GoesOnWhereItStopped) {
  for (int start = 0; start < 3; ++start) {
    Begin();
    Write(5);
    EXPECT_TRUE(CaughtUp());
    Stop();
    world_.Open();
    Write(5);  // heard by nobody
    world_.Close();
  }
  Begin();
  EXPECT_TRUE(CaughtUp());
  ExpectSums();
}

TEST_F(ProjectorTest, WhatIsQueuedIsAppliedBeforeItEnds) {
  Begin([](auto& parts) { parts.quiet = parts.every = 3'600'000; });
  Write(5);
  Stop();
  ExpectSums();
}

TEST_F(ProjectorTest, AStoreThatIsDownForAWhileLosesNothing) {
  Begin();
  Write(3);
  ASSERT_TRUE(CaughtUp());
  world_.store.FailNext(2);
  Write(3);
  EXPECT_TRUE(CaughtUp());
  ExpectSums();  // the store answers again, so both failures were the projector's
}

TEST_F(ProjectorTest, AStoreThatIsDownAtStartLosesNothing) {
  Begin();
  Write(3);
  ASSERT_TRUE(CaughtUp());
  Stop();
  world_.store.FailNext(1);
  Begin();
  Write(3);
  EXPECT_TRUE(CaughtUp());
  ExpectSums();
}

TEST_F(ProjectorTest, AStoreThatDoesNotSayWhetherItAppliedIsAskedAndCountsNothingTwice) {
  Begin();
  Write(3);
  ASSERT_TRUE(CaughtUp());
  world_.store.DoubtNext();
  Write(3);
  EXPECT_TRUE(CaughtUp());
  ExpectSums();
}

TEST_F(ProjectorTest, AStoreThatStaysDownDoesNotKeepItFromEnding) {
  Begin();
  world_.store.SetDown(true);
  Write(3);
  Stop();
  world_.store.SetDown(false);
  Begin();
  EXPECT_TRUE(CaughtUp());
  ExpectSums();
}

TEST_F(ProjectorTest, AJournalThatCannotBeReadDoesNotKeepItFromEnding) {
  world_.Open({&listener_});
  Write(3);
  std::string& bytes = world_.disk.disk.Bytes("j/" + world_.DecisionFiles().front());
  const std::string sound = bytes;
  for (std::size_t at = 4096; at < bytes.size(); ++at) bytes[at] ^= 1;
  Follow();
  Stop();
  EXPECT_EQ(*world_.store.ProjectedThrough(), 0u);
  bytes = sound;
  Begin();
  EXPECT_TRUE(CaughtUp());
  ExpectSums();
}

struct QueueCase {
  std::size_t queue_bytes_max;  // nothing fits; a few frames do; all does
  std::size_t batch_events;
};
class QueueTest : public ProjectorTest, public ::testing::WithParamInterface<QueueCase> {};

// What does not fit is dropped and read from the journal: which of both an event came by must not
// show, whatever the threads did.
TEST_P(QueueTest, BeyondItsQueueItReadsTheJournalInstead) {
  Begin([](auto& parts) {
    parts.queue_bytes_max = GetParam().queue_bytes_max;
    parts.batch_events = GetParam().batch_events;
  });
  constexpr int kThreads = 3, kRounds = 40;
  std::vector<std::thread> writers;
  for (int t = 0; t < kThreads; ++t) {
    writers.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) world_.Write(Delivery(world_.Write(Round()) - 3));
    });
  }
  for (std::thread& writer : writers) writer.join();
  rounds_ = kThreads * kRounds;
  EXPECT_TRUE(CaughtUp());
  ExpectSums();
}

INSTANTIATE_TEST_SUITE_P(Queues, QueueTest,
                         ::testing::Values(QueueCase{0, 20'000}, QueueCase{0, 1},
                                           QueueCase{2'000, 20'000}, QueueCase{2'000, 1},
                                           QueueCase{64 << 20, 20'000}, QueueCase{64 << 20, 1}),
                         [](const auto& row) {
                           return "Bytes" + std::to_string(row.param.queue_bytes_max) + "Events" +
                                  std::to_string(row.param.batch_events);
                         });

TEST_F(ProjectorTest, RebuildingGivesTheSameSums) {
  Begin();
  Write(10);
  ASSERT_TRUE(CaughtUp());
  std::uint64_t said = 0;
  ASSERT_TRUE(Rebuild(*world_.journal, world_.store, NamesOf,
                      [&](std::uint64_t done, std::uint64_t) { said = done; }));
  EXPECT_EQ(said, world_.journal->durable_through());
  ExpectSums();
}

}  // namespace
}  // namespace octroi::gateway
