#include "rules/value_list.h"

#include <algorithm>
#include <utility>

#include "rules/latin.h"

namespace octroi::rules {

ValueList::ValueList(std::vector<std::string> values) {
  sorted_.reserve(values.size());
  for (std::string& value : values) {
    const std::string_view trimmed = Trimmed(value);
    if (trimmed.empty()) continue;
    if (trimmed.size() == value.size()) {
      sorted_.push_back(std::move(value));
    } else {
      sorted_.emplace_back(trimmed);
    }
  }
  std::sort(sorted_.begin(), sorted_.end());
  sorted_.erase(std::unique(sorted_.begin(), sorted_.end()), sorted_.end());
}

bool ValueList::Has(std::string_view value) const {
  const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), value);
  return at != sorted_.end() && *at == value;
}

std::size_t ValueList::size() const { return sorted_.size(); }

}  // namespace octroi::rules
