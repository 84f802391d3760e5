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

TEST(SeenIndex, AFullMemorySaysSoInsteadOfNew) {
  SeenIndex seen(16);
  int full = 0;
  for (std::uint64_t i = 0; i < 200; ++i)
    full += seen.Reserve(Key(i), 1, kNow, kWindow).kind == Kind::kFull;
  EXPECT_GT(full, 150);
  seen.Expire(kNow + 1000);
  EXPECT_EQ(seen.entries(), 0u);
  EXPECT_EQ(seen.Reserve(Key(1), 1, kNow, kWindow).kind, Kind::kNew);
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
