#include "profiles/table.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace octroi::profiles {
namespace {

Column ColumnOf(std::string name, std::size_t rows) {
  Column column;
  column.name = std::move(name);
  column.values.emplace_back();
  column.counts.push_back(0);
  column.cells.reserve(rows);
  return column;
}

// A cut never splits a character of UTF-8.
std::string_view Cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace

Sampler::Sampler(std::vector<std::string> names, TableLimits limits)
    : names_(std::move(names)), limits_(limits) {
  if (names_.size() <= limits_.columns) return;
  left_out_ = names_.size() - limits_.columns;
  names_.resize(limits_.columns);
}

// SplitMix64 (Steele, Lea, Flood 2014). The remainder's bias is below 2^-40 for any file.
std::uint64_t Sampler::Random(std::uint64_t below) {
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return (mixed ^ (mixed >> 31)) % below;
}

Sampler::Row Sampler::Made(std::uint64_t line, std::span<const std::string_view> cells) const {
  Row row;
  row.line = line;
  row.cells.reserve(names_.size());
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const std::string_view whole = i < cells.size() ? cells[i] : std::string_view();
    row.cells.emplace_back(Cut(whole, limits_.cell_bytes));
    row.cut += whole.size() > limits_.cell_bytes ? 1 : 0;
    row.bytes += row.cells.back().size() + sizeof(std::string);
  }
  return row;
}

void Sampler::Add(std::uint64_t line, std::span<const std::string_view> cells) {
  ++seen_;
  if (rows_.size() < limits_.rows) {
    rows_.push_back(Made(line, cells));
    bytes_ += rows_.back().bytes;
  } else {
    const std::uint64_t place = Random(seen_);
    if (place >= rows_.size()) return;
    bytes_ -= rows_[place].bytes;
    rows_[place] = Made(line, cells);
    bytes_ += rows_[place].bytes;
  }
  if (bytes_ > limits_.bytes && rows_.size() > 1) Halve();
}

// A uniform half of a uniform sample is one: from here on the reservoir has that many places.
void Sampler::Halve() {
  const std::size_t keep = rows_.size() / 2;
  for (std::size_t i = 0; i < keep; ++i) std::swap(rows_[i], rows_[i + Random(rows_.size() - i)]);
  rows_.resize(keep);
  limits_.rows = keep;
  bytes_ = 0;
  for (const Row& row : rows_) bytes_ += row.bytes;
}

Table Sampler::Finish() {
  std::ranges::sort(rows_, {}, &Row::line);
  Table table;
  table.rows_seen = seen_;
  table.columns_left_out = left_out_;
  for (const Row& row : rows_) {
    table.lines.push_back(row.line);
    table.cells_cut += row.cut;
  }
  for (std::size_t c = 0; c < names_.size(); ++c) {
    Column column = ColumnOf(std::move(names_[c]), rows_.size());
    std::unordered_map<std::string, std::uint32_t> places{{"", kEmpty}};
    for (Row& row : rows_) {
      const auto next = static_cast<std::uint32_t>(column.values.size());
      const auto [at, added] = places.try_emplace(row.cells[c], next);
      if (added) {
        column.values.push_back(std::move(row.cells[c]));
        column.counts.push_back(0);
      }
      ++column.counts[at->second];
      column.cells.push_back(at->second);
    }
    table.columns.push_back(std::move(column));
  }
  rows_.clear();
  return table;
}

}  // namespace octroi::profiles
