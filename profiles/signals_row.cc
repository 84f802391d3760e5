// What the rest of a row says about a cell: dependencies, and values in another column's place.
#include <algorithm>
#include <unordered_map>

#include "profiles/suspects.h"

namespace octroi::profiles {
namespace {

// The last word of a value, where there is one before it.
std::string_view LastWord(std::string_view value) {
  const std::size_t blank = value.find_last_of(' ');
  if (blank == std::string_view::npos || blank == 0) return {};
  return value.substr(blank + 1);
}

using Places = std::unordered_map<std::string_view, std::uint32_t>;

Places RepeatedValues(const Column& column, const std::vector<bool>& nothing) {
  Places places;
  for (std::uint32_t v = 1; v < column.values.size(); ++v)
    if (!nothing[v] && column.counts[v] >= 3) places.emplace(column.values[v], v);
  return places;
}

// Of each value of `from`: the value of the other column that it ends with.
std::vector<std::uint32_t> EndsWith(const Column& from, const Places& places) {
  std::vector<std::uint32_t> ends(from.values.size(), kNoValue);
  for (std::size_t v = 1; v < from.values.size(); ++v) {
    const auto found = places.find(LastWord(from.values[v]));
    if (found != places.end()) ends[v] = found->second;
  }
  return ends;
}

void MarkPair(const Table& table, std::size_t holder, std::size_t empty,
              const std::vector<bool>& nothing, const Places& places, Marks& marks) {
  const Column& from = table.columns[holder];
  const Column& to = table.columns[empty];
  const auto ends = EndsWith(from, places);
  std::size_t gaps = 0, ending = 0, others = 0, others_ending = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const bool gap = nothing[to.cells[row]];
    const bool end = ends[from.cells[row]] != kNoValue;
    (gap ? gaps : others) += 1;
    (gap ? ending : others_ending) += end ? 1 : 0;
  }
  // Ten times as often where the other is empty as where it is not: no habit of the column.
  if (ending < 3 || ending * others < 10 * others_ending * gaps) return;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::uint32_t value = ends[from.cells[row]];
    if (!nothing[to.cells[row]] || value == kNoValue) continue;
    marks.Mark(row, holder, Signal::kDisplaced, static_cast<std::uint16_t>(empty));
    marks.Mark(row, empty, Signal::kDisplaced, static_cast<std::uint16_t>(holder), value);
  }
}

}  // namespace

void MarkDependencies(const Table& table, const Related& related, Marks& marks) {
  for (std::size_t at = 0; at < table.columns.size(); ++at) {
    const Relations& relations = related.columns[at];
    const Column& column = table.columns[at];
    std::size_t gaps = 0;
    for (std::size_t v = 0; v < column.values.size(); ++v)
      gaps += related.nothing[at][v] ? column.counts[v] : 0;
    for (std::size_t row = 0; row < relations.votes.size(); ++row) {
      const Vote& vote = relations.votes[row];
      if (vote.contra <= vote.pro) continue;
      const bool gap = related.nothing[at][column.cells[row]];
      // A column that is often empty may be.
      if (gap && gaps * 10 > table.rows()) continue;
      marks.Mark(row, at, gap ? Signal::kMissing : Signal::kDependency, vote.by, vote.expected);
    }
  }
}

void MarkDisplaced(const Table& table, const Related& related, Marks& marks) {
  for (std::size_t empty = 0; empty < table.columns.size(); ++empty) {
    const Column& column = table.columns[empty];
    const auto& nothing = related.nothing[empty];
    std::size_t gaps = 0;
    for (std::size_t v = 0; v < column.values.size(); ++v)
      gaps += nothing[v] ? column.counts[v] : 0;
    if (gaps < 3 || gaps * 2 > table.rows()) continue;
    const Places places = RepeatedValues(column, nothing);
    if (places.empty()) continue;
    const std::size_t last = std::min(table.columns.size(), kRelatedMax);
    for (std::size_t holder = 0; holder < last; ++holder)
      if (holder != empty) MarkPair(table, holder, empty, nothing, places, marks);
  }
}

}  // namespace octroi::profiles
