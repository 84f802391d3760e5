// Rare values that are a slip away from a frequent one.
#include <algorithm>
#include <string>
#include <unordered_map>

#include "profiles/suspects.h"
#include "profiles/text.h"

namespace octroi::profiles {
namespace {

// A slip is rare: the right value is written so many times as often, and often at all.
constexpr std::size_t kTimes = 10, kOften = 5;
// Pairs of characters compared, of a whole table: a second or two.
constexpr std::size_t kWorkMax = 300'000'000;

using Words = std::unordered_map<std::string_view, std::size_t>;

Words WordRows(const Column& column) {
  Words rows;
  for (std::size_t v = 1; v < column.values.size(); ++v)
    for (const std::string_view word : WordsOf(column.values[v])) rows[word] += column.counts[v];
  return rows;
}

// "12 rue X" and "14 rue X" are two addresses; digits may only have turned into something else.
bool DigitsFit(std::string_view rare, std::string_view frequent) {
  const std::string ours = DigitsOf(rare), theirs = DigitsOf(frequent);
  if (ours == theirs) return true;
  if (ours.size() >= theirs.size()) return false;
  std::size_t at = 0;
  for (const char digit : theirs)
    if (at < ours.size() && ours[at] == digit) ++at;
  return at == ours.size();
}

// "Pale Ale" and "Pale Lager": a word that is at home elsewhere in the column is meant.
bool WordsFit(std::string_view rare, std::string_view frequent, const Words& rows) {
  const auto ours = WordsOf(rare);
  const auto theirs = WordsOf(frequent);
  std::size_t usual = 0;
  for (const std::string_view word : theirs)
    if (std::ranges::find(ours, word) == ours.end()) usual = std::max(usual, rows.at(word));
  return std::ranges::all_of(ours, [&](std::string_view word) {
    return std::ranges::find(theirs, word) != theirs.end() || rows.at(word) * kTimes <= usual;
  });
}

bool IsSlip(std::string_view rare, std::string_view frequent, const Words& rows) {
  if (Folded(rare) == Folded(frequent)) return true;
  const std::size_t most = std::max<std::size_t>(1, frequent.size() / 5);
  if (Distance(rare, frequent, most) > most) return false;
  return DigitsFit(rare, frequent) && WordsFit(rare, frequent, rows);
}

}  // namespace

void MarkNearFrequent(const Table& table, std::size_t at, const ColumnFacts& facts,
                      const Related& related, Marks& marks) {
  const Column& column = table.columns[at];
  const Relations& relations = related.columns[at];
  if (relations.held.empty() || facts.told() < 20) return;
  if (facts.kind == Kind::kInteger || facts.kind == Kind::kDecimal || facts.kind == Kind::kDate)
    return;
  std::vector<std::uint32_t> order;
  for (std::uint32_t v = 1; v < column.values.size(); ++v)
    if (!related.nothing[at][v]) order.push_back(v);
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](std::uint32_t v) { return column.counts[v]; });
  const Words rows = WordRows(column);
  for (const std::uint32_t rare : order) {
    if (relations.held[rare] * 2 > column.counts[rare]) continue;
    for (const std::uint32_t frequent : order) {
      if (column.counts[frequent] < std::max(kOften, kTimes * column.counts[rare])) break;
      marks.work += 1 + column.values[rare].size() * column.values[frequent].size();
      if (marks.work > kWorkMax) {
        marks.limited = true;
        return;
      }
      if (!IsSlip(column.values[rare], column.values[frequent], rows)) continue;
      marks.MarkValue(at, rare, Signal::kNearFrequent, frequent);
      break;
    }
  }
}

}  // namespace octroi::profiles
