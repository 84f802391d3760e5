// Suspect cells: what in a table speaks against a cell, without anybody having said a rule. Each
// signal compares a cell with its column, its row or its group, by shares and never by what a
// column is called; decision 0041 says how each works and what it cannot see. A suspicion is no
// error: it says where to look.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "profiles/column_facts.h"
#include "profiles/dependencies.h"
#include "profiles/table.h"

namespace octroi::profiles {

// clang-format off
enum class Signal : std::uint8_t {
  kPlaceholder,   // stands for nothing: "N/A" where others say something
  kUnit,          // a number that cannot be compared with the others of its column as it stands
  kForm,          // written unlike nearly all others
  kNearFrequent,  // rare, and a slip away from a frequent value
  kDependency,    // other columns of the row say another value
  kMissing,       // empty where other columns of the row say what it is
  kDisplaced,     // holds the value of another column, which is empty; or is the empty one
  kOutlier,       // a number far beyond all others
  kRepeated       // a value twice in a column that never repeats
};
// clang-format on
inline constexpr std::size_t kSignals = 9;
std::string_view NameOf(Signal signal);  // "near_frequent"

struct Suspect {
  std::uint32_t row = 0;  // of the sample
  std::uint16_t column = 0;
  std::uint16_t signals = 0;          // bits by Signal
  std::uint16_t by = kNobody;         // the column that speaks against it, if one does
  std::uint32_t expected = kNoValue;  // what it should be, if that is known: in Column::values
  bool Has(Signal signal) const { return (signals >> static_cast<unsigned>(signal) & 1U) != 0; }
};

// Of every cell of a table what was found. One thread.
class Marks {
 public:
  explicit Marks(const Table& table);
  void Mark(std::size_t row, std::size_t column, Signal signal, std::uint16_t by = kNobody,
            std::uint32_t expected = kNoValue);
  void MarkValue(std::size_t column, std::uint32_t value, Signal signal,
                 std::uint32_t expected = kNoValue);  // every row that has it
  std::vector<Suspect> All() const;                   // by row, then column
  std::size_t work = 0;                               // done in comparing values
  bool limited = false;  // more values than could be compared with each other

 private:
  struct OfValue {
    std::uint16_t signals = 0;
    std::uint32_t expected = kNoValue;
  };
  const Table& table_;
  std::vector<std::vector<Suspect>> cells_;
  std::vector<std::vector<OfValue>> values_;
};

struct Findings {
  std::vector<ColumnFacts> facts;  // of each column
  Related related;
  std::vector<Suspect> suspects;
  bool limited = false;
};

Findings SuspectsOf(const Table& table);

// The signals, each on its own. Internal to the module.
void MarkColumn(const Table& table, std::size_t column, const ColumnFacts& facts,
                const std::vector<bool>& nothing, Marks& marks);
void MarkOutliers(const Table& table, std::size_t column, const ColumnFacts& facts, Marks& marks);
void MarkDependencies(const Table& table, const Related& related, Marks& marks);
void MarkDisplaced(const Table& table, const Related& related, Marks& marks);
void MarkNearFrequent(const Table& table, std::size_t column, const ColumnFacts& facts,
                      const Related& related, Marks& marks);

}  // namespace octroi::profiles
