// What must hold for any contract and any records: the invariants of ux.md C.6, and sums.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "scores/change.h"
#include "scores/record_score.h"

namespace octroi::scores {
namespace {

using rules::Severity;

class ScoreProperties : public ::testing::Test {
 protected:
  std::uint64_t Any(std::uint64_t most) {
    return std::uniform_int_distribution<std::uint64_t>(0, most)(random_);
  }
  RuleTerms AnyRule() {
    return {static_cast<rules::Dimension>(Any(5)), static_cast<Severity>(Any(2))};
  }
  Terms AnyTerms() {
    Terms terms;
    for (std::uint64_t left = Any(12); left > 0; --left) terms.rules.push_back(AnyRule());
    terms.requires_fields = Any(1) == 1;
    return terms;
  }
  Found AnyFound(const Terms& terms) {
    Found found;
    found.evaluated = Any((std::uint64_t{1} << terms.rules.size()) - 1);
    found.failed = found.evaluated & Any(UINT64_MAX);
    found.required_missing = terms.requires_fields && Any(4) == 0;
    return found;
  }
  static std::uint64_t Bit(std::size_t at) { return std::uint64_t{1} << at; }
  std::mt19937_64 random_{20'261'121};
};

constexpr int kRounds = 20'000;

TEST_F(ScoreProperties, ARuleWrittenTwiceMovesNothing) {
  for (int i = 0; i < kRounds; ++i) {
    Terms terms = AnyTerms();
    if (terms.rules.empty()) continue;
    const Found found = AnyFound(terms);
    const std::size_t which = Any(terms.rules.size() - 1), twin = terms.rules.size();
    Terms twice = terms;
    twice.rules.push_back(terms.rules[which]);
    Found also = found;
    if ((found.evaluated & Bit(which)) != 0) also.evaluated |= Bit(twin);
    if ((found.failed & Bit(which)) != 0) also.failed |= Bit(twin);
    ASSERT_EQ(IsUsable(twice, also), IsUsable(terms, found));
    ASSERT_EQ(ScoreOf(twice, also), ScoreOf(terms, found));
  }
}

TEST_F(ScoreProperties, AnEasyRuleInAMeasuredDimensionMovesNothing) {
  for (int i = 0; i < kRounds; ++i) {
    const Terms terms = AnyTerms();
    if (terms.rules.empty()) continue;
    const Found found = AnyFound(terms);
    const std::size_t which = Any(terms.rules.size() - 1);
    if ((found.evaluated & Bit(which)) == 0) continue;
    Terms more = terms;
    more.rules.push_back({terms.rules[which].dimension, static_cast<Severity>(Any(2))});
    Found also = found;
    also.evaluated |= Bit(terms.rules.size());
    ASSERT_EQ(IsUsable(more, also), IsUsable(terms, found));
    ASSERT_EQ(ScoreOf(more, also), ScoreOf(terms, found));
  }
}

// Nothing that fails more can look better, and what fails nothing is whole.
TEST_F(ScoreProperties, OneMoreFailureNeverHelps) {
  for (int i = 0; i < kRounds; ++i) {
    const Terms terms = AnyTerms();
    const Found found = AnyFound(terms);
    const auto score = ScoreOf(terms, found);
    Found worse = found;
    worse.failed |= found.evaluated & Any(UINT64_MAX);
    ASSERT_LE(IsUsable(terms, worse), IsUsable(terms, found));
    ASSERT_EQ(score.has_value(), ScoreOf(terms, worse).has_value());
    if (!score) continue;
    ASSERT_LE(*ScoreOf(terms, worse), *score);
    ASSERT_GE(*score, 0);
    ASSERT_EQ(ScoreOf(terms, {found.evaluated, 0}), kWhole);
  }
}

TEST_F(ScoreProperties, MakingARuleMinorNeverWorsensAndALeftOutRuleIsAsIfNotThere) {
  for (int i = 0; i < kRounds; ++i) {
    const Terms terms = AnyTerms();
    if (terms.rules.empty()) continue;
    const Found found = AnyFound(terms);
    const std::size_t which = Any(terms.rules.size() - 1);
    Terms milder = terms, without = terms;
    milder.rules[which].severity = Severity::kMinor;
    without.rules[which].counted = false;
    const auto score = ScoreOf(terms, found);
    if (score) {
      ASSERT_GE(*ScoreOf(milder, found), *score);
    }
    ASSERT_EQ(ScoreOf(without, found), ScoreOf(terms, found, ~Bit(which)));
    ASSERT_EQ(IsUsable(without, found), IsUsable(terms, found)) << "usable leaves nothing out";
  }
}

// Periods of several sources, by records: the whole is the sum, and the parts of a change sum to it
// whatever the order.
TEST_F(ScoreProperties, AChangeSumsExactlyInAnyOrder) {
  for (int i = 0; i < kRounds; ++i) {
    std::vector<Segment> segments(1 + Any(6));
    for (Segment& one : segments) {
      for (const auto side : {&Segment::before, &Segment::after}) {
        Segment::Side& to = one.*side;
        to.records = Any(3) == 0 ? 0 : Any(100'000);
        to.sum = static_cast<Micro>(Any(to.records)) * kWhole;
        to.common = static_cast<Micro>(Any(to.records)) * kWhole;
      }
    }
    const Change change = Explain(segments);
    ASSERT_EQ(change.total, change.data + change.rules + change.mix);
    std::shuffle(segments.begin(), segments.end(), random_);
    ASSERT_EQ(Explain(segments), change);
    const Change shown = InTenths(change);
    ASSERT_EQ(shown.total, shown.data + shown.rules + shown.mix);
    const auto near = [](Micro tenths, Micro exact) {
      return std::abs(tenths * kPoint / 10 - exact) < kPoint / 10;
    };
    ASSERT_TRUE(near(shown.data, change.data) && near(shown.rules, change.rules) &&
                near(shown.mix, change.mix) && near(shown.total, change.total));
  }
}

// Same rules and same shares: all data. Same figures: no data. Same rules: no rules.
TEST_F(ScoreProperties, WhatDidNotMoveExplainsNothing) {
  for (int i = 0; i < kRounds; ++i) {
    std::vector<Segment> segments(1 + Any(5));
    for (Segment& one : segments) {
      const std::uint64_t n = 1 + Any(1'000);
      const Micro sum = static_cast<Micro>(Any(n)) * kWhole;
      one = {{n, sum, sum}, {n, sum, sum}};
    }
    ASSERT_EQ(Explain(segments), Change{});
    std::vector<Segment> moved = segments;
    for (Segment& one : moved) {
      one.after.sum = one.after.common = static_cast<Micro>(Any(one.after.records)) * kWhole;
    }
    const Change data = Explain(moved);
    ASSERT_EQ(data.rules, 0);
    ASSERT_LE(std::abs(data.mix), 2) << "rounding";
    std::vector<Segment> grown = segments;
    for (Segment& one : grown) {
      const auto times = static_cast<Micro>(1 + Any(4));
      one.after = {one.after.records * static_cast<std::uint64_t>(times), one.after.sum * times,
                   one.after.common * times};
    }
    const Change mix = Explain(grown);
    ASSERT_EQ(mix.rules, 0);
    ASSERT_EQ(mix.data, 0);
  }
}

}  // namespace
}  // namespace octroi::scores
