// Dirty tables beside what they should be, and how well suspects match the difference.
#pragma once

#include <string>
#include <vector>

#include "profiles/suspects.h"
#include "profiles/table.h"

namespace octroi::profiles {

struct DirtyTable {
  Table dirty, clean;  // row by row, column by column
};

// Read by the code behind `octroi csv`. Dies where it cannot.
Table ReadTable(const std::string& path);

struct Detection {
  std::size_t errors = 0, suspects = 0, hits = 0;
  double Precision() const {
    return suspects == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(suspects);
  }
  double Recall() const {
    return errors == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(errors);
  }
  double F1() const {
    return hits == 0 ? 0 : 2 * Precision() * Recall() / (Precision() + Recall());
  }
};

bool IsError(const DirtyTable& table, std::size_t row, std::size_t column);
// Cells by what stands in them: an error is a cell that differs.
Detection Compare(const DirtyTable& table, const std::vector<Suspect>& suspects);

}  // namespace octroi::profiles
