// ColumnFacts: what the values of one column are like, counted by rows of the sample.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "profiles/table.h"
#include "rules/check_spec.h"

namespace octroi::profiles {

// kMeasure: numbers, some of them with a unit behind them.
enum class Kind : std::uint8_t {
  kNothing,
  kInteger,
  kDecimal,
  kMeasure,
  kDate,
  kDatetime,
  kBoolean,
  kCode,
  kText
};
std::string_view NameOf(Kind kind);  // "integer"

struct Counted {
  std::string what;
  std::size_t rows = 0;
};

struct NumberFacts {
  double min = 0, lower_quartile = 0, median = 0, upper_quartile = 0, max = 0, mean = 0;
};

struct ColumnFacts {
  Kind kind = Kind::kNothing;
  std::size_t rows = 0, filled = 0, placeholders = 0;  // placeholders are among the filled
  std::size_t distinct = 0, once = 0;                  // of the filled; values that occur once
  std::size_t measures = 0;                            // numbers, with a unit or without
  rules::Format format = rules::Format::kNone;         // that most values have, if any
  std::size_t formatted = 0;                           // rows with it
  std::vector<Counted> shapes;                         // the most frequent first, at most 12
  std::vector<Counted> units;             // spellings as they stand, "" too; at most 12
  std::optional<NumberFacts> numbers;     // where kind is one of numbers
  std::size_t shortest = 0, longest = 0;  // characters, of the filled

  std::size_t told() const { return filled - placeholders; }  // rows that say something
  bool Numeric() const {
    return kind == Kind::kInteger || kind == Kind::kDecimal || kind == Kind::kMeasure;
  }
};

// Of each value of a column, in its order: whether it stands for nothing. "NA" in a column of codes
// of that form (a country, say) does not.
std::vector<bool> PlaceholdersOf(const Column& column);
// The shape of a value; numbers are one, whatever their digits and sign: "#", "# a".
std::string FormOf(std::string_view value, bool numeric);

ColumnFacts FactsOf(const Column& column);

}  // namespace octroi::profiles
