#include "profiles/suspects.h"

#include <array>

namespace octroi::profiles {

std::string_view NameOf(Signal signal) {
  static constexpr auto kNames =
      std::to_array<std::string_view>({"placeholder", "unit", "form", "near_frequent", "dependency",
                                       "missing", "displaced", "outlier", "repeated"});
  static_assert(kNames.size() == kSignals);
  return kNames[static_cast<std::size_t>(signal)];
}

Marks::Marks(const Table& table)
    : table_(table), cells_(table.columns.size()), values_(table.columns.size()) {
  for (std::size_t at = 0; at < cells_.size(); ++at) {
    cells_[at].resize(table.rows());
    values_[at].resize(table.columns[at].values.size());
  }
}

void Marks::Mark(std::size_t row, std::size_t column, Signal signal, std::uint16_t by,
                 std::uint32_t expected) {
  Suspect& cell = cells_[column][row];
  cell.signals = static_cast<std::uint16_t>(cell.signals | 1U << static_cast<unsigned>(signal));
  if (by != kNobody) cell.by = by;
  if (expected != kNoValue) cell.expected = expected;
}

void Marks::MarkValue(std::size_t column, std::uint32_t value, Signal signal,
                      std::uint32_t expected) {
  OfValue& marked = values_[column][value];
  marked.signals = static_cast<std::uint16_t>(marked.signals | 1U << static_cast<unsigned>(signal));
  if (expected != kNoValue) marked.expected = expected;
}

std::vector<Suspect> Marks::All() const {
  std::vector<Suspect> all;
  for (std::uint32_t row = 0; row < table_.rows(); ++row) {
    for (std::size_t column = 0; column < cells_.size(); ++column) {
      Suspect cell = cells_[column][row];
      const OfValue& value = values_[column][table_.columns[column].cells[row]];
      cell.signals = static_cast<std::uint16_t>(cell.signals | value.signals);
      if (cell.signals == 0) continue;
      if (cell.expected == kNoValue) cell.expected = value.expected;
      cell.row = row;
      cell.column = static_cast<std::uint16_t>(column);
      all.push_back(cell);
    }
  }
  return all;
}

Findings SuspectsOf(const Table& table) {
  Findings findings;
  findings.related = RelationsOf(table);
  Marks marks(table);
  for (std::size_t at = 0; at < table.columns.size(); ++at) {
    findings.facts.push_back(FactsOf(table.columns[at]));
    const ColumnFacts& facts = findings.facts.back();
    MarkColumn(table, at, facts, findings.related.nothing[at], marks);
    MarkOutliers(table, at, facts, marks);
    MarkNearFrequent(table, at, facts, findings.related, marks);
  }
  MarkDependencies(table, findings.related, marks);
  MarkDisplaced(table, findings.related, marks);
  findings.suspects = marks.All();
  findings.limited = marks.limited || findings.related.limited;
  return findings;
}

}  // namespace octroi::profiles
