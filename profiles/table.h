// Table: a sample of a file or a stream, by columns, each distinct value held once. What is sampled
// is bounded (TableLimits) and the same for the same rows in the same order: a reservoir with a
// fixed seed (Vitter 1985, algorithm R), halved where its bytes run out. Holds values of people: it
// stays in memory and is written nowhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace octroi::profiles {

struct TableLimits {
  std::size_t rows = 20'000;
  std::size_t columns = 200;     // the first ones; the others are counted only
  std::size_t cell_bytes = 512;  // of a longer one its beginning
  std::size_t bytes = 64 * 1024 * 1024;
};

inline constexpr std::uint32_t kEmpty = 0;  // the place of "" in Column::values

struct Column {
  std::string name;
  std::vector<std::string> values;    // distinct; the first is "", whether it occurs or not
  std::vector<std::uint32_t> counts;  // of each value
  std::vector<std::uint32_t> cells;   // of each row: a place in `values`

  const std::string& At(std::size_t row) const { return values[cells[row]]; }
  std::size_t filled() const { return cells.size() - counts[kEmpty]; }
  std::size_t distinct() const { return values.size() - 1; }  // without ""
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::uint64_t> lines;  // of each row: where it stands, as the sampler was told
  std::uint64_t rows_seen = 0;
  std::uint64_t cells_cut = 0;  // of the sample, longer than cell_bytes
  std::size_t columns_left_out = 0;

  std::size_t rows() const { return lines.size(); }
  bool Whole() const { return rows_seen == rows(); }  // not a sample
};

// One thread.
class Sampler {
 public:
  explicit Sampler(std::vector<std::string> names, TableLimits limits = {});

  // `line`: of the file, or any number that finds the row again. Cells that are missing are empty;
  // those beyond the names are not looked at.
  void Add(std::uint64_t line, std::span<const std::string_view> cells);
  Table Finish();  // in the order of lines. Once.

 private:
  struct Row {
    std::uint64_t line = 0;
    std::vector<std::string> cells;
    std::size_t bytes = 0, cut = 0;
  };
  Row Made(std::uint64_t line, std::span<const std::string_view> cells) const;
  std::uint64_t Random(std::uint64_t below);
  void Halve();

  std::vector<std::string> names_;
  TableLimits limits_;
  std::size_t left_out_ = 0, bytes_ = 0;
  std::uint64_t seen_ = 0, state_ = 0x9e3779b97f4a7c15;
  std::vector<Row> rows_;
};

}  // namespace octroi::profiles
