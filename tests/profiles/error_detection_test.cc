// How many cell errors are found without a rule or a label: on two tables of the literature, and on
// one of our own, which no signal was made on, with errors planted by chance.
#include <gtest/gtest.h>

#include "profiles/given_rules.h"
#include "profiles/shop_table.h"

namespace octroi::profiles {
namespace {

// The figures are those of decision 0041, less a little.
TEST(ErrorDetection, FindsMoreThanTheLiteratureWithoutALabel) {
  for (const auto& [name, floor] : {std::pair{"hospital", 0.93}, std::pair{"beers", 0.97}}) {
    const DirtyTable table = ReadDirtyTable(name);
    const Detection alone = Compare(table, SuspectsOf(table.dirty).suspects);
    EXPECT_GE(alone.F1(), floor) << name << ": " << alone.Precision() << ", " << alone.Recall();
  }
}

// The measure itself: what others computed for the given rules comes out of it.
TEST(ErrorDetection, GivenRulesReadAsTheLiteratureDoesGiveItsFigures) {
  for (const auto& [name, errors, f1] :
       {std::tuple{"hospital", 509U, 0.09}, std::tuple{"beers", 4362U, 0.08}}) {
    const DirtyTable table = ReadDirtyTable(name);
    const GivenRules rules = ReadGivenRules(name, table.dirty);
    const Detection given = Compare(table, AsGiven(table.dirty, rules));
    EXPECT_EQ(given.errors, errors) << name;
    EXPECT_NEAR(given.F1(), f1, 0.006) << name;
    EXPECT_GT(Compare(table, ByMajority(table.dirty, rules)).F1(), given.F1()) << name;
  }
}

TEST(ErrorDetection, HoldsOnATableThatNothingWasMadeOn) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const DirtyTable table = ShopTable(seed, true);
    const Detection found = Compare(table, SuspectsOf(table.dirty).suspects);
    EXPECT_GT(found.errors, 100U);
    EXPECT_GE(found.F1(), 0.85) << "seed " << seed << ": " << found.Precision() << ", "
                                << found.Recall();
  }
}

TEST(ErrorDetection, SaysLittleAboutATableWithoutErrors) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const DirtyTable table = ShopTable(seed, false);
    const std::size_t cells = table.dirty.rows() * table.dirty.columns.size();
    EXPECT_LT(SuspectsOf(table.dirty).suspects.size(), cells / 500) << "seed " << seed;
  }
}

}  // namespace
}  // namespace octroi::profiles
