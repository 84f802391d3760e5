#include "profiles/given_rules.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

namespace octroi::profiles {
namespace {

const std::string kFolder = OCTROI_SOURCE_DIR "/tests/data/error-detection/";
using Cells = std::set<std::pair<std::uint32_t, std::uint16_t>>;

std::size_t Place(const Table& table, const std::string& name) {
  return static_cast<std::size_t>(std::ranges::find(table.columns, name, &Column::name) -
                                  table.columns.begin());
}

std::vector<Suspect> Made(const Cells& cells) {
  std::vector<Suspect> made;
  for (const auto& [row, column] : cells) {
    Suspect cell;
    cell.row = row;
    cell.column = column;
    made.push_back(cell);
  }
  return made;
}

void TakePatterns(const Table& table, const GivenRules& rules, Cells& cells) {
  for (const auto& [column, pattern] : rules.patterns) {
    const std::regex expected(pattern);
    for (std::uint32_t row = 0; row < table.rows(); ++row)
      if (!std::regex_match(table.columns[column].At(row), expected))
        cells.emplace(row, static_cast<std::uint16_t>(column));
  }
}

}  // namespace

std::vector<std::string> DirtyTables() { return {"hospital", "beers"}; }

DirtyTable ReadDirtyTable(const std::string& name) {
  return {ReadTable(kFolder + name + "/dirty.csv.gz"), ReadTable(kFolder + name + "/clean.csv.gz")};
}

GivenRules ReadGivenRules(const std::string& name, const Table& table) {
  std::ifstream in(kFolder + "nadeef_rules_dev.json");
  const auto all = nlohmann::json::parse(in)["rules"][name];
  GivenRules rules;
  for (const auto& pair : all["functions"]) {
    Dependency one;
    one.from = Place(table, pair[0]);
    one.to = Place(table, pair[1]);
    rules.functions.push_back(one);
  }
  for (const auto& pattern : all["patterns"])
    rules.patterns.emplace_back(Place(table, pattern[0]), pattern[1]);
  return rules;
}

std::vector<Suspect> AsGiven(const Table& table, const GivenRules& rules) {
  Cells cells;
  for (const Dependency& one : rules.functions) {
    const Column &from = table.columns[one.from], &to = table.columns[one.to];
    std::map<std::uint32_t, std::set<std::uint32_t>> held;
    for (std::uint32_t row = 0; row < table.rows(); ++row)
      if (to.cells[row] != kEmpty) held[from.cells[row]].insert(to.cells[row]);
    for (std::uint32_t row = 0; row < table.rows(); ++row) {
      if (held[from.cells[row]].size() < 2) continue;
      cells.emplace(row, static_cast<std::uint16_t>(one.from));
      cells.emplace(row, static_cast<std::uint16_t>(one.to));
    }
  }
  TakePatterns(table, rules, cells);
  return Made(cells);
}

std::vector<Suspect> ByMajority(const Table& table, const GivenRules& rules) {
  Marks marks(table);
  MarkDependencies(table, RelationsOf(table, rules.functions), marks);
  Cells cells;
  TakePatterns(table, rules, cells);
  return Together(marks.All(), Made(cells));
}

std::vector<Suspect> Together(const std::vector<Suspect>& one, const std::vector<Suspect>& other) {
  Cells cells;
  for (const auto& list : {one, other})
    for (const Suspect& cell : list) cells.emplace(cell.row, cell.column);
  return Made(cells);
}

}  // namespace octroi::profiles
