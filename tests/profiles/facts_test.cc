// What is said of a column, and what a sample is.
#include <gtest/gtest.h>

#include "profiles/column_facts.h"
#include "profiles/text.h"

namespace octroi::profiles {
namespace {

Column Of(const std::vector<std::string>& cells) {
  Sampler sampler({"column"});
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string_view cell = cells[i];
    sampler.Add(i + 1, {&cell, 1});
  }
  return sampler.Finish().columns[0];
}

Kind KindOf(const std::vector<std::string>& cells) { return FactsOf(Of(cells)).kind; }

TEST(Facts, KindsOfColumns) {
  EXPECT_EQ(KindOf({"1", "22", "-3", "4"}), Kind::kInteger);
  EXPECT_EQ(KindOf({"1.5", "22", "3,25", "1 200.50"}), Kind::kDecimal);
  EXPECT_EQ(KindOf({"12 oz", "8.5 oz", "16 oz"}), Kind::kMeasure);
  EXPECT_EQ(KindOf({"75002", "13001", "01000"}), Kind::kCode);
  EXPECT_EQ(KindOf({"0612345678", "0712345678"}), Kind::kCode);
  EXPECT_EQ(KindOf({"2026-01-02", "2026-11-30"}), Kind::kDate);
  EXPECT_EQ(KindOf({"2026-01-02T10:00:00Z"}), Kind::kDatetime);
  EXPECT_EQ(KindOf({"oui", "non", "oui"}), Kind::kBoolean);
  EXPECT_EQ(KindOf({"Lyon", "Paris", "Le Mans"}), Kind::kText);
  EXPECT_EQ(KindOf({"12 rue Basse", "3 place Neuve", "7 quai Nord"}), Kind::kText);
  EXPECT_EQ(KindOf({"", "N/A", ""}), Kind::kNothing);
}

TEST(Facts, PlaceholdersSayNothingButCodesOfThatFormDo) {
  const ColumnFacts amounts = FactsOf(Of({"12", "N/A", "", "7", "null", "9"}));
  EXPECT_EQ(amounts.filled, 5U);
  EXPECT_EQ(amounts.placeholders, 2U);
  EXPECT_EQ(amounts.told(), 3U);
  EXPECT_EQ(amounts.kind, Kind::kInteger);
  EXPECT_EQ(FactsOf(Of({"FR", "NA", "BE", "CH"})).placeholders, 0U) << "Namibia";
}

TEST(Facts, NumbersAndTheirQuartiles) {
  std::vector<std::string> cells;
  for (int i = 0; i <= 100; ++i) cells.push_back(std::to_string(i));
  const auto numbers = FactsOf(Of(cells)).numbers;
  ASSERT_TRUE(numbers);
  EXPECT_EQ(numbers->min, 0);
  EXPECT_EQ(numbers->lower_quartile, 25);
  EXPECT_EQ(numbers->median, 50);
  EXPECT_EQ(numbers->upper_quartile, 75);
  EXPECT_EQ(numbers->max, 100);
  EXPECT_EQ(numbers->mean, 50);
}

TEST(Text, MeasuresAsPeopleWriteThem) {
  const auto number = [](std::string_view text) {
    const auto measure = MeasureOf(text);
    return measure ? measure->number : -1;
  };
  EXPECT_EQ(number("1 234,50 EUR"), 1234.5);
  EXPECT_EQ(MeasureOf("1 234,50 EUR")->unit, "EUR");
  EXPECT_EQ(number("16.0 oz."), 16);
  EXPECT_EQ(number("-3e2"), -300);
  EXPECT_EQ(number("80%"), 80);
  EXPECT_EQ(number("2026-01-02"), -1) << "digits behind are no unit";
  EXPECT_EQ(number("rue 12"), -1);
  EXPECT_EQ(number(""), -1);
  EXPECT_EQ(number(std::string(5'000, '9')), -1) << "no number that a double holds";
}

TEST(Text, ShapesAndDistances) {
  EXPECT_EQ(ShapeOf("12, rue d'Apt"), "9, a a'Aa");
  EXPECT_EQ(ExactShapeOf("F-75002"), "A-99999");
  EXPECT_EQ(Distance("Lyon", "Lyno", 2), 1U);
  EXPECT_EQ(Distance("Lyon", "Lion", 2), 1U);
  EXPECT_EQ(Distance("Lyon", "Marseille", 2), 3U);
  EXPECT_TRUE(IsPlaceholder(" n/a "));
  EXPECT_TRUE(IsPlaceholder("   "));
  EXPECT_FALSE(IsPlaceholder(""));
  EXPECT_FALSE(IsPlaceholder("Nadia"));
  EXPECT_TRUE(IsUnit("Oz. Alumi"));
  EXPECT_FALSE(IsUnit("rue"));
}

TEST(Sample, IsBoundedUniformAndTheSameEachTime) {
  const auto sampled = [] {
    TableLimits limits;
    limits.rows = 500;
    Sampler sampler({"n"}, limits);
    for (std::uint64_t i = 1; i <= 50'000; ++i) {
      const std::string text = std::to_string(i);
      const std::string_view cell = text;
      sampler.Add(i, {&cell, 1});
    }
    return sampler.Finish();
  };
  const Table table = sampled();
  EXPECT_EQ(table.lines, sampled().lines);
  EXPECT_EQ(table.rows(), 500U);
  EXPECT_EQ(table.rows_seen, 50'000U);
  EXPECT_FALSE(table.Whole());
  std::size_t first_half = 0;
  for (const std::uint64_t line : table.lines) first_half += line <= 25'000 ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(first_half), 250, 45) << "four standard deviations";
}

TEST(Sample, BytesColumnsAndLongCellsAreBounded) {
  TableLimits limits;
  limits.bytes = 100'000;
  limits.columns = 2;
  limits.cell_bytes = 99;
  Sampler sampler({"a", "b", "c"}, limits);
  const std::string text(98, 'x'), cut = text + "\xc3\xa9";  // an é across the 99th byte
  const std::vector<std::string_view> cells{cut, "b", "c"};
  for (std::uint64_t i = 1; i <= 10'000; ++i) sampler.Add(i, cells);
  const Table table = sampler.Finish();
  EXPECT_LT(table.rows(), 1'000U);
  EXPECT_GT(table.rows(), 100U);
  EXPECT_EQ(table.columns.size(), 2U);
  EXPECT_EQ(table.columns_left_out, 1U);
  EXPECT_EQ(table.columns[0].At(0), text);
  EXPECT_EQ(table.cells_cut, table.rows());
}

}  // namespace
}  // namespace octroi::profiles
