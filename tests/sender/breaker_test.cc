// When a destination that fails is spared, and how long one waits.
#include "gateway/dispatcher/breaker.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/metrics.h"
#include "gateway/dispatcher/backoff.h"
#include "support/fake_clock.h"

namespace octroi::gateway {
namespace {

constexpr auto kGo = [] { return false; };
constexpr auto kStop = [] { return true; };

class BreakerTest : public ::testing::Test {
 protected:
  void FailUntilOpen() {
    for (int i = 0; i < Breaker::kFailuresToOpen; ++i) {
      EXPECT_EQ(gauge_.value(), 0);
      const Breaker::Pass pass = breaker_.Enter(kGo);
      EXPECT_TRUE(pass.granted && !pass.probe);
      breaker_.Failed(pass, 1'000);
    }
  }
  testing::FakeClock clock_;
  base::Gauge gauge_;
  Breaker breaker_{clock_, gauge_};
};

TEST_F(BreakerTest, FiveFailuresInARowOpenIt) {
  FailUntilOpen();
  EXPECT_EQ(gauge_.value(), 1);
  EXPECT_FALSE(breaker_.Enter(kStop).granted);
}

TEST_F(BreakerTest, AnAnswerInBetweenStartsTheCountAgain) {
  for (int i = 0; i < 3 * Breaker::kFailuresToOpen; ++i) {
    const Breaker::Pass pass = breaker_.Enter(kGo);
    if (i % Breaker::kFailuresToOpen == 0) {
      breaker_.Answered(pass);
    } else {
      breaker_.Failed(pass, 1'000);
    }
  }
  EXPECT_EQ(gauge_.value(), 0);
}

TEST_F(BreakerTest, OneProbeAtATimeAndItsAnswerLetsTheOthersGo) {
  FailUntilOpen();
  clock_.Advance(1'000);
  const Breaker::Pass probe = breaker_.Enter(kGo);
  EXPECT_TRUE(probe.granted && probe.probe);
  EXPECT_EQ(gauge_.value(), 2);
  Breaker::Pass other;
  std::thread waiting([&] { other = breaker_.Enter(kGo); });
  breaker_.Answered(probe);
  waiting.join();
  EXPECT_TRUE(other.granted && !other.probe);
  EXPECT_EQ(gauge_.value(), 0);
}

TEST_F(BreakerTest, AProbeThatFailsOpensItAgain) {
  FailUntilOpen();
  clock_.Advance(1'000);
  breaker_.Failed(breaker_.Enter(kGo), 5'000);
  EXPECT_EQ(gauge_.value(), 1);
  clock_.Advance(5'000);
  EXPECT_TRUE(breaker_.Enter(kGo).probe);
}

TEST_F(BreakerTest, AProbeThatWasNotUsedLeavesTheNextOne) {
  FailUntilOpen();
  clock_.Advance(1'000);
  breaker_.Unused(breaker_.Enter(kGo));
  EXPECT_TRUE(breaker_.Enter(kGo).probe);
}

TEST_F(BreakerTest, ANewDestinationStartsClosed) {
  FailUntilOpen();
  breaker_.Reset();
  EXPECT_FALSE(breaker_.Enter(kGo).probe);
  EXPECT_EQ(gauge_.value(), 0);
}

TEST(BackoffTest, DoublesUpToTheLongestWaitWithFullJitter) {
  DestinationPlan destination;
  destination.first_wait = 1'000;
  destination.longest_wait = 10'000;
  const base::Millis kCeilings[] = {1'000, 2'000, 4'000, 8'000, 10'000, 10'000};
  std::mt19937_64 random(3);
  base::Millis shortest[6] = {}, longest[6] = {};
  std::fill(shortest, shortest + 6, 1'000'000);
  for (int round = 0; round < 2'000; ++round) {
    Backoff backoff(random);
    for (int n = 0; n < 6; ++n) {
      const base::Millis wait = backoff.Next(destination, std::nullopt);
      shortest[n] = std::min(shortest[n], wait);
      longest[n] = std::max(longest[n], wait);
    }
  }
  for (int n = 0; n < 6; ++n) {
    EXPECT_LE(longest[n], kCeilings[n]) << n;
    EXPECT_GE(longest[n], kCeilings[n] * 95 / 100) << n;
    EXPECT_LE(shortest[n], kCeilings[n] * 5 / 100) << n;
  }
}

TEST(BackoffTest, TheDestinationMayAskForMorePatienceButNotForEver) {
  DestinationPlan destination;
  destination.first_wait = 1;
  destination.longest_wait = 10'000;
  const struct {
    base::Millis asked, waits;
  } kCases[] = {{20'000, 20'000}, {40'000, 40'000}, {40'001, 40'000}, {86'400'000, 40'000}};
  for (const auto& test : kCases) {
    std::mt19937_64 random(3);
    EXPECT_EQ(Backoff(random).Next(destination, test.asked), test.waits) << test.asked;
  }
}

}  // namespace
}  // namespace octroi::gateway
