// ValueList: a named list of values that checks ask.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace octroi::rules {

// A named list of values (config kind List), loaded whole. Immutable; swapped by the plan; safe
// from any thread. White space around the values of the list is taken off and empty ones are left
// out; what is asked for is compared exactly, upper and lower case being different.
class ValueList {
 public:
  explicit ValueList(std::vector<std::string> values);
  bool Has(std::string_view value) const;
  std::size_t size() const;  // of different values
  const std::vector<std::string>& values() const { return sorted_; }

 private:
  std::vector<std::string> sorted_;
};

}  // namespace octroi::rules
