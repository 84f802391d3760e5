// The quality counters of records: what counts as what, and their bounds.
#include "gateway/quality_tally.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace octroi::gateway {
namespace {

using base::Outcome;
using base::Reason;
using store::QualityCounts;

constexpr base::Millis kNine = 1'795'251'600'000;  // 2026-11-21T09:00:00Z

journal::EventRecord Judged(std::uint64_t evaluated, std::uint64_t failed) {
  journal::EventRecord record;
  record.plan = 3;
  record.source = 1;
  record.contract = 2;
  record.outcome = Outcome::kAccepted;
  record.reason = Reason::kAccepted;
  record.received = kNine + 5;
  record.evaluated = evaluated;
  record.failed = failed;
  record.usable = failed == 0;
  record.subject = {{1, 2, 3}};
  return record;
}

QualityCounts Tallied(const std::vector<journal::EventRecord>& records) {
  QualityTally tally(nullptr);
  for (const auto& record : records) tally.Add(record);
  return tally.Take();
}

TEST(QualityTally, RecordsAlikeAreOneRow) {
  journal::EventRecord repaired = Judged(7, 0);
  repaired.repaired = 2;
  const QualityCounts counts = Tallied({Judged(7, 0), repaired, Judged(7, 4)});
  ASSERT_EQ(counts.records.size(), 2u);
  const auto& [key, count] = *counts.records.begin();
  EXPECT_EQ(key.hour, kNine);
  EXPECT_EQ(key.plan, 3u);
  EXPECT_EQ(key.source, 1);
  EXPECT_EQ(key.contract, 2);
  EXPECT_EQ(key.reason, Reason::kUndecided) << "of what rules judged, the masks say it";
  ASSERT_EQ(counts.people.size(), 1u) << "of whom a record failed something";
  EXPECT_EQ(counts.people.begin()->first.rule, 2);
  EXPECT_EQ(counts.people.begin()->first.day, kNine - 9 * store::kQualityHour);
  std::uint64_t records = 0, mended = 0;
  for (const auto& [k, c] : counts.records) {
    records += c.records;
    mended += c.repaired;
  }
  EXPECT_EQ(records, 3u);
  EXPECT_EQ(mended, 1u);
}

TEST(QualityTally, WhatNoRuleJudgedKeepsItsReason) {
  journal::EventRecord refused;
  refused.received = kNine;
  refused.outcome = Outcome::kRejected;
  refused.reason = Reason::kEventTypeMissing;
  const QualityCounts counts = Tallied({refused});
  ASSERT_EQ(counts.records.size(), 1u);
  EXPECT_EQ(counts.records.begin()->first.reason, Reason::kEventTypeMissing);
  EXPECT_EQ(counts.records.begin()->first.marks, 0);
  EXPECT_TRUE(counts.people.empty());
}

TEST(QualityTally, AMissingRequiredFieldIsMarkedAndItsPersonCounted) {
  journal::EventRecord record = Judged(1, 0);
  record.usable = false;
  record.required_missing = true;
  const QualityCounts counts = Tallied({record});
  EXPECT_EQ(counts.records.begin()->first.marks, store::kMarkRequiredMissing);
  ASSERT_EQ(counts.people.size(), 1u);
  EXPECT_EQ(counts.people.begin()->first.rule, store::kRequiredMissing);
}

// An hour of a source tells so many campaigns and combinations apart; the sums stay whole.
std::vector<journal::EventRecord> Flood() {
  std::vector<journal::EventRecord> records;
  for (std::uint64_t i = 1; i <= 1'000; ++i) {
    journal::EventRecord record = Judged(UINT64_MAX, i);
    record.campaign = i % 400 + 1;
    record.usable = i % 3 == 0;
    records.push_back(record);
  }
  return records;
}

TEST(QualityTally, AFloodIsBoundedAndStillAddsUp) {
  const QualityCounts counts = Tallied(Flood());
  std::set<std::uint64_t> campaigns, combinations;
  std::uint64_t records = 0, usable = 0, folded = 0;
  for (const auto& [key, count] : counts.records) {
    campaigns.insert(key.campaign);
    if (key.evaluated != 0) combinations.insert(key.failed);
    records += count.records;
    usable += (key.marks & store::kMarkUsable) != 0 ? count.records : 0;
    folded += (key.marks & store::kMarkFolded) != 0 ? count.records : 0;
  }
  EXPECT_EQ(campaigns.size(), QualityTally::kCampaigns + 1);
  EXPECT_TRUE(campaigns.contains(store::kOtherCampaigns));
  EXPECT_EQ(combinations.size(), QualityTally::kCombinations);
  EXPECT_EQ(records, 1'000u);
  EXPECT_EQ(usable, 333u);
  EXPECT_EQ(folded, 1'000 - QualityTally::kCombinations);
}

// A restart in the middle of the hour, anywhere: the rows are those of one run.
TEST(QualityTally, ARestartTellsTheSameApart) {
  const auto records = Flood();
  const QualityCounts whole = Tallied(records);
  for (const std::size_t cut : {1u, 150u, 250u, 600u, 999u}) {
    QualityTally before(nullptr);
    for (std::size_t i = 0; i < cut; ++i) before.Add(records[i]);
    QualityCounts stored = before.Take();
    QualityTally after([&](base::Millis) { return stored; });
    for (std::size_t i = cut; i < records.size(); ++i) after.Add(records[i]);
    QualityCounts sum = stored;
    sum.Add(after.Take());
    EXPECT_EQ(sum, whole) << cut;
  }
}

TEST(QualityTally, ManyHoursAtOnceStayBoundedToo) {
  QualityTally tally(nullptr);
  for (int round = 0; round < 2; ++round) {
    for (int hour = 0; hour < 30; ++hour) {
      for (std::uint64_t i = 1; i <= 150; ++i) {
        journal::EventRecord record = Judged(1, 0);
        record.received = kNine + hour * store::kQualityHour;
        record.campaign = i + static_cast<std::uint64_t>(round) * 150;
        tally.Add(record);
      }
    }
  }
  const QualityCounts counts = tally.Take();
  std::map<base::Millis, std::set<std::uint64_t>> campaigns;
  for (const auto& [key, count] : counts.records) campaigns[key.hour].insert(key.campaign);
  for (const auto& [hour, told] : campaigns) EXPECT_EQ(told.size(), QualityTally::kCampaigns + 1);
}

}  // namespace
}  // namespace octroi::gateway
