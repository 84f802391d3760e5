// Rules that a sample suggests, and how often they would refuse what is right.
#include "profiles/proposals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>

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
  EXPECT_EQ(amount.max, 300) << "not what a forgotten comma made";
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

Table OneColumn(std::size_t rows, const std::function<std::string(std::size_t)>& cell_of) {
  Sampler sampler({"n"});
  for (std::uint64_t line = 1; line <= rows; ++line) {
    const std::string text = cell_of(line);
    const std::string_view cell = text;
    sampler.Add(line, {&cell, 1});
  }
  return sampler.Finish();
}

// A contract's `min` and `max` read neither a comma nor groups: a range would refuse every record.
TEST(Proposals, NoRangeOfNumbersThatARuleCannotRead) {
  for (const char* behind : {",50", "", ".50"}) {
    const bool read = std::string_view(behind) != ",50";
    const Table table =
        OneColumn(400, [&](std::size_t n) { return std::to_string(n * 7 % 100) + behind; });
    const auto named = Named(table, ProposalsOf(table, SuspectsOf(table)));
    EXPECT_EQ(std::ranges::count(named, "n range"), read ? 1 : 0) << behind;
  }
  const auto written = [](const char* before) {
    const Table table =
        OneColumn(400, [&](std::size_t n) { return before + std::to_string(100 + n * 7 % 90); });
    return std::ranges::count(Named(table, ProposalsOf(table, SuspectsOf(table))), "n range");
  };
  EXPECT_EQ(written("+"), 0);
  EXPECT_EQ(written("1 "), 0);
  EXPECT_EQ(written("-"), 1);
}

TEST(Proposals, ARangeRefusesWhatTheRuleCannotRead) {
  const Table table =
      OneColumn(400, [](std::size_t n) { return n == 9 ? "12,5" : std::to_string(n % 50); });
  const Proposal range{.ask = Ask::kRange, .min = 0, .max = 50};
  EXPECT_TRUE(Refuses(range, table, 8));
  EXPECT_FALSE(Refuses(range, table, 9));
}

// The highest value, or one that it follows from, would be somebody's.
TEST(Proposals, TheBoundsOfARangeAreNobodysValue) {
  const auto bounds = [](double least, double most) {
    const Table table = OneColumn(400, [&](std::size_t n) {
      const double value = n == 1   ? least
                           : n == 2 ? most
                                    : least + (most - least) * static_cast<double>(n % 40) / 40;
      std::array<char, 32> text{};
      std::snprintf(text.data(), text.size(), "%.2f", value);
      return std::string(text.data());
    });
    const auto proposals = ProposalsOf(table, SuspectsOf(table));
    const Proposal& range = Find(table, proposals, "n range");
    return std::pair(range.min, range.max);
  };
  EXPECT_EQ(bounds(0, 244.99), std::pair(0.0, 300.0));
  EXPECT_EQ(bounds(12, 0.3), std::pair(0.0, 20.0));
  EXPECT_EQ(bounds(-57, -3), std::pair(-60.0, 0.0));
  EXPECT_DOUBLE_EQ(bounds(0, 0.3).second, 0.3);
  EXPECT_EQ(bounds(-4321.5, 70), std::pair(-5000.0, 70.0));
}

// A key of which one in a hundred comes back: what the rule would refuse is said.
TEST(Proposals, WhatComesTwiceIsInThePriceOfUnique) {
  const Table repeats = OneColumn(1'000, [](std::size_t n) {
    const std::size_t k = n % 300 == 0 ? n - 150 : n;
    return std::string(1 + k % 7, 'k') + " " + std::to_string(k);
  });
  const auto proposals = ProposalsOf(repeats, SuspectsOf(repeats));
  const Proposal& unique = Find(repeats, proposals, "n unique");
  EXPECT_EQ(unique.refused, 3U);
  EXPECT_EQ(unique.wrongly, 3U) << "no signal suspects them: it is text";
  EXPECT_EQ(unique.tested, 1'000U);
  EXPECT_TRUE(Refuses(unique, repeats, 299));
  EXPECT_FALSE(Refuses(unique, repeats, 149)) << "the first of the two";
}

TEST(Proposals, PairsAreListedUpToAHundred) {
  for (const std::size_t pairs : {100U, 101U}) {
    Sampler sampler({"a", "b"});
    for (std::uint64_t line = 1; line <= pairs * 60; ++line) {
      const std::string a = "a" + std::to_string(line % pairs), b = "b" + a;
      const std::vector<std::string_view> cells{a, b};
      sampler.Add(line, cells);
    }
    const Table table = sampler.Finish();
    const auto proposals = ProposalsOf(table, SuspectsOf(table));
    EXPECT_EQ(std::ranges::count(proposals, Ask::kPairs, &Proposal::ask), pairs == 100 ? 1 : 0);
  }
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
