#include "journal/journal.h"

#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "harness.h"

namespace octroi::journal {
namespace {

struct Collector final : DurableListener {
  std::vector<std::uint64_t> sequences;
  std::uint64_t through = 0;
  void OnDurable(const std::vector<FramePtr>& frames, const Ticket& ticket) override {
    for (const FramePtr& frame : frames) {
      for (std::uint64_t s = frame->first_sequence; s <= frame->last_sequence(); ++s)
        sequences.push_back(s);
    }
    through = ticket.through();
  }
};

TEST(Journal, GivesSequencesInOrderAndTellsListenersInOrder) {
  Harness h;
  Collector collector;
  {
    auto journal = h.Open();
    ASSERT_TRUE(journal) << journal.error().detail;
    (*journal)->Listen(&collector);
    (*journal)->Start();
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) {
          auto last = (*journal)->Append(FrameOf(i, 100));
          while (!last) last = (*journal)->Append(FrameOf(i, 100));
          (*journal)->WaitDurable(*last);
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ((*journal)->durable_through(), 800u);
  }
  ASSERT_EQ(collector.sequences.size(), 800u);
  for (std::size_t i = 0; i < 800; ++i) EXPECT_EQ(collector.sequences[i], i + 1);
  EXPECT_EQ(collector.through, 800u);
}

// Zeros written ahead make a small commit cheap; a large one gains nothing by them.
TEST(Journal, WritesZerosAheadOnlyWhereCommitsAreSmall) {
  struct Row {
    const char* commits;
    std::size_t payload_bytes;
    int count;
    bool allocates;
  };
  for (const Row& row : {Row{"small", 1000, 4000, false}, Row{"large", 700 * 1000, 40, true}}) {
    Harness h;
    h.segment_bytes = 2 * 1024 * 1024;
    {
      auto journal = h.Open();
      ASSERT_TRUE(journal) << row.commits;
      (*journal)->Start();
      for (int i = 1; i <= row.count; ++i) {
        auto last = (*journal)->Append(FrameOf(i, row.payload_bytes));
        while (!last) last = (*journal)->Append(FrameOf(i, row.payload_bytes));
        (*journal)->WaitDurable(*last);
      }
      EXPECT_GT((*journal)->Segments().size(), 2u) << row.commits;
    }
    EXPECT_EQ(h.disk.allocated() > 0, row.allocates) << row.commits;
    auto journal = h.Open();
    ASSERT_TRUE(journal) << row.commits << ": " << journal.error().detail;
    std::string payload;
    ASSERT_TRUE((*journal)->ReadPayload(row.count, payload)) << row.commits;
    EXPECT_EQ(payload, PayloadOf(row.count, row.payload_bytes)) << row.commits;
  }
}

TEST(Journal, ReadsBackRecordsAndPayloadAcrossSegmentsAndRestarts) {
  Harness h;
  h.segment_bytes = 32 * 1024;
  std::string origin;
  {
    auto journal = h.Open();
    ASSERT_TRUE(journal);
    origin = (*journal)->origin();
    (*journal)->Start();
    for (int i = 1; i <= 300; ++i) {
      auto last = (*journal)->Append(FrameOf(i, 1000));
      while (!last) last = (*journal)->Append(FrameOf(i, 1000));
      (*journal)->WaitDurable(*last);
    }
    EXPECT_GT((*journal)->Segments().size(), 6u);
    std::string payload;
    ASSERT_TRUE((*journal)->ReadPayload(7, payload));
    EXPECT_EQ(payload, PayloadOf(7, 1000));
  }
  auto journal = h.Open();
  ASSERT_TRUE(journal) << journal.error().detail;
  EXPECT_EQ((*journal)->origin(), origin);
  EXPECT_EQ(h.recovered.size(), 300u);
  for (const std::uint64_t sequence : {1u, 2u, 150u, 299u, 300u}) {
    std::string payload;
    ASSERT_TRUE((*journal)->ReadPayload(sequence, payload)) << sequence;
    EXPECT_EQ(payload, PayloadOf(static_cast<std::int64_t>(sequence), 1000));
  }
  std::vector<std::uint64_t> read;
  ASSERT_TRUE((*journal)->Read(100, 200, [&](std::uint64_t s, std::string_view) {
    if (s != 0) read.push_back(s);
  }));
  ASSERT_EQ(read.size(), 101u);
  EXPECT_EQ(read.front(), 100u);
  EXPECT_EQ(read.back(), 200u);
}

TEST(Journal, RemovedPayloadIsUnavailableAndItsDecisionsStay) {
  Harness h;
  h.segment_bytes = 32 * 1024;
  auto journal = h.Open();
  ASSERT_TRUE(journal);
  (*journal)->Start();
  for (int i = 1; i <= 100; ++i) {
    auto last = (*journal)->Append(FrameOf(i, 1000));
    while (!last) last = (*journal)->Append(FrameOf(i, 1000));
    (*journal)->WaitDurable(*last);
  }
  SegmentInfo oldest;
  for (const SegmentInfo& info : (*journal)->Segments()) {
    if (info.payload && (oldest.name.empty() || info.name < oldest.name)) oldest = info;
  }
  ASSERT_TRUE((*journal)->Remove(oldest));
  EXPECT_FALSE(h.disk.Has("j/" + oldest.name));
  std::string payload;
  const auto gone = (*journal)->ReadPayload(1, payload);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, base::ErrorCode::kUnavailable);
  journal = h.Open();
  ASSERT_TRUE(journal) << journal.error().detail;
  EXPECT_EQ(h.recovered.size(), 100u);
}

TEST(Journal, NeverRemovesASegmentBeingWritten) {
  Harness h;
  auto journal = h.Open();
  ASSERT_TRUE(journal);
  for (const SegmentInfo& info : (*journal)->Segments()) EXPECT_FALSE((*journal)->Remove(info));
}

TEST(Journal, AFullDiskRefusesAppendsAndHealsWhenThereIsRoom) {
  Harness h;
  h.segment_bytes = 32 * 1024;
  auto journal = h.Open();
  ASSERT_TRUE(journal);
  h.disk.SetFull(true);  // before any spare is prepared
  (*journal)->Start();
  int accepted = 0;
  bool refused = false;
  std::uint64_t last_durable = 0;
  for (int i = 1; i <= 200 && !refused; ++i) {
    const auto last = (*journal)->Append(FrameOf(i, 1000));
    refused = !last;
    if (!last) {
      EXPECT_EQ(last.error().code, base::ErrorCode::kUnavailable);
      continue;
    }
    (*journal)->WaitDurable(*last);  // what was taken is always written
    last_durable = *last;
    ++accepted;
  }
  EXPECT_TRUE(refused);
  EXPECT_GT(accepted, 10);
  EXPECT_FALSE(h.fatal);
  h.disk.SetFull(false);
  auto last = (*journal)->Append(FrameOf(1, 1000));
  for (int tries = 0; !last && tries < 1000; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    last = (*journal)->Append(FrameOf(1, 1000));
  }
  ASSERT_TRUE(last);
  EXPECT_EQ(*last, last_durable + 1);
}

// Without payload: what a full disk leaves of the open decision segment is the only limit.
TEST(Journal, AFullDiskRefusesEventsThenOutcomesAndLastTheRegister) {
  Harness h;
  h.segment_bytes = 256 * 1024;
  auto journal = h.Open();
  ASSERT_TRUE(journal);
  h.disk.SetFull(true);
  (*journal)->Start();
  const auto taken_until_refused = [&](Claim claim) {
    int taken = 0;
    for (;; ++taken) {
      auto frame = std::make_shared<Frame>();
      frame->AddEncoded(std::string(400, '\1'));
      const auto last = (*journal)->Append(frame, claim);
      if (!last) {
        EXPECT_EQ(last.error().code, base::ErrorCode::kUnavailable);
        return taken;
      }
      (*journal)->WaitDurable(*last);
    }
  };
  EXPECT_GT(taken_until_refused(Claim::kEvents), 100);
  EXPECT_FALSE((*journal)->accepting());
  EXPECT_GT(taken_until_refused(Claim::kOutcomes), 10);
  EXPECT_EQ(taken_until_refused(Claim::kEvents), 0);
  EXPECT_GT(taken_until_refused(Claim::kRegister), 10);
  EXPECT_EQ(taken_until_refused(Claim::kOutcomes), 0);
  EXPECT_FALSE(h.fatal);
}

TEST(Journal, AFailedSyncIsFatalAndNothingIsAcknowledgedAfterIt) {
  Harness h;
  auto journal = h.Open();
  ASSERT_TRUE(journal);
  (*journal)->Start();
  const auto first = (*journal)->Append(FrameOf(1, 10));
  ASSERT_TRUE(first);
  (*journal)->WaitDurable(*first);
  std::this_thread::sleep_for(
      std::chrono::milliseconds(50));  // let the preparer finish: it fails quietly
  h.disk.FailAfter(0);
  ASSERT_TRUE((*journal)->Append(FrameOf(2, 10)));
  while (!h.fatal) std::this_thread::yield();
  EXPECT_EQ((*journal)->durable_through(), *first);
  EXPECT_FALSE((*journal)->Append(FrameOf(3, 10)));
}

TEST(Journal, ARequestLargerThanHalfASegmentIsRefused) {
  Harness h;
  auto journal = h.Open();
  ASSERT_TRUE(journal);
  const auto refused = (*journal)->Append(FrameOf(1, 40 * 1024));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::kTooLarge);
}

TEST(Journal, EachDecisionSegmentBeginsWithThePlanInForce) {
  Harness h;
  h.segment_bytes = 16 * 1024;
  {
    auto journal = h.Open();
    ASSERT_TRUE(journal);
    PlanRecord plan;
    plan.number = 9;
    plan.tenant = "test";
    (*journal)->SetPlan(plan);
    (*journal)->Start();
    for (int i = 1; i <= 300; ++i) {
      auto last = (*journal)->Append(FrameOf(i, 0));
      while (!last) last = (*journal)->Append(FrameOf(i, 0));
      (*journal)->WaitDurable(*last);
    }
  }
  int heads = 0;
  auto journal = Journal::Open(
      {&h.disk, &h.clock, h.keys.get(), "j", h.segment_bytes, base::kPendingBytesMax, {}},
      [&](std::uint64_t sequence, std::string_view record) {
        if (sequence != 0) return;
        PlanRecord plan;
        ASSERT_TRUE(Decode(record, plan));
        EXPECT_EQ(plan.number, 9u);
        ++heads;
      });
  ASSERT_TRUE(journal) << journal.error().detail;
  EXPECT_GT(heads, 1);
}

}  // namespace
}  // namespace octroi::journal
