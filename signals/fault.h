// What is wrong with a text that cannot be read, and where. Holds nothing of the text itself.
#pragma once

#include <cstddef>
#include <string_view>

namespace octroi::signals {

struct Fault {
  std::string_view reason;     // a literal: "tcf.truncated"
  std::string_view field;      // a literal, the specification's name: "vendorConsents"; "": none
  std::size_t offset = 0;      // in characters, from the start of the whole text
  std::size_t segment_at = 0;  // where the segment begins that `bit` is counted in
  std::size_t bit = 0;         // first bit of what could not be read
};

}  // namespace octroi::signals
