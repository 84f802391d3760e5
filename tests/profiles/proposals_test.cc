// Rules that a sample suggests, and how often they would refuse what is right.
#include "profiles/proposals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "profiles/shop_table.h"

namespace octroi::profiles {
namespace {

std::vector<std::string> Named(const Table& table, const std::vector<Proposal>& proposals) {
  std::vector<std::string> named;
  for (const Proposal& one : proposals)
    named.push_back(table.columns[one.column].name + " " + std::string(NameOf(one.ask)));
  return named;
}

const Proposal& Find(const Table& table, const std::vector<Proposal>& proposals, const char* name) {
  const auto named = Named(table, proposals);
  const auto at = std::ranges::find(named, name);
  EXPECT_NE(at, named.end()) << name;
  return proposals[static_cast<std::size_t>(at - named.begin())];
}

TEST(Proposals, AreTheRulesThatTheTableWasMadeBy) {
  const Table table = ShopTable(7, true).dirty;
  const Findings findings = SuspectsOf(table);
  const auto proposals = ProposalsOf(table, findings);
  EXPECT_EQ(Find(table, proposals, "email format").format, rules::Format::kEmail);
  EXPECT_EQ(Find(table, proposals, "day format").format, rules::Format::kDate);
  EXPECT_EQ(PatternOf(Find(table, proposals, "customer pattern")), "[A-Z]\\-[0-9]{5}");
  EXPECT_EQ(PatternOf(Find(table, proposals, "code pattern")), "[0-9]{5}");
  EXPECT_EQ(Find(table, proposals, "category one-of").values,
            (std::vector<std::string>{"Camping", "Cycling", "Hiking", "Running"}));
  EXPECT_EQ(Find(table, proposals, "product pairs").pairs.size(), 8U);
  Find(table, proposals, "customer unique");
  const Proposal& amount = Find(table, proposals, "amount range");
  EXPECT_EQ(amount.min, 0);
  EXPECT_LT(amount.max, 300) << "not what a forgotten comma made";
  // Each refuses what was planted, and of what it was not made of nothing that is right.
  for (const Proposal& one : proposals) {
    EXPECT_GE(one.tested, 900U) << NameOf(one.ask);
    EXPECT_LE(one.wrongly * 200, one.tested) << table.columns[one.column].name << NameOf(one.ask);
  }
  EXPECT_GT(Find(table, proposals, "email format").refused, 5U);
  EXPECT_GT(Find(table, proposals, "city one-of").refused, 20U);
}

// A column whose values go on: what a list of them refuses wrongly is what of new ones will come.
TEST(Proposals, TheFalseBlockRateIsThatOfRowsNotSeen) {
  Sampler seen({"n"}), unseen({"n"});
  std::uint64_t state = 1;
  for (std::uint64_t line = 1; line <= 8'000; ++line) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    // Exponential: no range holds all that will come.
    const double u = static_cast<double>(state >> 11) / 9007199254740992.0;
    const std::string text = std::to_string(static_cast<int>(-1000 * std::log(1 - u)));
    const std::string_view cell = text;
    (line <= 2'000 ? seen : unseen).Add(line, {&cell, 1});
  }
  const Table table = seen.Finish(), later = unseen.Finish();
  const auto proposals = ProposalsOf(table, SuspectsOf(table));
  const Proposal& range = Find(table, proposals, "n range");
  std::size_t refused = 0;
  for (std::size_t row = 0; row < later.rows(); ++row)
    refused += Refuses(range, later, row) ? 1 : 0;
  const double expected = static_cast<double>(range.wrongly) / static_cast<double>(range.tested);
  EXPECT_NEAR(static_cast<double>(refused) / 6'000, expected, 0.004);
}

// One row that only one half has: the rule of the other half refuses it, its own never would.
TEST(Proposals, ARuleIsPricedOnRowsThatItWasNotMadeOf) {
  Sampler sampler({"n"});
  for (std::uint64_t line = 1; line <= 301; ++line) {
    const std::string text = std::to_string(line == 77 ? 200 : 1 + line % 100);
    const std::string_view cell = text;
    sampler.Add(line, {&cell, 1});
  }
  const Table table = sampler.Finish();
  const auto proposals = ProposalsOf(table, SuspectsOf(table));
  const Proposal& range = Find(table, proposals, "n range");
  EXPECT_EQ(range.refused, 0U);
  EXPECT_EQ(range.tested, 301U);
  EXPECT_EQ(range.wrongly, 1U);
}

TEST(Proposals, NoValueOfFewPeopleIsSpelledOut) {
  Sampler sampler({"name"});
  for (std::uint64_t line = 1; line <= 400; ++line) {
    const std::string_view cell = line % 40 == 0 ? "Zoé" : line % 2 == 0 ? "Ada" : "Max";
    sampler.Add(line, {&cell, 1});
  }
  const Table table = sampler.Finish();
  const auto named = Named(table, ProposalsOf(table, SuspectsOf(table)));
  EXPECT_EQ(std::ranges::count(named, "name one-of"), 0);
}

TEST(Proposals, NoneOfFewRows) {
  Sampler sampler({"n"});
  const std::string_view cell = "a";
  for (std::uint64_t line = 1; line < 100; ++line) sampler.Add(line, {&cell, 1});
  const Table table = sampler.Finish();
  EXPECT_TRUE(ProposalsOf(table, SuspectsOf(table)).empty());
}

}  // namespace
}  // namespace octroi::profiles
