// Figures against published or hand-worked values.
#include "scores/figures.h"

#include <gtest/gtest.h>

#include "scores/change.h"

namespace octroi::scores {
namespace {

TEST(Figures, ASharesIsRoundedHalfUpAndOfNoneIsZero) {
  EXPECT_EQ(Share({3, 1}), 33'333'333);
  EXPECT_EQ(Share({3, 2}), 66'666'667);
  EXPECT_EQ(Share({0, 0}), 0);
  EXPECT_EQ(Share({184'230, 168'018}) / 100'000, 912) << "ux.md C.8: 91.2 %";
  EXPECT_EQ(Share({90'000'000'000, 90'000'000'000}), kWhole) << "does not overflow";
}

// Newcombe 1998, Statistics in Medicine 17, table I, method 3: 81/263, 15/148, 0/20, 1/29.
TEST(Figures, WilsonIsThePublishedInterval) {
  const auto near = [](const Tally& tally, double low, double high) {
    const Interval found = Wilson(tally);
    EXPECT_NEAR(static_cast<double>(found.low) / kWhole, low, 5e-5);
    EXPECT_NEAR(static_cast<double>(found.high) / kWhole, high, 5e-5);
  };
  near({263, 81}, 0.2553, 0.3662);
  near({148, 15}, 0.0624, 0.1605);
  near({20, 0}, 0, 0.1611);
  near({29, 1}, 0.0061, 0.1718);
  EXPECT_EQ(Wilson({0, 0}).low, 0);
  EXPECT_EQ(Wilson({0, 0}).high, kWhole);
}

TEST(Figures, AnArrowNeedsAPointASmallPAndEnoughRecords) {
  EXPECT_TRUE(Differ({1'000, 900}, {1'000, 850}));
  EXPECT_FALSE(Differ({1'000, 900}, {1'000, 890})) << "p is 0.46";
  EXPECT_FALSE(Differ({1'000'000, 900'000}, {1'000'000, 895'000})) << "half a point";
  EXPECT_FALSE(Differ({29, 29}, {1'000, 0})) << "too few";
  EXPECT_FALSE(Differ({100, 100}, {100, 100}));
}

TEST(Figures, NoGradeOfAFewAndNoAWithoutFullCoverage) {
  const Coverage full{6, 2, 2}, part{5, 2, 2}, open{6, 2, 1};
  EXPECT_EQ(Grade({29, 29}, full), std::nullopt);
  EXPECT_EQ(Grade({30, 30}, full), 'A');
  EXPECT_EQ(Grade({30, 30}, part), 'B');
  EXPECT_EQ(Grade({30, 30}, open), 'B');
  EXPECT_EQ(Grade({100, 93}, full), 'B');
  EXPECT_EQ(Grade({100, 92}, full), 'C');
  EXPECT_EQ(Grade({100, 84}, full), 'D');
  EXPECT_EQ(Grade({100, 69}, full), 'E');
}

TEST(Figures, TheBudgetIsWhatMayBeUnusable) {
  constexpr base::Millis kDays28 = 28 * 86'400'000LL;
  const auto half = BudgetOf({10'000, 9'850}, {1'000, 985}, 97 * kPoint, kDays28);
  ASSERT_TRUE(half);
  EXPECT_EQ(half->used, 50 * kPoint);
  EXPECT_NEAR(half->pace, 0.5, 1e-9);
  EXPECT_FALSE(half->lasts) << "at this pace it lasts the window";
  const auto fast = BudgetOf({10'000, 9'850}, {1'000, 940}, 97 * kPoint, kDays28);
  EXPECT_NEAR(fast->pace, 2, 1e-9);
  EXPECT_NEAR(static_cast<double>(*fast->lasts), kDays28 / 4.0, 1) << "half of it, twice as fast";
  EXPECT_EQ(*BudgetOf({100, 90}, {100, 100}, 97 * kPoint, kDays28)->lasts, 0) << "spent";
  EXPECT_FALSE(BudgetOf({}, {}, 97 * kPoint, kDays28));
  EXPECT_EQ(BudgetOf({100, 100}, {}, kWhole, kDays28)->used, 0);
  EXPECT_GT(BudgetOf({100, 99}, {100, 99}, kWhole, kDays28)->used, kWhole);
}

TEST(Figures, AFallIsFoundWhereItHappened) {
  std::vector<Tally> hours(48, Tally{200, 190});
  EXPECT_EQ(FellAt(hours), std::nullopt);
  for (std::size_t i = 31; i < hours.size(); ++i) hours[i].good = 130;
  EXPECT_EQ(FellAt(hours), 31u);
  hours[31] = {};
  EXPECT_EQ(FellAt(hours), 32u) << "an hour without records fell nowhere";
  std::reverse(hours.begin(), hours.end());
  EXPECT_EQ(FellAt(hours), std::nullopt) << "it rose";
}

TEST(Figures, AChangeIsExplainedByHand) {
  // Same mix: 90 % -> 80 %, of which a new rule took 2 points.
  const Segment::Side before{100, 90 * kWhole, 90 * kWhole}, after{100, 80 * kWhole, 82 * kWhole};
  const Change one = Explain(std::vector<Segment>{{before, after}});
  EXPECT_EQ(one, (Change{-10 * kPoint, -8 * kPoint, -2 * kPoint, 0}));
  // Two sources that do not move, but the worse one grows: all mix.
  const Segment good{{100, 100 * kWhole, 100 * kWhole}, {100, 100 * kWhole, 100 * kWhole}};
  const Segment bad{{100, 50 * kWhole, 50 * kWhole}, {300, 150 * kWhole, 150 * kWhole}};
  const Change mix = Explain(std::vector<Segment>{good, bad});
  EXPECT_EQ(mix, (Change{-12'500'000, 0, 0, -12'500'000}));
  // One of two equal sources triples and falls by 10 points: -10 at a mean share of 62.5 %.
  const Segment grown{{100, 100 * kWhole, 100 * kWhole}, {300, 270 * kWhole, 270 * kWhole}};
  const Segment still{{100, 50 * kWhole, 50 * kWhole}, {100, 50 * kWhole, 50 * kWhole}};
  const Change both = Explain(std::vector<Segment>{grown, still});
  EXPECT_EQ(both, (Change{5 * kPoint, -6'250'000, 0, 11'250'000}));
  EXPECT_EQ(InTenths({-180'000, -134'000, -46'000, 0}), (Change{-2, -1, -1, 0}));
}

}  // namespace
}  // namespace octroi::scores
