// Each signal on a small table: what it says, and what it must not.
#include "profiles/suspects.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace octroi::profiles {
namespace {

using Rows = std::vector<std::vector<std::string>>;

Table Of(const std::vector<std::string>& names, const Rows& rows) {
  Sampler sampler(names);
  std::uint64_t line = 1;
  for (const auto& row : rows) {
    const std::vector<std::string_view> cells(row.begin(), row.end());
    sampler.Add(++line, cells);
  }
  return sampler.Finish();
}

Rows Times(std::size_t times, const std::vector<std::string>& row) { return Rows(times, row); }

Rows operator+(Rows one, const Rows& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

// "value: signal" of each, in the order of rows.
std::vector<std::string> Said(const Table& table) {
  std::vector<std::string> said;
  for (const Suspect& cell : SuspectsOf(table).suspects) {
    std::string text = table.columns[cell.column].At(cell.row) + ":";
    for (std::size_t i = 0; i < kSignals; ++i)
      if (cell.Has(static_cast<Signal>(i)))
        text += " " + std::string(NameOf(static_cast<Signal>(i)));
    said.push_back(text);
  }
  return said;
}
using Strings = std::vector<std::string>;

TEST(Suspects, ARareValueASlipAwayFromAFrequentOne) {
  EXPECT_EQ(Said(Of({"city"}, Times(40, {"Toulouse"}) + Times(40, {"Paris"}) + Rows{{"Toulosue"}})),
            Strings{"Toulosue: near_frequent"});
  // Too often to be a slip; another number; another word that is at home in the column.
  EXPECT_EQ(Said(Of({"city"}, Times(40, {"Lyon"}) + Times(10, {"Lion"}))), Strings{});
  EXPECT_EQ(Said(Of({"a"}, Times(40, {"rue A 12"}) + Times(20, {"quai B"}) + Rows{{"rue A 13"}})),
            Strings{});
  EXPECT_EQ(Said(Of({"a"}, Times(40, {"Pale beer blond"}) + Times(40, {"Dark beer brown"}) +
                               Rows{{"Dark beer blond"}})),
            Strings{});
}

TEST(Suspects, ARareValueThatHoldsTogetherWithAnotherColumnIsNoSlip) {
  const Rows rows =
      Times(60, {"al", "35233"}) + Times(60, {"al", "36201"}) + Times(4, {"ak", "99504"});
  EXPECT_EQ(Said(Of({"state", "zip"}, rows)), Strings{});
  EXPECT_EQ(Said(Of({"state", "zip"}, rows + Rows{{"ax", "35233"}})),
            (Strings{"ax: near_frequent dependency"}));
}

TEST(Suspects, TheCellThatItsRowSpeaksAgainstAndNotTheOneItSpeaksFor) {
  Rows rows;
  for (const char* city : {"Lyon", "Nantes", "Brest", "Lille"})
    rows = rows + Times(10, {city, std::string(city) + " code", std::string(city) + " region"});
  EXPECT_EQ(Said(Of({"city", "code", "region"}, rows)), Strings{});
  auto wrong = rows;
  wrong[3][2] = "Brest region";
  EXPECT_EQ(Said(Of({"city", "code", "region"}, wrong)), Strings{"Brest region: dependency"});
  wrong[3][2] = "";
  EXPECT_EQ(Said(Of({"city", "code", "region"}, wrong)), Strings{": missing"});
}

TEST(Suspects, UnitsInOneColumn) {
  Rows plain = Times(30, {"12"}) + Times(30, {"16.5"});
  EXPECT_EQ(Said(Of({"size"}, plain + Rows{{"12 %"}})), Strings{"12 %: unit form"});
  EXPECT_EQ(Said(Of({"size"}, Times(60, {"12 kg"}) + Rows{{"12 kilos"}})).size(), 1U);
  EXPECT_EQ(Said(Of({"size"}, Times(60, {"12 kg"}))), Strings{})
      << "one unit for all is none wrong";
  EXPECT_EQ(Said(Of({"size"}, Times(30, {"12 oz"}) + Times(30, {"12 oz."}))).size(), 60U);
  EXPECT_EQ(Said(Of({"size"}, Times(30, {"12 bis"}) + Times(30, {"12 ter"}))), Strings{})
      << "no unit of anything";
}

TEST(Suspects, FormsOfCodesAndFormats) {
  Rows codes, mails;
  for (int i = 0; i < 60; ++i) {
    codes.push_back({"7500" + std::to_string(i % 10)});
    mails.push_back({"p" + std::to_string(i) + "@example.net"});
  }
  EXPECT_EQ(Said(Of({"code"}, codes)), Strings{});
  EXPECT_EQ(Said(Of({"code"}, codes + Rows{{"75-A"}})), Strings{"75-A: form"});
  EXPECT_EQ(Said(Of({"mail"}, mails + Rows{{"p.example.net"}})), Strings{"p.example.net: form"});
  EXPECT_EQ(Said(Of({"name"}, Times(60, {"Marie"}) + Times(30, {"Paul"}) + Rows{{"Jean-Noël"}})),
            Strings{})
      << "names have no form";
}

TEST(Suspects, PlaceholdersAndWhatStandsInAnotherColumnsPlace) {
  Rows rows = Times(30, {"Lyon", "FR"}) + Times(30, {"Namur", "BE"});
  EXPECT_EQ(Said(Of({"city", "country"}, rows + Rows{{"N/A", "FR"}})),
            Strings{"N/A: placeholder missing"});
  const Rows moved{{"Lyon FR", ""}, {"Namur BE", ""}, {"Lyon FR", ""}};
  const auto said = Said(Of({"city", "country"}, rows + moved));
  EXPECT_EQ(said.size(), 6U);
  EXPECT_TRUE(std::ranges::all_of(
      said, [](const std::string& one) { return one.find("displaced") != std::string::npos; }));
}

TEST(Suspects, NumbersFarBeyondAllOthersAndKeysTwice) {
  Rows rows;
  for (int i = 1; i <= 400; ++i)
    rows.push_back({"K-" + std::to_string(1000 + i), std::to_string(20 + i % 40)});
  EXPECT_EQ(Said(Of({"key", "n"}, rows)), Strings{});
  auto wrong = rows;
  wrong[5][1] = "90000";
  EXPECT_EQ(Said(Of({"key", "n"}, wrong)), Strings{"90000: outlier"});
  wrong = rows;
  wrong[7][0] = wrong[9][0];
  EXPECT_EQ(Said(Of({"key", "n"}, wrong)), (Strings{"K-1010: repeated", "K-1010: repeated"}));
}

TEST(Suspects, TablesWithoutRowsOrColumns) {
  EXPECT_EQ(Said(Of({"a", "b"}, {})), Strings{});
  EXPECT_EQ(Said(Of({}, {{}, {}})), Strings{});
  EXPECT_EQ(Said(Of({"a"}, {{"x"}})), Strings{});
}

}  // namespace
}  // namespace octroi::profiles
