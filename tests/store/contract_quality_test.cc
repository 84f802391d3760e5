// The quality counters, on every store: sums that add up in any order, and sketches of people.
#include <algorithm>
#include <random>

#include "contract.h"
#include "samples.h"
#include "store/quality.h"

namespace octroi::testing {
namespace {

using store::PeopleKey;
using store::PeopleSketch;
using store::QualityCounts;
using store::QualityKey;

constexpr base::Millis kHour = store::kQualityHour, kDay = store::kQualityDay;
constexpr base::Millis kNoon = 20'000 * kDay + 12 * kHour;

policies::Fingerprint Person(std::uint64_t who) {
  std::mt19937_64 mix(who * 7'919 + 1);  // a keyed hash looks like this
  policies::Fingerprint print{};
  for (std::size_t i = 0; i < print.size(); i += 8) {
    const std::uint64_t part = mix();
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&part), 8, print.begin() + i);
  }
  return print;
}

// Every member at its widest.
QualityKey Widest() {
  return {kNoon,
          UINT32_MAX,
          65'535,
          65'534,
          UINT64_MAX,
          base::Outcome::kQuarantined,
          base::Reason::kEventUnknown,
          7,
          UINT64_MAX,
          UINT64_MAX - 1};
}

store::Projection WithQuality(std::uint64_t through, const QualityCounts& counts) {
  store::Projection batch = Batch(through, {});
  batch.quality = counts;
  return batch;
}

class QualityContract : public StoreContract {};
OCTROI_ON_EVERY_STORE(QualityContract);

TEST_P(QualityContract, KeepsEveryMemberAndAddsUp) {
  QualityCounts first, second;
  first.records[Widest()] = {5, 1};
  first.people[{kNoon - 12 * kHour, UINT32_MAX, 65'535, 65'534, UINT64_MAX, 64}].Add(Person(1));
  second = first;
  second.people.begin()->second = {};
  second.people.begin()->second.Add(Person(2));
  ASSERT_TRUE(IsOk(store().Apply(WithQuality(1, first))));
  ASSERT_TRUE(IsOk(store().Apply(WithQuality(2, second))));
  first.Add(second);
  for (int opened = 0; opened < 2; ++opened, Reopen()) {
    const auto read = store().Quality(kNoon, kNoon + kHour);
    ASSERT_TRUE(IsOk(read));
    EXPECT_EQ(*read, first);
    EXPECT_EQ(read->records.begin()->second, (store::QualityCount{10, 2}));
    EXPECT_EQ(read->people.begin()->second.Estimate(), 2u);
  }
}

TEST_P(QualityContract, ReadsTheHoursAskedForAndTheirDays) {
  QualityCounts counts;
  for (const base::Millis hour : {kNoon - kHour, kNoon, kNoon + kHour})
    counts.records[{.hour = hour}] = {1, 0};
  for (const base::Millis day : {-1, 0, 1})
    counts.people[{.day = kNoon - 12 * kHour + day * kDay}].Add(Person(3));
  ASSERT_TRUE(IsOk(store().Apply(WithQuality(1, counts))));
  const auto read = store().Quality(kNoon, kNoon + kHour);
  ASSERT_EQ(read->records.size(), 1u);
  EXPECT_EQ(read->records.begin()->first.hour, kNoon);
  ASSERT_EQ(read->people.size(), 1u);
  EXPECT_EQ(read->people.begin()->first.day, kNoon - 12 * kHour);
  EXPECT_TRUE(store().Quality(0, kNoon - 2 * kDay)->records.empty());
}

TEST_P(QualityContract, ABatchThatIsRefusedCountsNothingAndClearForgetsAll) {
  QualityCounts counts;
  counts.records[Widest()] = {1, 0};
  counts.people[{.day = kNoon - 12 * kHour}].Add(Person(4));
  ASSERT_TRUE(IsOk(store().Apply(WithQuality(5, counts))));
  EXPECT_TRUE(IsError(store().Apply(WithQuality(5, counts)), base::ErrorCode::kInvalid));
  EXPECT_EQ(*store().Quality(0, kNoon + kDay), counts);
  ASSERT_TRUE(IsOk(store().Clear()));
  EXPECT_EQ(*store().Quality(0, kNoon + kDay), QualityCounts{});
}

// However the same records are cut into batches, the rows are the same.
TEST_P(QualityContract, TheCutOfTheBatchesChangesNothing) {
  std::mt19937 random(11);
  const auto any = [&](std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(0, most)(random);
  };
  std::uint64_t through = 0;
  QualityCounts all;
  for (int batch = 0; batch < 20; ++batch) {
    QualityCounts counts;
    for (std::uint64_t left = any(30); left > 0; --left) {
      QualityKey key{.hour = kNoon + static_cast<base::Millis>(any(2)) * kHour};
      key.failed = any(2);
      key.campaign = any(1) * UINT64_MAX;
      counts.records[key].records += 1 + any(5);
      PeopleKey people{.day = kNoon - 12 * kHour};
      people.rule = static_cast<std::uint8_t>(any(3));
      counts.people[people].Add(Person(any(500)));
    }
    all.Add(counts);
    ASSERT_TRUE(IsOk(store().Apply(WithQuality(++through, counts))));
  }
  EXPECT_EQ(*store().Quality(0, kNoon + kDay), all);
}

TEST(PeopleSketch, CountsPeopleOnceAndMergesInAnyOrder) {
  for (const std::uint64_t people : {0u, 1u, 10u, 100u, 1'000u, 10'000u, 200'000u}) {
    PeopleSketch whole, odd, even;
    for (std::uint64_t who = 0; who < people; ++who) {
      whole.Add(Person(who));
      whole.Add(Person(who));
      (who % 2 == 0 ? even : odd).Add(Person(who));
    }
    const double error = people <= 100 ? 0.03 : 0.1;  // three standard errors
    EXPECT_NEAR(static_cast<double>(whole.Estimate()), static_cast<double>(people),
                error * static_cast<double>(people));
    PeopleSketch other = odd;
    odd.Merge(even);
    even.Merge(other);
    EXPECT_EQ(odd, whole);
    EXPECT_EQ(even, whole);
    const auto back = PeopleSketch::Read(whole.Bytes());
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, whole);
    EXPECT_LE(whole.Bytes().size(), std::min<std::size_t>(1'024, 3 * people));
  }
}

TEST(PeopleSketch, DamagedBytesAreNoSketch) {
  for (const std::string& bytes :
       {std::string("ab"), std::string("\0\4\1", 3), std::string("\0\0\x38", 3),
        std::string(1'024, '\x38'), std::string(1'025, '\1')})
    EXPECT_FALSE(PeopleSketch::Read(bytes)) << bytes.size();
}

}  // namespace
}  // namespace octroi::testing
