// Events a second, with a second's burst; a wait is said in whole seconds.
#include "gateway/rate_limits.h"

#include <gtest/gtest.h>

namespace octroi::gateway {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(RateLimits, NoRateIsNoLimit) {
  RateLimits limits;
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(limits.Take(0, 0, 1'000'000, kSecond), 0);
}

TEST(RateLimits, ASecondsWorthAtOnceThenAWait) {
  RateLimits limits;
  EXPECT_EQ(limits.Take(3, 100, 100, kSecond), 0);
  EXPECT_EQ(limits.Take(3, 100, 1, kSecond), 1);
  EXPECT_EQ(limits.Take(3, 100, 50, kSecond + kSecond / 2), 0);
  EXPECT_EQ(limits.Take(2, 100, 100, kSecond), 0) << "another source has a bucket of its own";
}

TEST(RateLimits, ALargeBatchPassesAndLeavesADebt) {
  RateLimits limits;
  EXPECT_EQ(limits.Take(0, 10, 50, kSecond), 0);
  EXPECT_EQ(limits.Take(0, 10, 1, 2 * kSecond), 4) << "forty owed, ten a second came back";
  EXPECT_EQ(limits.Take(0, 10, 1, 6 * kSecond), 0);
}

}  // namespace
}  // namespace octroi::gateway
