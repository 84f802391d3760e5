// Crashes at every operation, tails torn by the sector, and damage in the middle.
#include <gtest/gtest.h>

#include <thread>

#include "harness.h"

namespace octroi::journal {
namespace {

// Appends frames one by one until the disk dies; returns the last sequence that was durable.
std::uint64_t AppendUntilDead(Harness& h, int frames) {
  auto journal = h.Open();
  if (!journal) return h.recovered.size();
  (*journal)->Start();
  std::uint64_t acknowledged = (*journal)->durable_through();
  for (int i = 0; i < frames && !h.fatal; ++i) {
    const auto last = (*journal)->Append(FrameOf(static_cast<std::int64_t>(acknowledged) + 1, 700));
    if (!last) break;
    while ((*journal)->durable_through() < *last && !h.fatal) std::this_thread::yield();
    acknowledged = (*journal)->durable_through();
  }
  return acknowledged;
}

TEST(Recovery, NoAcknowledgedRecordIsLostAtAnyCrashPoint) {
  int crashes = 0;
  for (std::int64_t point = 1; point < 140; ++point) {
    Harness h;
    h.segment_bytes = 8 * 1024;  // several rotations in one run
    std::uint64_t acknowledged = 0;
    for (std::uint64_t round = 0; round < 3; ++round) {
      h.fatal = false;
      h.disk.FailAfter(point);
      acknowledged = std::max(acknowledged, AppendUntilDead(h, 12));
      h.disk.Crash(static_cast<std::uint64_t>(point) * 31 + round);
      ++crashes;
      auto journal = h.Open();
      ASSERT_TRUE(journal) << "crash point " << point << ": " << journal.error().detail;
      ASSERT_GE(h.recovered.size(), acknowledged) << "crash point " << point;
      for (const auto& [sequence, record] : h.recovered) {
        ASSERT_EQ(NumberOf(record), static_cast<std::int64_t>(sequence)) << "crash point " << point;
        std::string payload;
        ASSERT_TRUE((*journal)->ReadPayload(sequence, payload))
            << "crash point " << point << " seq " << sequence;
      }
      acknowledged = h.recovered.size();  // recovered and not acknowledged counts from now on
    }
  }
  std::printf("%d crashes, 0 acknowledged records lost\n", crashes);
}

struct Written {
  Harness h;
  std::string decisions, payload;  // names of the open segments
};

void WriteSome(Written& w, int frames) {
  auto journal = w.h.Open();
  ASSERT_TRUE(journal);
  (*journal)->Start();
  for (int i = 1; i <= frames; ++i) {
    auto last = (*journal)->Append(FrameOf(i, 200));
    ASSERT_TRUE(last);
    (*journal)->WaitDurable(*last);
  }
  for (const SegmentInfo& info : (*journal)->Segments()) {
    if (info.open) (info.payload ? w.payload : w.decisions) = "j/" + info.name;
  }
}

std::size_t LastUsed(const std::string& bytes) { return bytes.find_last_not_of('\0'); }

TEST(Recovery, ATornTailIsCutAndSaidSo) {
  Written w;
  ASSERT_NO_FATAL_FAILURE(WriteSome(w, 20));
  std::string& bytes = w.h.disk.Bytes(w.decisions);
  bytes[LastUsed(bytes)] = static_cast<char>(bytes[LastUsed(bytes)] ^ 1);
  auto report = Check(w.h.disk, "j", *w.h.keys);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->torn_tail);
  EXPECT_TRUE(report->damages.empty());
  auto journal = w.h.Open();
  ASSERT_TRUE(journal) << journal.error().detail;
  EXPECT_EQ(w.h.recovered.size(), 19u);
  (*journal)->Start();
  const auto next = (*journal)->Append(FrameOf(20, 200));
  ASSERT_TRUE(next);
  EXPECT_EQ(*next, 20u);
}

TEST(Recovery, ADamagedMiddleIsRefusedWithFileAndPlace) {
  Written w;
  ASSERT_NO_FATAL_FAILURE(WriteSome(w, 20));
  for (const std::string& name : {w.decisions, w.payload}) {
    std::string& bytes = w.h.disk.Bytes(name);
    for (std::size_t at = 4096 + 8; at < LastUsed(bytes) - 400; at += 211) {
      bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
      const auto refused = w.h.Open();
      EXPECT_FALSE(refused) << name << " byte " << at;
      if (!refused) {
        EXPECT_EQ(refused.error().code, base::ErrorCode::kInvalid);
        EXPECT_NE(refused.error().detail.find(name.substr(2)), std::string::npos);
        EXPECT_NE(refused.error().detail.find("byte "), std::string::npos);
      }
      auto report = Check(w.h.disk, "j", *w.h.keys);
      ASSERT_TRUE(report);
      EXPECT_FALSE(report->damages.empty()) << name << " byte " << at;
      bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    }
  }
  EXPECT_TRUE(w.h.Open());
}

TEST(Recovery, PayloadThatAFinishedCommitCountsOnMayNotBeMissing) {
  Written w;
  ASSERT_NO_FATAL_FAILURE(WriteSome(w, 5));
  std::string& bytes = w.h.disk.Bytes(w.payload);
  std::fill(bytes.begin() + 4096 + 600, bytes.end(), '\0');
  EXPECT_FALSE(w.h.Open());
}

TEST(Recovery, AMissingDecisionSegmentIsRefused) {
  Written w;
  w.h.segment_bytes = 8 * 1024;
  ASSERT_NO_FATAL_FAILURE([&] {
    auto journal = w.h.Open();
    ASSERT_TRUE(journal);
    (*journal)->Start();
    for (int i = 1; i <= 200; ++i) {
      auto last = (*journal)->Append(FrameOf(i, 0));
      while (!last) last = (*journal)->Append(FrameOf(i, 0));
      (*journal)->WaitDurable(*last);
    }
  }());
  ASSERT_TRUE(w.h.disk.Remove("j/d-0000000000000002.seg"));
  const auto refused = w.h.Open();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("missing"), std::string::npos);
}

TEST(Recovery, AnotherStorageRootIsRefused) {
  Written w;
  ASSERT_NO_FATAL_FAILURE(WriteSome(w, 3));
  w.h.keys = crypto::KeyRing::FromRoot("test", std::string(32, 'x'));
  const auto refused = w.h.Open();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("key"), std::string::npos);
}

TEST(Recovery, NoPayloadTextStandsOnTheDisk) {
  Written w;
  ASSERT_NO_FATAL_FAILURE(WriteSome(w, 5));
  for (const std::string& name : {w.decisions, w.payload}) {
    EXPECT_EQ(w.h.disk.Bytes(name).find(std::string(20, 'b')), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace octroi::journal
