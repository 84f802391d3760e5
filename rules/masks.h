// Masks: the form of codes, one character for each. Private to the module.
//   # a digit   @ an upper-case letter   ? either   _ a space or nothing   | or   others:
//   themselves
#pragma once

#include <algorithm>
#include <string_view>

#include "rules/formats.h"

namespace octroi::rules {

constexpr bool FitsMask(std::string_view value, std::string_view mask) {
  std::size_t at = 0;
  for (const char sign : mask) {
    const char byte = at < value.size() ? value[at] : '\0';
    const bool upper = byte >= 'A' && byte <= 'Z';
    if (sign == '_') {
      if (byte == ' ') ++at;
      continue;
    }
    const bool fits = sign == '#'   ? IsDigit(byte)
                      : sign == '@' ? upper
                      : sign == '?' ? upper || IsDigit(byte)
                                    : sign == byte;
    if (!fits) return false;
    ++at;
  }
  return at == value.size();
}

constexpr bool FitsAny(std::string_view value, std::string_view masks) {
  while (true) {
    const std::size_t bar = std::min(masks.find('|'), masks.size());
    if (FitsMask(value, masks.substr(0, bar))) return true;
    if (bar == masks.size()) return false;
    masks.remove_prefix(bar + 1);
  }
}

}  // namespace octroi::rules
