// Regular expressions of ECMA-262 (Unicode mode), which JSON Schema and ODCS use, as RE2.
#pragma once

#include <string>
#include <string_view>

#include "gateway/config/findings.h"

namespace octroi::gateway::contract {

struct Pattern {
  std::string re2;  // of the whole text: what stands around a match is part of it
  config::Say why;  // not empty: it cannot be said in RE2, and why
};

// Means the same on every text, or says why not: RE2 has no lookaround and no back references, and
// \d, \s, \w, `.`, `$` and classes are written so that they mean what ECMA-262 says.
Pattern WholeTextPattern(std::string_view ecma);

}  // namespace octroi::gateway::contract
