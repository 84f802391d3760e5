#include <algorithm>

#include "profiles/proposals.h"

namespace octroi::profiles {

std::string PatternOf(const Proposal& proposal) {
  std::string pattern;
  for (const std::string& shape : proposal.shapes) {
    if (!pattern.empty()) pattern += '|';
    for (std::size_t at = 0; at < shape.size();) {
      const std::size_t end = std::min(shape.find_first_not_of(shape[at], at), shape.size());
      const char c = shape[at];
      if (c == '9')
        pattern += "[0-9]";
      else if (c == 'A')
        pattern += "[A-Z]";
      else if (c == 'a')
        pattern += "[a-z]";
      else
        pattern += std::string("\\") + c;
      if (end - at > 1) pattern += "{" + std::to_string(end - at) + "}";
      at = end;
    }
  }
  return pattern;
}

}  // namespace octroi::profiles
