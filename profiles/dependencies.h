// Dependencies between columns: where the value of one says that of another.
//
// For a pair A -> B the rows are grouped by the value of A; groups of two rows or more count, and
// cells that say something. What A tells about B is Goodman and Kruskal's lambda (1954): how much
// of the error of always guessing B's most frequent value goes away when A is known. It is 0 for a
// B that is nearly constant, whatever A is, so that no dependency is seen where there is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "profiles/column_facts.h"
#include "profiles/table.h"

namespace octroi::profiles {

inline constexpr std::uint16_t kNobody = 0xffff;
inline constexpr std::uint32_t kNoValue = 0xffffffff;
inline constexpr double kLambdaMin = 0.8;
// The first ones that repeat their values; pairs are looked at among them.
inline constexpr std::size_t kRelatedMax = 64;

struct Dependency {
  std::size_t from = 0, to = 0;  // columns
  double lambda = 0;
  std::size_t agreeing = 0, rows = 0;  // with the majority of their group, of those that count
};

// What the columns that determine another one say of a cell of it. A group has a say if it has
// three rows or more and two thirds of them say the same.
struct Vote {
  std::uint16_t pro = 0, contra = 0;  // columns
  std::uint16_t by = kNobody;         // the one against with the largest group
  std::uint32_t expected = kNoValue;  // what that group has, a place in Column::values
  std::uint32_t group = 0;            // its rows
};

struct Relations {
  std::vector<Dependency> on;  // what determines the column
  std::vector<Vote> votes;     // of each row; empty if `on` is
  // Of each value: the most rows of it that are the majority (of three or more) in their groups by
  // one other column. A rare value that holds together with another is no slip.
  std::vector<std::uint32_t> held;
};

// A column with the rows of each of its values. Values that stand for nothing have no group.
class Groups {
 public:
  Groups(const Column& column, const std::vector<bool>& nothing);
  bool Repeats() const { return repeats_; }  // at least half of what it says is said twice or more

  struct Majority {
    std::uint32_t value = kNoValue, rows = 0, of = 0;  // `of`: rows of the group that say something
    bool HasSay() const { return of >= 3 && rows * 3 >= of * 2; }
  };
  // Of each value of this column, in its order.
  std::vector<Majority> MajoritiesOf(const Column& to, const std::vector<bool>& nothing) const;

 private:
  std::vector<std::uint32_t> begins_, rows_;
  bool repeats_ = false;
};

struct Related {
  std::vector<std::vector<bool>> nothing;  // of each column, of each value: kEmpty, placeholders
  std::vector<Relations> columns;
  bool limited = false;  // more than kRelatedMax columns repeat their values
};

Related RelationsOf(const Table& table);
// Only of the pairs given, each taken as a dependency.
Related RelationsOf(const Table& table, const std::vector<Dependency>& given);

}  // namespace octroi::profiles
