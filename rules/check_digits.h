// Check digits. Each takes ASCII digits only, which the caller has looked at; none allocates.
// Private to the module.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace octroi::rules {

// ISO/IEC 7812-1 Annex B: the last digit is the check digit.
constexpr bool Luhn(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (auto at = digits.rbegin(); at != digits.rend(); ++at, twice = !twice) {
    const int digit = (*at - '0') * (twice ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 == 0;
}

// The number modulo `by`; of any length.
constexpr unsigned Modulo(std::string_view digits, unsigned by) {
  unsigned rest = 0;
  for (const char digit : digits) rest = (rest * 10 + static_cast<unsigned>(digit - '0')) % by;
  return rest;
}

// ISO/IEC 7064 MOD 11,10: the last digit is the check digit.
constexpr bool Mod11And10(std::string_view digits) {
  unsigned product = 10;
  for (const char digit : digits.substr(0, digits.size() - 1)) {
    const unsigned sum = (product + static_cast<unsigned>(digit - '0')) % 10;
    product = (sum == 0 ? 10 : sum) * 2 % 11;
  }
  return (11 - product) % 10 == static_cast<unsigned>(digits.back() - '0');
}

// The sum of each digit times its weight.
template <std::size_t Size>
constexpr unsigned Weighed(std::string_view digits, const std::array<unsigned, Size>& weights) {
  unsigned sum = 0;
  for (std::size_t at = 0; at < Size && at < digits.size(); ++at)
    sum += static_cast<unsigned>(digits[at] - '0') * weights[at];
  return sum;
}

// GS1 EAN-13: the last digit is the check digit.
constexpr bool Ean13(std::string_view digits) {
  constexpr std::array<unsigned, 13> kWeights = {1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1};
  return digits.size() == kWeights.size() && Weighed(digits, kWeights) % 10 == 0;
}

}  // namespace octroi::rules
