// Whether a pattern (RE2 syntax) can stand in a check.
#pragma once

#include <cstddef>
#include <string>

namespace octroi::rules {

// As written; longer ones are lists in disguise.
inline constexpr std::size_t kPatternBytesMax = 1000;

// What RE2 says of it when a contract with it is compiled: of the syntax, of repetition, of memory.
// Empty: it compiles.
std::string PatternFault(const std::string& pattern);

}  // namespace octroi::rules
