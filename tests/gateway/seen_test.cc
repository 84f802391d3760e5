// A message is admitted once within its window; what was refused leaves no trace.
#include "gateway/seen.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>

namespace octroi::gateway {
namespace {

using Kind = SeenIndex::Answer::Kind;

constexpr base::Millis kNow = 1'795'300'000'000;
constexpr base::Millis kWindow = 60'000;

journal::Fingerprint Key(std::uint64_t number) {
  journal::Fingerprint key{};
  const std::uint64_t mixed = number * 0x9e3779b97f4a7c15ull;
  std::memcpy(key.data(), &mixed, sizeof mixed);
  std::memcpy(key.data() + 8, &number, sizeof number);
  return key;
}

TEST(SeenIndex, SecondTimeWithinTheWindowIsSeen) {
  SeenIndex seen;
  EXPECT_EQ(seen.Reserve(Key(1), 5, kNow, kWindow).kind, Kind::kNew);
  seen.Confirm(Key(1), 42);
  const auto again = seen.Reserve(Key(1), 5, kNow + kWindow, kWindow);
  EXPECT_EQ(again.kind, Kind::kSeen);
  EXPECT_EQ(again.sequence, 42u);
  EXPECT_EQ(seen.Reserve(Key(1), 5, kNow + kWindow + 1000, kWindow).kind, Kind::kNew);
}

TEST(SeenIndex, AnotherBodyUnderTheSameKeyIsAConflict) {
  SeenIndex seen;
  seen.Reserve(Key(1), 5, kNow, kWindow);
  EXPECT_EQ(seen.Reserve(Key(1), 6, kNow, kWindow).kind, Kind::kConflict);
  EXPECT_EQ(seen.Reserve(Key(1), 0, kNow, kWindow).kind, Kind::kSeen);
}

TEST(SeenIndex, WhatIsReleasedWasNeverThere) {
  SeenIndex seen;
  seen.Reserve(Key(1), 5, kNow, kWindow);
  seen.Release(Key(1));
  EXPECT_EQ(seen.entries(), 0u);
  EXPECT_EQ(seen.Reserve(Key(1), 6, kNow, kWindow).kind, Kind::kNew);
}

// One message a second: the window is then as long as the memory is, and never longer than it says.
TEST(SeenIndex, WithoutMemoryTheOldestAreForgottenFirst) {
  constexpr std::uint64_t kMost = 16'000, kSent = 100'000;
  SeenIndex seen(kMost);
  const auto at = [](std::uint64_t i) { return kNow + static_cast<base::Millis>(i) * 1'000; };
  constexpr base::Millis kWeek = 604'800'000;
  for (std::uint64_t i = 0; i < kSent; ++i) {
    ASSERT_EQ(seen.Reserve(Key(i), 1, at(i), kWeek).kind, Kind::kNew) << i;
    const bool forgot = seen.forgotten_before() != 0;
    ASSERT_FALSE(forgot && i < kMost / 2) << i;
    ASSERT_LE(seen.entries(), kMost + 16);
  }
  EXPECT_LT(seen.forgotten_before(), at(kSent - kMost / 2));
  for (std::uint64_t i = kSent - 1; at(i) >= seen.forgotten_before(); --i) {
    ASSERT_EQ(seen.Reserve(Key(i), 1, at(kSent), kWeek).kind, Kind::kSeen) << i;
  }
}

TEST(SeenIndex, WhatComesInOneSecondIsNotRefusedEither) {
  SeenIndex seen(1'000);
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    ASSERT_EQ(seen.Reserve(Key(i), 1, kNow, kWindow).kind, Kind::kNew);
    ASSERT_LE(seen.entries(), 1'000u + 16);
  }
}

TEST(SeenIndex, AStartRemembersTheNewestToo) {
  SeenIndex seen(1'600);
  for (std::uint64_t i = 0; i < 10'000; ++i)
    seen.Restore(Key(i), 1, kNow + static_cast<base::Millis>(i) * 1'000, i + 1);
  EXPECT_LE(seen.entries(), 1'600u + 16);
  EXPECT_EQ(seen.Reserve(Key(9'999), 1, kNow + 10'000'000, 604'800'000).sequence, 10'000u);
}

TEST(SeenIndex, AQuarterOfTheMemory) {
  EXPECT_EQ(SeenEntriesFor(512ull << 20), 2'097'152u);
  EXPECT_EQ(SeenEntriesFor(64ull << 30), kSeenEntriesMax);
}

TEST(SeenIndex, AgreesWithAMapOverRandomUse) {
  SeenIndex seen;
  std::map<std::uint64_t, std::uint64_t> model;  // number -> sequence
  std::mt19937_64 random(7);
  for (std::uint64_t step = 1; step <= 200'000; ++step) {
    const std::uint64_t number = random() % 5'000;
    if (random() % 3 == 0 && model.count(number)) {
      seen.Release(Key(number));
      model.erase(number);
      continue;
    }
    const auto answer = seen.Reserve(Key(number), 1, kNow, kWindow);
    const auto known = model.find(number);
    ASSERT_EQ(answer.kind, known == model.end() ? Kind::kNew : Kind::kSeen) << step;
    if (known != model.end()) {
      ASSERT_EQ(answer.sequence, known->second);
    } else {
      seen.Confirm(Key(number), step);
      model[number] = step;
    }
  }
  EXPECT_EQ(seen.entries(), model.size());
}

}  // namespace
}  // namespace octroi::gateway
